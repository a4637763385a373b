#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the documents say of tables and options, against the program.
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
ln -s "$program" "$work/cachetap"
cd "$(dirname "$0")/../.." || exit 1

query_is_current() { diff docs/query.md <(tests/tools/query.sh "$program"); }
limits_are_current() { diff docs/limits.md <(tests/tools/limits.sh "$program"); }
dialects_are_current() {
    diff docs/dialects.md <(tests/tools/dialects.sh "$program") && return
    echo "    make it again: tests/tools/dialects.sh build/cachetap >docs/dialects.md"
    return 1
}
metrics_are_current() { diff docs/metrics.md <(tests/tools/metrics_doc.sh "$program"); }
view_is_current() { diff docs/view.md <(tests/tools/view_doc.sh "$program"); }
readme_shows_the_overview() {
    diff <(sed 's/^    //' README.md | grep -c -F -x -f docs/screens/overview.txt) <(wc -l <docs/screens/overview.txt)
}
readme_options_exist() {
    local option
    for option in $(grep -oE '(^|[ `])--[a-z-]+' README.md | tr -d ' `' | sort -u); do
        "$program" --help | grep -q -- "$option" || { echo "    $option is not in --help"; return 1; }
    done
}
# Examples with their output, "    $ cachetap -r captures/..." and what follows: each piece between
# lines of "..." stands in the real output, in order; spaces and breaks of lines do not count.
words() { tr -s ' \n' ' '; }
example_is_true() { # command
    local output piece rest
    output=$(PATH=$work:$PATH TZ=UTC COLUMNS=100 bash -c "$1" 2>&1 | words)
    awk -v command="$1" '
        on && /^    [^$]/ { sub(/^    /, ""); if ($0 == "...") print "\035"; else print; next }
        { on = ($0 == "    $ " command) }' README.md | words | tr '\035' '\n' >"$work/pieces"
    [ -s "$work/pieces" ] || return 1
    rest=$output
    while IFS= read -r piece || [ -n "$piece" ]; do
        piece=${piece# }
        piece=${piece% }
        case $rest in
        *"$piece"*) rest=${rest#*"$piece"} ;;
        *) echo "    $1: not its output: $piece"; return 1 ;;
        esac
    done <"$work/pieces"
}
examples_are_true() {
    local command n=0
    while IFS= read -r command; do
        n=$((n + 1))
        example_is_true "$command" || return 1
    done < <(sed -n 's/^    \$ \(cachetap -r captures.*\)/\1/p' README.md)
    [ "$n" -ge 3 ]
}
documents_linked_exist() {
    local file
    for file in $(grep -ohE '\]\((docs/)?[a-z-]+\.md' README.md | sed 's/.*(//' | sort -u); do
        [ -f "$file" ] || { echo "    $file does not exist"; return 1; }
    done
    for file in docs/*.md; do
        grep -q "($file)" README.md || { echo "    README.md does not tell of $file"; return 1; }
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

ok "docs/connections.md lists the keys of the record in their order" connection_keys_are_documented
ok "docs/limits.md is made from the table of limits" limits_are_current
ok "docs/dialects.md is made from the tables of dialects" dialects_are_current
ok "docs/query.md has the fields of --assert" query_is_current
ok "docs/metrics.md is made from the table of metrics" metrics_are_current
ok "docs/view.md has the keys and the screens" view_is_current
ok "README.md shows the overview" readme_shows_the_overview
ok "the options in README.md exist" readme_options_exist
ok "the examples in README.md print what it shows" examples_are_true
ok "README.md leads to every document, and they exist" documents_linked_exist
ok "the captures in captures/README.md exist" sample_files_exist
ok "docs/architecture.md names every header" every_header_has_its_stage

finish
