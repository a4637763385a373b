#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --metrics: the page and its form, a real Prometheus that scrapes it, hostile scrapers, and
# the files around it. Needs prometheus (with promtool).
# Usage: tests/e2e/metrics.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
top=$(realpath "$(dirname "$0")/../..") || exit 1
work=$(mktemp -d) || exit 1
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT
cd "$work" || exit 1
sample=$top/captures/nginx.pcap

mkfifo never

# ---- cachetap and its clients ---------------------------------------------------------------
# A run that reads what is written to descriptor 9; sets pid and port. It is ready when it has
# the head of its input and a packet.
begin() { # arguments
    rm -f pipe out err
    mkfifo pipe
    : >err
    "$program" -r pipe --metrics 127.0.0.1:0 "$@" >out 2>err &
    pid=$!
    exec 9>pipe
    head -c "$first" "$sample" >&9
    until_true grep -q '/metrics$' err || return 1
    port=$(sed -n 's,.*http://127\.0\.0\.1:\([0-9]*\)/metrics$,\1,p' err)
    until_true get metrics
}
first=$((40 + $(od -An -tu4 -j32 -N4 "$sample"))) # octets of the head and a packet
packets() { tail -c "+$((first + 1))" "$1"; }     # the rest of the capture
end() {
    exec 9>&-
    wait "$pid"
    status=$?
}
get() { # path, more of the header; leaves head and page
    local in
    exec {in}<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf 'GET /%s HTTP/1.1\r\nHost: test\r\n%b\r\n' "$1" "${2-}" >&"$in"
    sed -e '1,/^\r$/ { w head' -e 'd }' <&"$in" >page 2>/dev/null
    exec {in}>&-
    grep -q '^HTTP/1.1 200 ' head
}
value() { # series, on the page
    awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' page
}
page_has() { # series, value
    get metrics && [ "$(value "$1")" = "$2" ]
}

ok "an empty run serves a page" begin
ok "promtool finds nothing to say against it" eval 'promtool check metrics <page >lint 2>&1 && [ ! -s lint ]'
ok "/healthz answers" eval 'get healthz && grep -qx ok page'
ok "counters start at 0" page_has 'cachetap_transactions_total{outcome="HIT",class="hit"}' 0

# ---- Prometheus -----------------------------------------------------------------------------
cp "$top"/packaging/prometheus*.yml .
ok "the rules are valid" eval 'promtool check rules prometheus-rules.yml >lint 2>&1'
ok "the scrape configuration is valid" eval 'promtool check config prometheus.yml >lint 2>&1'
sed -e "s/127.0.0.1:9113/127.0.0.1:$port/" -e 's/15s/200ms/' prometheus.yml >quick.yml
mkdir tsdb
prometheus --config.file=quick.yml --storage.tsdb.path=tsdb --web.listen-address=127.0.0.1:0 \
    >prometheus.log 2>&1 &
prometheus=$!
listens() { grep -q 'msg="Listening on"' prometheus.log; }
ok "Prometheus starts" until_true listens
server=http://127.0.0.1:$(sed -n 's/.*msg="Listening on" address=127\.0\.0\.1:\([0-9]*\).*/\1/p' prometheus.log | head -n 1)
answer() { promtool query instant "$server" "$1" 2>&1; }
answers() { # query, value
    [ "$(answer "$1" | sed -n 's/.* => \([^ ]*\) @.*/\1/p' | head -n 1)" = "$2" ]
}
ok "Prometheus scrapes it" until_true answers 'sum(cachetap_transactions_total)' 0
packets "$sample" >&9
# 65 of 125: what the summary of the same capture says.
ok "the documented query for the hit ratio gives the right number" \
    until_true answers 'sum(rate(cachetap_transactions_total{class="hit"}[5m])) / sum(rate(cachetap_transactions_total{class=~"hit|miss"}[5m]))' 0.52
ok "the recording rule gives it too" until_true answers 'cachetap:hit_ratio:rate5m' 0.52
ok "OpenMetrics was negotiated" eval 'answers "count(cachetap_build_info)" 1 && ! grep -q "level=error" prometheus.log'
# The queries of the manual: paragraphs of indented lines between the two headings.
queries() {
    sed -n '/^## Queries/,/^## Metrics/p' "$top/docs/metrics.md" |
        awk '/^    / { text = text " " $0; next } text != "" { print text; text = "" }'
}
n_queries=0
while read -r query; do
    n_queries=$((n_queries + 1))
    ok "documented: ${query:0:60}" until_true eval 'answer "$query" | grep -q " => [0-9]"'
done < <(queries)
ok "the manual has queries" [ "$n_queries" -ge 8 ]
kill "$prometheus"
wait "$prometheus"
end
ok "and the run ends as any other" [ "$status" -eq 0 ]

# ---- the page against the summary -----------------------------------------------------------
"$program" -r "$sample" --summary-json >want.json
begin
packets "$sample" >&9
sum_of() { # family: the sum of its samples
    awk -v family="$1" 'index($0, family "{") == 1 { sum += $NF } END { print sum + 0 }' page
}
all_there() { get metrics && [ "$(sum_of cachetap_packets_total)" = "$(jq .packets.read want.json)" ]; }
ok "all packets stand on the page" until_true all_there
for family in basis reason dialect host code; do
    ok "transactions by $family add up" [ "$(sum_of "cachetap_${family}_transactions_total")" = \
        "$(sum_of cachetap_transactions_total)" ]
