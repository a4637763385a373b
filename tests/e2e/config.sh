#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a user tells cachetap of the caches: headers to ignore, dialects of his own, settings in
# a file. Usage: tests/e2e/config.sh path/to/cachetap
set -u
program=$(realpath "$1") || exit 1
root=$(realpath "$(dirname "$0")/../..") || exit 1
captures=$root/captures
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS
passed=0
failed=0

ok() { # description, then a command that succeeds
    local what=$1
    shift
    if "$@"; then
        echo "ok - $what"
        passed=$((passed + 1))
    else
        echo "not ok - $what"
        sed 's/^/    out: /' out | head -5
        sed 's/^/    err: /' err | head -5
        failed=$((failed + 1))
    fi
}
run() { # arguments of cachetap; leaves out, err and status
    "$program" "$@" >out 2>err </dev/null
    status=$?
}
quiet() { [ "$status" -eq 0 ] && [ ! -s err ]; }
is_refused() { [ "$status" -eq 2 ] && [ ! -s out ] && [ "$(cat err)" = "cachetap: $1" ]; }
refused() { # the whole message, arguments: exit status 2, this one line, nothing else
    local message=$1
    shift
    run "$@"
    ok "exit 2: $message" is_refused "$message"
}

# ---- headers to ignore ------------------------------------------------------------------------
nobody_stated() { quiet && [ "$(jq -s 'map(select(.cache_basis == "stated")) | length' out)" -eq 0 ]; }
ignored_is_listed() { quiet && jq -e '.ignored_headers == ["x-cache-status", "Age"]' out >/dev/null; }
ignored_is_said() { quiet && grep -q '^  ignored      headers of responses: x-cache-status, Age$' out; }
run -r "$captures/nginx.pcap" --json
ok "the sample states outcomes" [ "$(jq -s 'map(select(.cache_basis == "stated")) | length' out)" -gt 100 ]
run -r "$captures/nginx.pcap" --json --ignore-header x-cache-status
ok "an ignored header states nothing" nobody_stated
run -r "$captures/nginx.pcap" --summary-json --ignore-header x-cache-status --ignore-header Age
ok "summary-json lists what is ignored" ignored_is_listed
run -r "$captures/nginx.pcap" --summary --ignore-header x-cache-status --ignore-header Age
ok "the summary says what is ignored" ignored_is_said
refused "--ignore-header X-Cache: HIT: not the name of a header field, give one such as X-Cache" \
    -r "$captures/nginx.pcap" --ignore-header 'X-Cache: HIT'

echo "config: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
