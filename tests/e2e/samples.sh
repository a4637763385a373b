#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The label of every request in captures/ against the cache's own log beside it, with the status
# headers and without them. tests/lab/truth.map says what a word of a log means, exceptions.map what
# the wire cannot show, samples.figures what has been reached.
set -u
program=$1
here=$(cd "$(dirname "$0")" && pwd)
captures=$here/../../captures
samples=()
sample() { # TITLE CACHE SIDECAR CAPTURE...
    local title=$1 cache=$2 sidecar=$3 files=$captures/$4
    shift 4
    for file in "$@"; do files+=+$captures/$file; done
    samples+=("$title=$cache:$captures/$sidecar.verdicts.tsv:$files")
}
sample nginx nginx nginx nginx.pcap
sample varnish varnish-vcl varnish varnish.pcap varnish-origin.pcap
sample squid squid squid squid.pcapng
sample chain nginx-varnish chain chain.pcap
sample chain-varnish varnish-vcl chain-varnish chain.pcap
sample varnish-plain varnish varnish-plain varnish-plain.pcap
sample trafficserver trafficserver trafficserver trafficserver.pcap
sample httpd httpd httpd httpd.pcap
sample haproxy haproxy haproxy haproxy.pcap

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
report=$work/report
if python3 -B "$here/../lab/compare.py" --hold "$here/samples.figures" "$program" "${samples[@]}" >"$report"; then
    sed -n '/^With the caches/,$p' "$report" | grep -vE '^ '
    echo "ok - ${#samples[@]} samples: every label agrees with the cache's own log, or the wire cannot show it"
else
    cat "$report"
    echo "not ok - labels against the caches' own logs"
    exit 1
fi

# The comparison must notice a label that is wrong: here the first hit is logged as a miss.
awk -F '\t' -v OFS='\t' '!done && $7 == "HIT" { $7 = "MISS"; done = 1 } { print }' \
    "$captures/nginx.verdicts.tsv" >"$work/nginx.verdicts.tsv"
if python3 -B "$here/../lab/compare.py" "$program" "nginx=nginx:$work/nginx.verdicts.tsv:$captures/nginx.pcap" \
    >"$report"; then
    echo "not ok - a wrong label is not noticed"
    exit 1
fi
grep -q '^FAILED: nginx: MISS .* labelled HIT$' "$report" || { cat "$report"; echo "not ok - a wrong label is not said"; exit 1; }
echo "ok - a label that is not the log's is noticed"
