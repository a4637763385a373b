#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# live.sh BUILD: what is lost of traffic that comes as fast as tcpreplay can send it, beside
# tcpdump, and httpry where it is installed, one after the other on the same veth pair, in turn.
# Needs root: two network namespaces are made, and removed at the end.
#   BENCH_PACKETS  how many are sent (1000000): real traffic of nginx, pages with assets and one
#                  large file in packets of 1500 octets; they and their sender are kept in memory
#   BENCH_ROUNDS   how often everybody gets them (3)
set -eu
build=$(realpath "$1")
packets=${BENCH_PACKETS:-1000000}
rounds=${BENCH_ROUNDS:-3}
tap=$build/cachetap
if [ "$(id -u)" -ne 0 ]; then
    echo "bench-live: network namespaces need root" >&2
    exit 1
fi
work=$(mktemp -d /dev/shm/cachetap-bench.XXXXXX)
to=ctb$$-to
from=ctb$$-from
pid=
clean_up() {
    set +e
    exec 2>/dev/null
    [ -z "$pid" ] || kill -KILL "$pid"
    ip netns del "$to"
    ip netns del "$from"
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# No addresses: nothing but what is sent comes through.
ip netns add "$to"
ip netns add "$from"
for space in "$to" "$from"; do
    ip netns exec "$space" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
ip link add ctb0 netns "$to" type veth peer name ctb1 netns "$from"
ip -n "$to" link set ctb0 up
ip -n "$from" link set ctb1 up

"$build/bench/mkcap" captures/nginx.pcap "$work/cap" "$packets" 'port 41002' 2>/dev/null
"$tap" -r "$work/cap" --summary-json >"$work/replay" 2>/dev/null
packets=$(jq .packets.read "$work/replay")

sockets() { ip netns exec "$to" grep -c ' 0003 ' /proc/net/packet; }
listen() { # command: $pid, when all its sockets are there
    local i n=0 before=-1
    ip netns exec "$to" env --default-signal=INT "$@" >"$work/out" 2>"$work/err" &
    pid=$!
    for ((i = 0; i < 100; i++)); do
        sleep 0.1
        n=$(sockets || true)
        [ "$n" -gt 0 ] && [ "$n" -eq "$before" ] && return
        before=$n
    done
    echo "bench-live: does not listen: $*" >&2
    exit 1
}
send() { # all of it; how fast
    ip netns exec "$from" tcpreplay --topspeed --preload-pcap -i ctb1 "$work/cap" >"$work/sent" 2>&1
    rate=$(sed -n 's/^Rated: .* \([0-9]*\)\.[0-9]* pps$/\1/p' "$work/sent")
    sent=$(sed -n 's/^\tSuccessful packets: *\([0-9]*\)$/\1/p' "$work/sent")
}
stop() { # what is left in the ring is read in a second
    sleep 1
    kill -INT "$pid"
    wait "$pid" || true
    pid=
}
labels='[.transactions, .cache_status, .cache_basis]'
row() { printf '%-6s %-32s %10s %9s %10s %10s %8s  %s\n' "$@"; }
lost_share() { awk -v lost="$1" -v all="$2" 'BEGIN { printf "%.3f %%", (all > 0) ? 100 * lost / all : 0 }'; }

with_tcpdump() {
    listen tcpdump -i ctb0 -w /dev/null
    send
    stop
    local received dropped
    received=$(sed -n 's/^\([0-9]*\) packets* received by filter$/\1/p' "$work/err")
    dropped=$(sed -n 's/^\([0-9]*\) packets* dropped by kernel$/\1/p' "$work/err")
    row "$1" 'tcpdump -w /dev/null' "$sent" "$rate" "$received" "$dropped" "$(lost_share "$dropped" "$received")" ''
}
with_httpry() {
    listen httpry -i ctb0 -o /dev/null 'tcp port 80'
    send
    stop
    local received dropped
    received=$(sed -n 's/^\([0-9]*\) packets received.*/\1/p' "$work/err")
    dropped=$(sed -n 's/.* \([0-9]*\) packets dropped.*/\1/p' "$work/err")
    row "$1" 'httpry -o /dev/null' "$sent" "$rate" "$received" "$dropped" "$(lost_share "$dropped" "$received")" \
        "$(sed -n 's/.* \([0-9]*\) http packets parsed.*/\1 requests and responses/p' "$work/err")"
}
with_cachetap() { # round, arguments
    local round=$1 received dropped note
    shift
    listen "$tap" -q -i ctb0 --no-drop --summary-json "$@"
    send
    stop
    received=$(jq '.interfaces[0].received' "$work/out")
    dropped=$(jq '.interfaces[0].kernel_drops' "$work/out")
    note="$(jq .transactions.total "$work/out") transactions of $(jq .transactions.total "$work/replay")"
    if cmp -s <(jq -c "$labels" "$work/out") <(jq -c "$labels" "$work/replay"); then
        note="$note, labels as in a replay"
    fi
    row "$round" "cachetap $*" "$sent" "$rate" "$received" "$dropped" "$(lost_share "$dropped" "$received")" "$note"
}

echo "$packets packets of $(($(stat -c %s "$work/cap") / packets)) octets on average, on $(nproc) processors"
row round receiver sent 'packets/s' received 'dropped' lost found
for ((round = 1; round <= rounds; round++)); do
    with_tcpdump "$round"
    with_cachetap "$round" --threads 1
    with_cachetap "$round" --threads 2
    ! command -v httpry >/dev/null 2>&1 || with_httpry "$round"
done