done
ok "hosts are named, the rest is other" eval '[ -n "$(value "cachetap_host_transactions_total{host=\"www.example.com\",class=\"hit\"}")" ] &&
    [ -n "$(value "cachetap_host_transactions_total{host=\"other\",class=\"hit\"}")" ]'
ok "OpenMetrics on request" eval 'get metrics "Accept: application/openmetrics-text; version=1.0.0\r\n" &&
    grep -q "^Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8" head && tail -n 1 page | grep -qx "# EOF"'
end

# ---- hostile scrapers -----------------------------------------------------------------------
# The same records again and again, an hour later each time, so that the run takes a while.
python3 - "$sample" >long.pcap <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
records, at = [], 24
while at < len(data):
    s, fraction, length, wire = struct.unpack_from("<IIII", data, at)
    records.append((s, struct.pack("<III", fraction, length, wire) + data[at + 16 : at + 16 + length]))
    at += 16 + length
out = sys.stdout.buffer
out.write(data[:24])
for k in range(150):
    for s, rest in records:
        out.write(struct.pack("<I", s + 3600 * k) + rest)
END
"$program" -r long.pcap -o json:want.lines
begin -o json:got.lines
hold() { # connections that never end their request
    local fds=() fd k
    for ((k = 0; k < 50; k++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 1
        printf 'GET /metrics HTTP/1.1\r\nX: ' >&"$fd"
        fds+=("$fd")
    done
    echo held >held
    read -r <>"$work/never"
}
hold 2>/dev/null &
holder=$!
ok "fifty clients hold a connection" until_true [ -s held ]
ok "and the next one is served" get metrics
packets long.pcap >&9 &
feeder=$!
backwards=0
scrapes=0
cp page before
while kill -0 "$feeder" 2>/dev/null || [ "$scrapes" -lt 3 ]; do
    get metrics || break
    scrapes=$((scrapes + 1))
    # Counters and buckets of the page before, against those of this one.
    awk '/^#/ { next } { n = $NF; sub(/ [^ ]*$/, "") } !/(_total|_bucket|_count|_sum)($|\{)/ { next }
         FNR == NR { before[$0] = n; next } ($0 in before) && n + 0 < before[$0] + 0 { print; bad = 1 }
         END { exit bad }' before page >>lint || backwards=$((backwards + 1))
    cp page before
done
wait "$feeder"
ok "scraped under load, no counter goes back" eval '[ "$scrapes" -ge 3 ] && [ "$backwards" -eq 0 ]'
kill "$holder"
end
ok "nothing is lost or changed by it" eval '[ "$status" -eq 0 ] && cmp -s want.lines got.lines && [ "$(wc -l <got.lines)" -eq $((150 * 210)) ]'

# ---- the command line -----------------------------------------------------------------------
begin
"$program" -r "$sample" --metrics "127.0.0.1:$port" --json >out2 2>err2
status2=$?
ok "a port in use: one line, exit 1, nothing read" eval '[ "$status2" -eq 1 ] && [ ! -s out2 ] &&
    [ "$(wc -l <err2)" -eq 1 ] && grep -q "^cachetap: metrics: cannot listen on 127.0.0.1:$port: Address already in use" err2'
end
"$program" -r "$sample" --metrics 0.0.0.0:0 --summary >out 2>err
status=$?
ok "an address that others reach is told" eval '[ "$status" -eq 0 ] && grep -q "can be reached from other machines" err'
"$program" -r "$sample" --metrics example.com:80 >out 2>err
status=$?
ok "a name is no address" eval '[ "$status" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ]'

# ---- what a service manager wants -----------------------------------------------------------
begin --pid-file run.pid
ok "the process number stands in its file" [ "$(cat run.pid)" = "$pid" ]
"$program" -r "$sample" --pid-file run.pid >out2 2>err2
status2=$?
ok "a second run with the same file is refused" eval '[ "$status2" -eq 1 ] && [ "$(cat run.pid)" = "$pid" ] &&
    grep -q "run.pid: cannot be used: a running process holds it" err2'
kill -TERM "$pid"
end
ok "the file is gone at the end" eval '[ "$status" -eq 0 ] && [ ! -e run.pid ]'
echo 1 >run.pid
"$program" -r "$sample" --pid-file run.pid >out 2>err
ok "a file left over is taken" eval '[ $? -eq 0 ] && [ ! -e run.pid ]'
ln -s victim link.pid
"$program" -r "$sample" --pid-file link.pid >out 2>err
status=$?
ok "a symbolic link is not followed" eval '[ "$status" -eq 1 ] && [ ! -e victim ]'

if command -v socat >/dev/null; then
    socat -u "UNIX-RECVFROM:$work/notify,fork" "OPEN:$work/said,creat,append" &
    socat=$!
    until_true [ -S notify ]
    export NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=5000000
    begin
    unset NOTIFY_SOCKET WATCHDOG_USEC
    ok "ready is said" until_true grep -q "READY=1" said
    ok "and life signs follow" until_true eval '[ "$(grep -o WATCHDOG=1 said | wc -l)" -ge 2 ]'
    kill -TERM "$pid"
    end
    ok "and the end" until_true grep -q "STOPPING=1" said
    kill "$socat"
else
    echo "not ok - socat is missing"
    failed=$((failed + 1))
fi

finish
