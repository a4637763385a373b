#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The label of every request in captures/ against the cache's own verdict beside it.
# samples.map says which labels a cache's word may have on the wire, and why.
set -u
program=$1
here=$(dirname "$0")
captures=$here/../../captures
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
passed=0

labels() { # capture files...: ip port nth method uri status outcome basis
    local inputs=()
    for file in "$@"; do inputs+=(-r "$captures/$file"); done
    "$program" "${inputs[@]}" --json >"$work/json" || return 1
    jq -r '[.["id.orig_h"], .["id.orig_p"], .trans_depth, .method, .uri, .status_code,
            .cache_status, .cache_basis, .complete] | @tsv' "$work/json"
}

check() { # name in samples.map, verdict file, capture files...
    local name=$1 verdicts=$2
    shift 2
    labels "$@" >"$work/labels" || { echo "not ok - $name: cachetap failed"; failed=$((failed + 1)); return; }
    if awk -F '\t' -v name="$name" '
        FILENAME ~ /samples.map$/ { if ($1 == name) map[$2 "\t" $3] = $4; next }
        FILENAME ~ /labels$/ { key = $1 FS $2 FS $3; label[key] = $7; basis[key] = $8; line[key] = $4 FS $5 FS $6; whole[key] = $9; next }
        /^#/ { next }
        {
            n++; key = $1 FS $2 FS $3
            if (!(key in label)) { print "    no transaction for " $0; bad++; next }
            want = $4 FS $5 FS ($6 == "-" ? 200 : $6)
            if (line[key] != want) { print "    paired wrongly: " line[key] " is not " want; bad++; next }
            if (whole[key] != "true") { print "    not complete: " $0; bad++; next }
            allowed = (($7 "\t" $5) in map) ? map[$7 "\t" $5] : map[$7 "\t*"]
            got = label[key] "/" basis[key]
            if (index(" " allowed " ", " " got " ") == 0) { print "    " $4 " " $5 " (" $6 "): " $7 " is labelled " got ", allowed: " allowed; bad++ }
        }
        END { if (n < 20) { print "    only " n " verdicts"; bad++ } exit bad > 0 }' \
        "$here/samples.map" "$work/labels" "$captures/$verdicts"; then
        echo "ok - $name: $(grep -vc '^#' "$captures/$verdicts") requests labelled as the cache's own log has them"
        passed=$((passed + 1))
    else
        echo "not ok - $name"
        failed=$((failed + 1))
    fi
}

check nginx nginx.verdicts.tsv nginx.pcap
check varnish varnish.verdicts.tsv varnish.pcap varnish-origin.pcap
check squid squid.verdicts.tsv squid.pcapng
check chain chain.verdicts.tsv chain.pcap
check chain-varnish chain-varnish.verdicts.tsv chain.pcap

echo "samples: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
