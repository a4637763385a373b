#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# soak.sh BUILD: many transactions through a live interface, with logs that are rotated and
# metrics that are scraped meanwhile. Every ten seconds it prints what the program holds; at the
# end it fails when memory or descriptors are more than they were after the first minute.
# Needs root: two network namespaces are made, and removed at the end.
#   SOAK_TRANSACTIONS  how many (10000000)
#   SOAK_PPS           packets/s (60000); there are about five for a transaction
#   SOAK_ARGS          more arguments for cachetap
set -eu
build=$(realpath "$1")
transactions=${SOAK_TRANSACTIONS:-10000000}
pps=${SOAK_PPS:-60000}
if [ "$(id -u)" -ne 0 ]; then
    echo "soak: network namespaces need root" >&2
    exit 1
fi
work=$(mktemp -d /dev/shm/cachetap-soak.XXXXXX)
here=cts$$-to
there=cts$$-from
tap='' sender='' page=''
clean_up() {
    set +e
    exec 2>/dev/null
    kill -KILL $tap $sender
    ip netns del "$here"
    ip netns del "$there"
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

ip netns add "$here"
ip netns add "$there"
for space in "$here" "$there"; do
    ip netns exec "$space" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
ip link add cts0 netns "$here" type veth peer name cts1 netns "$there"
ip -n "$here" link set lo up
ip -n "$here" link set cts0 up
ip -n "$there" link set cts1 up

# shellcheck disable=SC2086
ip netns exec "$here" env --default-signal=INT,HUP "$build/cachetap" -i cts0 --metrics 127.0.0.1:9199 \
    -o "json:$work/log" -o "summary-json:$work/summary" --ring 8 -w "$work/ring" ${SOAK_ARGS:-} 2>"$work/err" &
tap=$!
scrape() { page=$(ip netns exec "$here" curl -s http://127.0.0.1:9199/metrics); }
for ((i = 0; i < 300; i++)); do
    if grep -q 'listening on' "$work/err" && scrape; then break; fi
    sleep 0.1
done

"$build/bench/mkcap" captures/nginx.pcap - $((transactions * 5)) '' 2>/dev/null |
    ip netns exec "$there" tcpreplay --pps "$pps" --pps-multi $((pps / 100)) -i cts1 - >"$work/sent" 2>&1 &
sender=$!

total() { awk -v name="$1{" 'index($0, name) == 1 { n += $NF } END { printf "%.0f\n", n }' <<<"$page"; }
memory() { awk '/^VmRSS:/ { print $2 }' "/proc/$tap/status"; }
descriptors() { find "/proc/$tap/fd" -mindepth 1 | wc -l; }
row() { printf '%8s %14s %10s %12s %12s %8s\n' "$@"; }

row seconds transactions packets/s 'resident KiB' descriptors dropped
begin=$SECONDS
first_memory='' first_descriptors='' packets=0
while kill -0 "$sender" 2>/dev/null; do
    sleep 10
    mv "$work/log" "$work/log.1"
    kill -HUP "$tap"
    scrape || true
    before=$packets
    packets=$(total cachetap_capture_received_packets_total)
    row $((SECONDS - begin)) "$(total cachetap_transactions_total)" $(((packets - before) / 10)) "$(memory)" \
        "$(descriptors)" "$(total cachetap_capture_kernel_dropped_packets_total)"
    if [ -z "$first_memory" ] && [ $((SECONDS - begin)) -ge 60 ]; then
        first_memory=$(memory)
        first_descriptors=$(descriptors)
    fi
done
wait "$sender" || true
sender=
sleep 1
last_memory=$(memory)
last_descriptors=$(descriptors)
kill -INT "$tap"
wait "$tap" || echo "soak: cachetap ended with status $?"
tap=
grep -v 'listening on' "$work/err" || true
jq -c '{transactions: .transactions.total, interfaces}' "$work/summary"
[ -n "$first_memory" ] || { echo "soak: ended within a minute: more transactions are needed" >&2; exit 1; }
echo "memory: $first_memory KiB after the first minute, $last_memory KiB at the end"
echo "descriptors: $first_descriptors after the first minute, $last_descriptors at the end"
# Three parts in a hundred: pools grow to the most that was ever open at one time, and packets
# that the kernel drops keep connections open for longer.
[ "$last_memory" -le $((first_memory + first_memory * 3 / 100)) ] && [ "$last_descriptors" -le "$first_descriptors" ]
