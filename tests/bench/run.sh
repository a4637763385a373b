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

large() { # sample, name, packets
    [ -f "$dir/$2.pcap" ] || "$dir/mkcap" "captures/$1" "$dir/$2.pcap" "$3" >/dev/null
}

large nginx.pcap all "$packets"
large nginx.pcap small $((packets / 10))
large nginx.pcap tiny 20000

echo "== $packets packets, recorded nginx traffic repeated with other addresses and times"
"$dir/floor" "$dir/all.pcap"
"$tap" -r "$dir/all.pcap" --summary | sed -n 1,6p
"$dir/measure" "$runs" "$dir/floor $dir/all.pcap" "$tap -r $dir/all.pcap --summary" \
    "$tap -r $dir/all.pcap --json"

echo
echo "== the same traffic once and ten times: peak memory"
"$dir/measure" 3 "$tap -r $dir/small.pcap --summary" "$tap -r $dir/all.pcap --summary"

set -- "$dir/floor $dir/tiny.pcap" "$tap -r $dir/tiny.pcap --summary"
command -v tshark >/dev/null 2>&1 &&
    set -- "$@" "tshark -r $dir/tiny.pcap -q -z http,tree"
command -v httpry >/dev/null 2>&1 &&
    set -- "$@" "httpry -r $dir/tiny.pcap -o /dev/null"
echo
echo "== beside other tools, 20,000 packets"
"$dir/measure" 3 "$@"
