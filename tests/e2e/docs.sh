#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the documents say of tables and options, against the program.
set -u
program=$1
cd "$(dirname "$0")/../.." || exit 1
passed=0
failed=0
check() { # text, command...
    local text=$1
    shift
    if "$@"; then
        echo "ok - $text"
        passed=$((passed + 1))
    else
        echo "not ok - $text"
        failed=$((failed + 1))
    fi
}

query_is_current() { diff docs/query.md <(tests/tools/query.sh "$program"); }
limits_are_current() { diff docs/limits.md <(tests/tools/limits.sh "$program"); }
dialects_are_current() {
    diff docs/dialects.md <(tests/tools/dialects.sh "$program") && return
    echo "    make it again: tests/tools/dialects.sh build/cachetap >docs/dialects.md"
    return 1
}
metrics_are_current() { diff docs/metrics.md <(tests/tools/metrics_doc.sh "$program"); }
readme_options_exist() {
    local option
    for option in $(grep -oE '(^|[ `])--[a-z-]+' README.md | tr -d ' `' | sort -u); do
        "$program" --help | grep -q -- "$option" || { echo "    $option is not in --help"; return 1; }
    done
}
sample_files_exist() {
    local file
    for file in $(grep -oE '`[a-z-]+\.pcap(ng)?`' captures/README.md | tr -d '`' | sort -u); do
        [ -f "captures/$file" ] || { echo "    captures/$file does not exist"; return 1; }
    done
}
every_header_has_its_stage() {
    local header
    for header in include/cachetap/*.h; do
        grep -q "$(basename "$header" .h)" docs/architecture.md || { echo "    $header"; return 1; }
    done
}

# The rows of a table of keys, one key a line, in order.
keys_of_table() { grep -E '^\| `[a-z_.]+`[^|]* \| [a-z]' "$1" | cut -d '|' -f 2 | grep -oE '`[^`]+`' | tr -d '`'; }
connection_keys_are_documented() {
    diff <(keys_of_table docs/connections.md) \
        <("$program" -r captures/nginx.pcap --json --connections | grep -m 1 '^{"record"' | jq -r 'keys_unsorted[]')
}

check "docs/connections.md lists the keys of the record in their order" connection_keys_are_documented
check "docs/limits.md is made from the table of limits" limits_are_current
check "docs/dialects.md is made from the tables of dialects" dialects_are_current
check "docs/query.md has the fields of --assert" query_is_current
check "docs/metrics.md is made from the table of metrics" metrics_are_current
check "the options in README.md exist" readme_options_exist
check "the captures in captures/README.md exist" sample_files_exist
check "docs/architecture.md names every header" every_header_has_its_stage

echo "docs: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
