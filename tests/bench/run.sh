#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD: replay time as a ratio to a bare pcap_loop, side by side in one run, and to
# tshark and httpry where they are installed; and whether ten times the traffic takes more
# memory than once. BENCH_PACKETS and BENCH_RUNS change the size.
set -eu
build=$1
packets=${BENCH_PACKETS:-1000000}
runs=${BENCH_RUNS:-5}
dir=$build/bench
tap=$build/cachetap

large() { # sample, name, packets, filter
    [ -f "$dir/$2.pcap" ] || "$dir/mkcap" "captures/$1" "$dir/$2.pcap" "$3" "$4" 2>/dev/null
}
beside() { # name, what it is
    echo "== $2"
    "$tap" -r "$dir/$1.pcap" --summary | sed -n '4,7p'
    "$dir/measure" "$runs" "$dir/floor $dir/$1.pcap" "$tap -r $dir/$1.pcap --summary" \
        "$tap -r $dir/$1.pcap --json"
    echo
}

# Recorded nginx traffic, repeated with other addresses and times, in packets of 1500 bytes.
large nginx.pcap pages "$packets" 'port 41002'
large nginx.pcap tiny "$packets" ''
large nginx.pcap tenth $((packets / 10)) ''
large nginx.pcap few 20000 ''

beside pages "pages with assets and one large file: $packets packets"
beside tiny "answers of 400 octets, a connection for seven of them, both sides of the cache: $packets packets"

echo "== verdicts: what they cost"
for sample in nginx varnish squid; do
    large $(ls captures | grep "^$sample\.pcap") "verdicts-$sample" 20000 ''
    printf '%-8s ' "$sample"
    "$dir/verdicts" "$dir/verdicts-$sample.pcap"
done
echo

echo "== what a live view keeps and reads"
for sample in nginx varnish squid; do
    printf '%-8s ' "$sample"
    "$dir/watch" "$dir/verdicts-$sample.pcap"
done
echo

echo "== the same traffic once and ten times: peak memory"
"$dir/measure" 3 "$tap -r $dir/tenth.pcap --summary" "$tap -r $dir/tiny.pcap --summary"

set -- "$dir/floor $dir/few.pcap" "$tap -r $dir/few.pcap --summary"
command -v tshark >/dev/null 2>&1 &&
    set -- "$@" "tshark -r $dir/few.pcap -q -z http,tree"
command -v httpry >/dev/null 2>&1 &&
    set -- "$@" "httpry -r $dir/few.pcap -o /dev/null"
echo
echo "== beside other tools, 20,000 packets"
"$dir/measure" 3 "$@"
