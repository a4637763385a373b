#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Record the sample captures from real caches, in network namespaces that exist only meanwhile.
#
# usage: captures/record.sh [nginx|varnish|squid|chain|all]     (as root; default: all)
#
# Needs iproute2, tcpdump, python3 and the caches; mergecap for Squid's pcapng; tshark, where it is
# there, to check that the capture holds every request that the cache has logged.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
lab=$here/lab
prefix=ct-rec-$$
client=$prefix-client cache=$prefix-cache origin=$prefix-origin
run='' pids=()
declare -A dumpers=()

fail() {
    echo "record.sh: $*" >&2
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

# Ask again every 50 ms until the command succeeds, for ten seconds.
await() {
    local what=$1 tries=200
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
        if ip netns list | grep -q "^$namespace\b"; then
            ip netns pids "$namespace" | xargs -r kill -s KILL 2>/dev/null || true
            ip netns del "$namespace" || true
        fi
    done
    pids=() dumpers=()
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

# client (10.9.1.10, .11) --- cl0 (10.9.1.1) cache or0 (10.9.2.1) --- (10.9.2.2) origin
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

# capture FILE INTERFACE OPTION...: returns when tcpdump is listening.
capture() {
    local file=$run/$1 interface=$2
    shift 2
    inside "$cache" tcpdump -Z root -n -s 0 -B 16384 -U --immediate-mode -i "$interface" "$@" \
        -w "$file" 2>"$file.err" &
    dumpers[$file]=$!
    disown
    pids+=("${dumpers[$file]}")
    await "tcpdump on $interface" grep -q 'listening on' "$file.err"
}

sizes() { stat -c %s "${!dumpers[@]}" | paste -sd ' '; }

quiet() {
    local before
    before=$(sizes)
    sleep 0.3
    [ "$before" = "$(sizes)" ]
}

# After the last packet: end every tcpdump and see that the kernel dropped nothing.
end_captures() {
    local file
    await "the network to fall silent" quiet
    for file in "${!dumpers[@]}"; do
        stop INT "${dumpers[$file]}"
        grep -q '^0 packets dropped by kernel' "$file.err" ||
            fail "$(basename "$file") is incomplete: $(paste -sd ' ' "$file.err")"
    done
    dumpers=()
}

# drive PORT SOURCE,CACHE...
drive() {
    local port=$1 pair options=()
    shift
    for pair in "$@"; do options+=(--pair "$pair"); done
    (inside "$client" python3 -B "$lab/drive.py" "${options[@]}" --port "$port" \
        --origin-log "$run/origin.log") >"$run/drive.log" || fail "the workload broke off"
}

# From "ip port method uri status verdict", in the order logged, to the sidecar with its `nth`.
write_verdicts() {
    printf '#client_ip\tclient_port\tnth\tmethod\turi\tstatus\tverdict\n'
    awk 'BEGIN { OFS = "\t" }
         { sub("^https?://[^/]*", "", $4)
           print $1, $2, ++nth[$1, $2], $3, $4, $5, ($6 == "" ? "-" : $6) }' "$1"
}

# make_sidecar NAME PORT LOG CAPTURE: of the cache that listens on PORT, checked with the capture.
make_sidecar() {
    local sidecar=$run/$1.verdicts.tsv
    write_verdicts "$3" >"$sidecar"
    if command -v tshark >/dev/null; then
        python3 -B "$lab/check.py" "$run/$4" "$2" "$sidecar"
    else
        echo "record.sh: tshark is not installed, $1 is not checked" >&2
    fi
}

# deliver CAPTURE...: with all sidecars of the run, once everything has been checked.
deliver() {
    local file
    for file in "$@"; do cp "$run/$file" "$here/"; done
    cp "$run"/*.verdicts.tsv "$here/"
}

new_run() {
    run=$(mktemp -d "${TMPDIR:-/tmp}/ct-rec.XXXXXX")
    chmod 755 "$run"
    make_network
}

v4_clients=('10.9.1.10,10.9.1.1' '10.9.1.11,10.9.1.1')

record_nginx() {
    new_run
    start_origin
    cp "$lab/nginx.conf" "$lab/nginx-cache.conf" "$run/"
    start "$cache" 80 nginx -p "$run" -e error.log -c nginx.conf
    local nginx=$started
    capture nginx.pcap any -y LINUX_SLL2
    drive 80 10.9.1.10,10.9.1.1 2001:db8:1::10,2001:db8:1::1
    stop QUIT "$nginx"
    end_captures
    make_sidecar nginx 80 "$run/verdicts.log" nginx.pcap
    deliver nginx.pcap
    clean_up
}

# start_varnish ADDRESS:PORT; its log is read by write_varnish_log before it is stopped.
start_varnish() {
    start "$cache" "${1##*:}" varnishd -F -n "$run/varnish" -i cache.example.com -a "$1" \
        -f "$lab/varnish.vcl" -s malloc,32m -T none -p default_grace=0
    varnish=$started
}

write_varnish_log() {
    (inside "$cache" varnishncsa -n "$run/varnish" -d \
        -F '%{VSL:ReqStart[1]}x %{VSL:ReqStart[2]}x %m %U%q %s %{Varnish:handling}x') >"$1"
}

record_varnish() {
    new_run
    as_on_a_wire
    start_origin
    start_varnish 10.9.1.1:6081
    capture varnish.pcap cl0 --time-stamp-precision=nano
    capture varnish-origin.pcap or0 --time-stamp-precision=nano
    drive 6081 "${v4_clients[@]}"
    end_captures
    write_varnish_log "$run/verdicts.log"
    stop TERM "$varnish"
    make_sidecar varnish 6081 "$run/verdicts.log" varnish.pcap
    deliver varnish.pcap varnish-origin.pcap
    clean_up
}

record_squid() {
    new_run
    as_on_a_wire
    start_origin
    sed "s|@RUN@|$run|" "$lab/squid.conf" >"$run/squid.conf"
    touch "$run/verdicts.log" "$run/cache.log"
    chown nobody "$run"/{verdicts,cache}.log
    start "$cache" 3128 squid -N -f "$run/squid.conf"
    local squid=$started
    capture client-side.pcap cl0 --time-stamp-precision=nano
    capture origin-side.pcap or0
    drive 3128 "${v4_clients[@]}"
    stop TERM "$squid"
    end_captures
    mergecap -I none -F pcapng -w "$run/squid.pcapng" "$run"/{client,origin}-side.pcap
    python3 -B "$lab/strip.py" "$run/squid.pcapng"
    make_sidecar squid 3128 "$run/verdicts.log" squid.pcapng
    deliver squid.pcapng
    clean_up
}

record_chain() {
    new_run
    start_origin
    start_varnish 10.9.3.1:6081
    cp "$lab/chain.conf" "$lab/nginx-cache.conf" "$run/"
    start "$cache" 8000 nginx -p "$run" -e error.log -c chain.conf
    local nginx=$started
    capture chain.pcap any -y LINUX_SLL2
    drive 8000 "${v4_clients[@]}"
    stop QUIT "$nginx"
    end_captures
    write_varnish_log "$run/varnish.log"
    stop TERM "$varnish"
    make_sidecar chain 8000 "$run/verdicts.log" chain.pcap
    make_sidecar chain-varnish 6081 "$run/varnish.log" chain.pcap
    deliver chain.pcap
    clean_up
}

[ "$(id -u)" = 0 ] || fail "network namespaces need root"
case ${1:-all} in
nginx | varnish | squid | chain) "record_$1" ;;
all) for name in nginx varnish squid chain; do "record_$name"; done ;;
*) fail "usage: $0 [nginx|varnish|squid|chain|all]" ;;
esac
