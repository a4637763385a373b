# shellcheck shell=bash disable=SC2034,SC2154 # prefix is the caller's, v4_clients is for caches.sh
# SPDX-License-Identifier: Apache-2.0
# Three network namespaces that exist only meanwhile, and processes in them. To be sourced by a
# script that has set `prefix` to a name of its own (with its process number: several may run).
#
# client (10.9.1.10, .11) --- cl0 (10.9.1.1) cache or0 (10.9.2.1) --- (10.9.2.2) origin

lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
client=$prefix-client cache=$prefix-cache origin=$prefix-origin
run='' pids=()
shared=ctlab$$ # Squid's name for what it keeps in /dev/shm, which namespaces do not divide

fail() {
    echo "$(basename "$0"): $*" >&2
    [ -z "$run" ] || tail -n 5 "$run/output.log" >&2
    exit 1
}

# Become one command in a namespace, without this machine's environment (SSLKEYLOGFILE, proxies).
# For subshells: `(inside NAMESPACE COMMAND...)`, or `inside NAMESPACE COMMAND... &`, where $! is
# the command's own process.
inside() {
    local namespace=$1
    shift
    exec ip netns exec "$namespace" env -i PATH="$PATH" LC_ALL=C TZ=UTC "$@"
}

# Ask again every 50 ms until the command succeeds, for twenty seconds.
await() {
    local what=$1 tries=400
    shift
    until "$@"; do
        ((tries-- > 0)) || fail "waited in vain for $what"
        sleep 0.05
    done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

stop() {
    local signal=$1 pid=$2
    kill -s "$signal" "$pid" 2>/dev/null || return 0
    await "the end of process $pid" gone "$pid"
}

clean_up() {
    local pid namespace
    for pid in "${pids[@]}"; do
        kill -s KILL "$pid" 2>/dev/null || true
    done
    for namespace in "$client" "$cache" "$origin"; do
        if [ -e "/run/netns/$namespace" ]; then
            ip netns pids "$namespace" | xargs -r kill -s KILL 2>/dev/null || true
            ip netns del "$namespace" || true
        fi
    done
    pids=()
    rm -f "/dev/shm/$shared"*
    if [ -n "$run" ]; then
        if [ "${KEEP:-}" ]; then echo "kept: $run" >&2; else rm -rf "$run"; fi
    fi
    run=''
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# One link: namespace, interface and last octet of the MAC address of either end.
link() {
    ip link add "$2" address "02:00:00:00:00:$3" netns "$1" type veth \
        peer name "$5" address "02:00:00:00:00:$6" netns "$4"
    ip -n "$1" link set "$2" addrgenmode none
    ip -n "$4" link set "$5" addrgenmode none
}

make_network() {
    local namespace
    for namespace in "$client" "$cache" "$origin"; do
        ip netns add "$namespace"
        ip -n "$namespace" link set lo up
    done
    link "$client" eth0 10 "$cache" cl0 11
    link "$cache" or0 20 "$origin" eth0 21
    ip -n "$client" addr add 10.9.1.10/24 dev eth0
    ip -n "$client" addr add 10.9.1.11/24 dev eth0
    ip -n "$client" addr add 2001:db8:1::10/64 dev eth0 nodad
    ip -n "$cache" addr add 10.9.1.1/24 dev cl0
    ip -n "$cache" addr add 2001:db8:1::1/64 dev cl0 nodad
    ip -n "$cache" addr add 10.9.2.1/24 dev or0
    ip -n "$cache" addr add 10.9.3.1/32 dev lo
    ip -n "$origin" addr add 10.9.2.2/24 dev eth0
    ip -n "$client" link set eth0 up
    ip -n "$cache" link set cl0 up
    ip -n "$cache" link set or0 up
    ip -n "$origin" link set eth0 up
}

# No segmentation offload: frames of 1500 bytes at most, as on a wire.
as_on_a_wire() {
    ip -n "$client" link set eth0 gso_max_segs 1
    ip -n "$cache" link set cl0 gso_max_segs 1
    ip -n "$cache" link set or0 gso_max_segs 1
    ip -n "$origin" link set eth0 gso_max_segs 1
}

listens() { (inside "$1" ss -Hltn "sport = :$2") | grep -q LISTEN; }

# start NAMESPACE PORT COMMAND...: in the background, ready when the port listens. Sets $started.
start() {
    local namespace=$1 port=$2
    shift 2
    inside "$namespace" "$@" >>"$run/output.log" 2>&1 </dev/null &
    started=$!
    disown # no word from bash when it is ended
    pids+=("$started")
    await "$1 on port $port" listens "$namespace" "$port"
}

start_origin() {
    start "$origin" 8080 python3 -B "$lab/origin.py" 10.9.2.2 8080 "$run/origin.log"
}

new_run() {
    run=$(mktemp -d "${TMPDIR:-/tmp}/ct-lab.XXXXXX")
    chmod 755 "$run"
    : >"$run/output.log"
    make_network
}

v4_clients='10.9.1.10,10.9.1.1 10.9.1.11,10.9.1.1'

# drive PORT "SOURCE,CACHE..." OPTION...: leaves $run/drive.log.
drive() {
    local port=$1 pair options=()
    for pair in $2; do options+=(--pair "$pair"); done
    shift 2
    (inside "$client" python3 -B "$lab/drive.py" "${options[@]}" --port "$port" \
        --origin-log "$run/origin.log" "$@") >"$run/drive.log" 2>>"$run/output.log" ||
        fail "the workload broke off"
}
