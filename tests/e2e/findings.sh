#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Cache problems and marks, from a capture to every output. Usage: findings.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
root=$(realpath "$(dirname "$0")/../..") || exit 1
captures=$root/captures
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

run() { "$program" "$@" >out 2>err </dev/null; }

listed() { jq -es 'map(select(.uri == "/vary-star")) | length > 0 and all(.findings | index("vary-star"))' out >/dev/null; }
elsewhere() { jq -es 'map(select(.uri != "/vary-star")) | all(.findings | index("vary-star") | not)' out >/dev/null; }
run -r "$captures/nginx.pcap" --json
ok "the JSON lists findings where they are" listed
ok "and nowhere else" elsewhere
n=$(jq -s 'map(select(.findings | index("vary-star"))) | length' out)

run -r "$captures/nginx.pcap" --summary-json
counted() { jq -e --argjson n "$n" '.findings["vary-star"] == $n and .cache_marks["stored=no"] > 0' out >/dev/null; }
ok "summary-json counts findings and marks" counted

run -r "$captures/nginx.pcap" --summary
shown() { grep -q "^  vary-star  *$n  warning  name the request fields" out && grep -q "^  stored=no  *[0-9]" out; }
ok "the summary shows them with severity and advice" shown
worst_first() { [ "$(sed -n '/^Findings/{n;p;}' out | awk '{print $3}')" = error ]; }
ok "the worst first" worst_first

run -r "$captures/nginx.pcap" --text --explain
explained() { grep -q "^    findings  *vary-star: name the request fields" out || grep -q "^ *vary-star: name the request" out; }
ok "--explain says what to do" explained

finish
