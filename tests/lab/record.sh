#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Record the sample captures from real caches, in network namespaces that exist only meanwhile.
#
# usage: tests/lab/record.sh [NAME...]     (as root; default: all; OUT=FOLDER instead of captures/)
#
# nginx, varnish, squid, chain: the fixed workload, both sides of the cache, each in another capture
# format. varnish-plain, trafficserver, httpd, haproxy: the seeded workload, the client's side only.
# Needs what `make lab` needs, and tcpdump; mergecap for Squid's pcapng; tshark, where it is there,
# to check that the capture holds every request of the sidecar.

set -euo pipefail

prefix=ct-rec-$$
# shellcheck source=tests/lab/net.sh
. "$(dirname "$0")/net.sh"
# shellcheck source=tests/lab/caches.sh
. "$(dirname "$0")/caches.sh"
out=$(realpath "${OUT:-$lab/../../captures}")
program=$lab/../../build/cachetap
seed=1 requests=150
declare -A dumpers=()

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

# check NAME CAPTURE: the sidecar against the capture.
check() {
    if command -v tshark >/dev/null; then
        python3 -B "$lab/check.py" "$2" "$port" "$1.verdicts.tsv"
    else
        echo "record.sh: tshark is not installed, $(basename "$1") is not checked" >&2
    fi
}

# fixed NAME CACHE OPTION...: the run; $captures are FILE INTERFACE OPTION... each.
fixed() {
    local name=$1 what=$2 spec
    new_run
    case $what in varnish-vcl | squid) as_on_a_wire ;; esac
    start_origin
    start_cache "$what"
    for spec in "${captures[@]}"; do
        # shellcheck disable=SC2086
        capture $spec
    done
    drive "$port" "$clients"
    log_cache "$what" >"$run/words.log"
    [ "$name" != chain ] || log_inner >"$run/chain-varnish.verdicts.tsv"
    end_captures
    stop_cache
    python3 -B "$lab/sidecar.py" "$run/drive.log" "$run/words.log" "$run/origin.log" \
        >"$run/$name.verdicts.tsv"
}

# The chain's inner leg, whose connections nginx makes: Varnish's log, numbered by connection.
log_inner() {
    printf '#client_ip\tclient_port\tnth\tmethod\turi\tstatus\tverdict\n'
    (inside "$cache" varnishncsa -n "$run/varnish" -d \
        -F '%{VSL:ReqStart[1]}x %{VSL:ReqStart[2]}x %m %U%q %s %{Varnish:handling}x') |
        awk 'BEGIN { OFS = "\t" } { print $1, $2, ++nth[$1, $2], $3, $4, $5, $6 }'
}

# deliver FILE...: from the run to the samples, once everything has been checked.
deliver() {
    local file
    for file in "$@"; do cp "$run/$file" "$out/"; done
    clean_up
}

record_nginx() {
    captures=('nginx.pcap any -y LINUX_SLL2')
    fixed nginx nginx
    check "$run/nginx" "$run/nginx.pcap"
    deliver nginx.pcap nginx.verdicts.tsv
}

record_varnish() {
    captures=('varnish.pcap cl0 --time-stamp-precision=nano'
        'varnish-origin.pcap or0 --time-stamp-precision=nano')
    fixed varnish varnish-vcl
    check "$run/varnish" "$run/varnish.pcap"
    deliver varnish.pcap varnish-origin.pcap varnish.verdicts.tsv
}

record_squid() {
    captures=('client-side.pcap cl0 --time-stamp-precision=nano' 'origin-side.pcap or0')
    fixed squid squid
    mergecap -I none -F pcapng -w "$run/squid.pcapng" "$run"/{client,origin}-side.pcap
    python3 -B "$lab/strip.py" "$run/squid.pcapng"
    check "$run/squid" "$run/squid.pcapng"
    deliver squid.pcapng squid.verdicts.tsv
}

record_chain() {
    captures=('chain.pcap any -y LINUX_SLL2')
    fixed chain nginx-varnish
    check "$run/chain" "$run/chain.pcap"
    port=6081
    check "$run/chain-varnish" "$run/chain.pcap"
    deliver chain.pcap chain.verdicts.tsv chain-varnish.verdicts.tsv
}

# seeded NAME CACHE: by cachetap itself.
seeded() {
    local folder
    folder=$(mktemp -d)
    "$lab/run.sh" "$program" "$2" "$seed" "$requests" "$folder"
    port=$(sed -n "/^start_${2//-/_}()/,/^}/s/.*port=\([0-9]*\).*/\1/p" "$lab/caches.sh")
    check "$folder/$2" "$folder/$2.pcap"
    cp "$folder/$2.pcap" "$out/$1.pcap"
    cp "$folder/$2.verdicts.tsv" "$out/$1.verdicts.tsv"
    rm -rf "$folder"
}
record_varnish_plain() { seeded varnish-plain varnish; }
record_trafficserver() { seeded trafficserver trafficserver; }
record_httpd() { seeded httpd httpd; }
record_haproxy() { seeded haproxy haproxy; }

all='nginx varnish squid chain varnish-plain trafficserver httpd haproxy'
[ "$(id -u)" = 0 ] || fail "network namespaces need root"
names=("$@")
[ $# -gt 0 ] || read -ra names <<<"$all"
for name in "${names[@]}"; do
    [[ " $all " = *" $name "* ]] || fail "usage: $0 [$all]"
    "record_${name//-/_}"
done
