#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Live capture between two network namespaces that exist only meanwhile: real requests to a real
# server, interfaces that go down and are deleted, readers that are slow or go away, disks that
# are full, signals, and what is saved. Usage: tests/e2e/live.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
captures=$(realpath "$(dirname "$0")/../../captures") || exit 1
if [ "$(id -u)" -ne 0 ]; then
    echo "NOT RUN - live: network namespaces need root"
    exit 0
fi
work=$(mktemp -d) || exit 1
near=ct$$-near # here is captured, from here is asked
far=ct$$-far   # here is the server
server='' pid=''
clean_up() {
    exec 2>/dev/null
    kill -KILL $pid $server $(jobs -p)
    ip netns del "$near"
    ip netns del "$far"
    umount "$work/disk"
    rm -rf "$work"
}
trap clean_up EXIT
cd "$work" || exit 1
export TZ=UTC

lines() { [ -e "$1" ] && [ "$(wc -l <"$1")" -eq "$2" ]; }
near() { ip netns exec "$near" "$@"; }

plug() { # the link between the two, still down; the names may have existed before
    ip link add ct0 netns "$near" type veth peer name ct1 netns "$far" &&
        ip -n "$near" addr add 10.99.0.1/24 dev ct0 && ip -n "$far" addr add 10.99.0.2/24 dev ct1 &&
        ip -n "$far" link set ct1 up
}
connect() { plug && ip -n "$near" link set ct0 up; }
if ! { ip netns add "$near" && ip netns add "$far" && connect && ip -n "$near" link set lo up; }; then
    echo "not ok - live: no network namespaces can be made here (what ip says stands above)."
    echo "    Needed are root with CAP_SYS_ADMIN and CAP_NET_ADMIN, as in a container with --privileged,"
    echo "    and a / that is a mount point."
    exit 1
fi

cat >server.py <<'PY'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536 # a response is one segment
    def do_GET(self):
        body = b"x" * 100
        self.send_response(200)
        self.send_header("X-Cache", "HIT" if "hit" in self.path else "MISS")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("10.99.0.2", 8080), Handler)
open("served", "w").close()
server.serve_forever()
PY
ip netns exec "$far" python3 server.py &
server=$!
until_true [ -e served ] || exit 1

ask() { # how many requests on one connection, and the beginning of their paths
    near curl -sf -o /dev/null "http://10.99.0.2:8080/$2[1-$1]" >/dev/null 2>&1
}
live() { # arguments of cachetap; $pid, out and err; waits until it listens
    : >err
    ip netns exec "$near" env --default-signal=INT "$program" "$@" >out 2>err &
    pid=$!
    until_true grep -q "listening on" err
}
ended() { # waits for its end, but not for ever
    until_true eval '! kill -0 "$pid" 2>/dev/null' || kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    status=$?
    pid=
}
stop() {
    kill -s "${1:-INT}" "$pid"
    ended
}
quiet() { [ "$status" -eq 0 ] && ! grep -v "listening on" err; }

# ---- transactions ---------------------------------------------------------------------------
live -i ct0 --json -o text:text -o csv:csv -w saved.pcap -v
ask 20 hit && ask 20 other
ok "live: each request becomes a line" until_true lines out 40
kill -USR1 "$pid"
ok "SIGUSR1 prints what the interface gave and lost" until_true grep -qE \
    "^cachetap: ct0: [1-9][0-9]* packets received by filter, 0 dropped by kernel, 0 dropped by interface$" err
stop
ok "SIGINT ends the run, status 0" [ "$status" -eq 0 ]
cp out live.json
"$program" -r saved.pcap --json -o text:replayed.text -o csv:replayed.csv >replayed.json 2>/dev/null
ok "the lines are those of a replay of the same packets" cmp live.json replayed.json
ok "as text" cmp text replayed.text
ok "as CSV" cmp csv replayed.csv
ok "with the verdicts of the server" eval '[ "$(grep -c "\"HIT\"" live.json)" -eq 20 ] &&
    [ "$(grep -c "\"MISS\"" live.json)" -eq 20 ]'
ok "saved packets are for nobody else, results for the group" eval \
    '[ "$(stat -c %a saved.pcap)" = 600 ] && [ "$(stat -c %a csv)" = 640 ]'
packets=$(tcpdump -nr saved.pcap 2>/dev/null | wc -l)
ok "tcpdump reads what was saved" [ "$packets" -eq "$(sed -n 's/^cachetap: \([0-9]*\) packets (.*/\1/p' err | tail -n 1)" ]

live -i ct0 'tcp port 9' -v
near "$program" -q -i ct0 -c 7 --summary-json >second.json 2>second.err &
second=$!
until_true eval '[ "$(grep -c 0003 /proc/$pid/net/packet)" -ge 2 ]'
ask 3 x
wait $second
status=$?
ok "-c ends the run after so many packets" eval \
    '[ $status -eq 0 ] && [ "$(jq .packets.read second.json)" -eq 7 ] && [ ! -s second.err ]'
ok "summary-json names the interface and its drops" eval \
    '[ "$(jq -c ".interfaces[0] | [.name, .kernel_drops, .interface_drops, .up]" second.json)" = \
       "[\"ct0\",0,0,true]" ]'
stop TERM
ok "the capture filter lets nothing else through" eval \
    '[ $status -eq 0 ] && grep -q "ct0: 0 packets received by filter" err'

live -i ct0
ask 1 first
ok "text is the default, a line as each one ends" until_true grep -q "GET .*/first1" out
ask 1 second
ok "and the next one" until_true grep -q "GET .*/second1" out
stop
ok "nothing is said beside" quiet

live -i lo -i any --json -w both.pcapng
ask 2 x
ok "several interfaces, of several kinds" until_true lines out 2
stop
"$program" -r both.pcapng --json 2>/dev/null | cmp -s - out
ok "their packets go into one pcapng" [ $? -eq 0 ]

live -i ct0 -Q in -w in.pcap
ask 1 x
until_true eval '[ "$(stat -c %s in.pcap)" -gt 300 ]'
stop
ok "-Q in: only what is received" eval '[ "$(tcpdump -nr in.pcap "src 10.99.0.1" 2>/dev/null | wc -l)" -eq 0 ] &&
    [ "$(tcpdump -nr in.pcap "src 10.99.0.2" 2>/dev/null | wc -l)" -gt 0 ]'

live -i ct0 -s 80 -w short.pcap --json
ask 1 x
until_true lines out 1
stop
ok "-s cuts packets, the rest is known to be missing" eval \
    '[ $status -eq 0 ] && [ "$(jq .complete out)" = false ] || jq -e ".missing_bytes > 0" out >/dev/null'

# ---- interfaces -----------------------------------------------------------------------------
"$program" -D >out 2>err
ok "-D lists interfaces as tcpdump does" eval 'diff <(tcpdump -D | sed "s/ .*//") <(sed "s/ .*//" out)'
near "$program" -i nothing >out 2>err
status=$?
ok "an interface that does not exist" eval '[ $status -eq 1 ] && lines err 1 &&
    grep -q "nothing: cannot be captured from: there is no such interface, cachetap -D" err'
ip -n "$near" link add down0 type veth peer name down1
near "$program" -i down0 >out 2>err
status=$?
ok "an interface that is down" eval '[ $status -eq 1 ] && grep -q "down0: .*: it is down, start it" err'
near "$program" -i ct0 tcp prot 80 >out 2>err
status=$?
ok "a filter that does not compile" eval '[ $status -eq 2 ] && lines err 1 && grep -q "^cachetap: capture filter: " err'
near "$program" tcp prot 80 >out 2>err
status=$?
ok "on the default interface as well" eval '[ $status -eq 2 ] && lines err 1 && grep -q "^cachetap: capture filter: " err'
cp "$program" copy && chmod 755 copy .
near setpriv --reuid=65534 --clear-groups ./copy -i ct0 >out 2>err
status=$?
ok "without permission: the capability and the command" eval '[ $status -eq 1 ] && lines err 1 &&
    grep -q "CAP_NET_RAW is missing.*setcap cap_net_raw,cap_net_admin=eip $work/copy" err'

live -i ct0 --json
ip -n "$near" link set ct0 down
ok "an interface goes down: a line" until_true grep -q "ct0: the interface went down" err
ip -n "$near" link set ct0 up
ok "and is up again: another" until_true grep -q "ct0: the interface is up again" err
ask 1 again
ok "the capture goes on" until_true grep -q /again1 out
ip -n "$near" link del ct0
ok "an interface is deleted: a line" until_true grep -q "ct0: the interface has disappeared" err
plug
index=$(ip -n "$near" -o link show ct0 | cut -d : -f 1)
is_bound() { near awk -v index_="$index" 'NR > 1 && $5 == index_ { found = 1 } END { exit !found }' /proc/net/packet; }
ok "the socket is bound to the new one before that is up" until_true is_bound
ip -n "$near" link set ct0 up
ok "and made anew: another" until_true grep -q "ct0: the interface is back" err
ask 1 anew
ok "the capture goes on from the new one" until_true grep -q /anew1 out
stop
ok "that was no failure" eval '[ $status -eq 0 ] && lines err 5'

live -i ct0 --json --limit gone_seconds=1 -o summary:summary
ask 1 last
until_true lines out 1
ip -n "$near" link del ct0
ended
ok "gone for good: status 1, and all results" eval '[ $status -eq 1 ] && lines out 1 &&
    grep -q "capture: ends: none of its interfaces is there" err && grep -q "^Hit ratio" summary'
connect

live -i ct0 -i lo --json --threads 2
ip -n "$near" link del ct0
until_true grep -q "ct0: the interface has disappeared: several threads share it" err
connect
ok "with threads, deleted and made anew: a line, and what to do" until_true grep -q \
    "ct0: the interface is back, and cannot be captured from by the threads .*: start the program again" err
stop
ok "and status 1" [ "$status" -eq 1 ]

# In containers on the network of the host every program has the same number.
for i in 1 2; do
    : >"twin$i.err"
    ip netns exec "$near" unshare -pf --kill-child "$program" -i ct0 --threads 2 --json >"twin$i" 2>"twin$i.err" &
    until_true grep -q "listening on" "twin$i.err"
done
for i in 1 2 3 4 5 6 7 8 9 10; do ask 1 "twin$i-"; done # connections of their own
ok "two programs with the same number have all packets each" until_true eval 'lines twin1 10 && lines twin2 10'
for twin in $(ip netns pids "$near"); do
    if [ "/proc/$twin/exe" -ef "$program" ]; then kill -TERM "$twin"; fi
done
until_true eval '! ip netns pids "$near" | grep -q .'

# ---- outputs --------------------------------------------------------------------------------
live -i ct0 -o csv:log.csv
ask 1 before
until_true lines log.csv 2
mv log.csv log.csv.1
kill -HUP "$pid"
ok "SIGHUP opens output files again, with their header" until_true lines log.csv 1
ask 1 after
until_true lines log.csv 2
kill -HUP "$pid"
ask 1 more
ok "without a rotation the file goes on, with one header" until_true lines log.csv 3
stop
ok "each line is in one of them" eval 'quiet && lines log.csv.1 2 && grep -q /after1 log.csv &&
    [ "$(grep -c "^ts," log.csv)" -eq 1 ]'

: >err
ip netns exec "$near" "$program" -i ct0 -l 2>err | head -1 >out &
reader=$!
until_true grep -q "listening on" err
ask 1 x
wait $reader
ok "a reader that has enough ends the run, without more traffic" until_true eval '! ip netns pids "$near" | grep -q .'
ok "quietly" eval 'lines out 1 && lines err 1'

mkfifo slow
exec 8<>slow
: >err
ip netns exec "$near" env --default-signal=INT "$program" -i ct0 --json --limit output_bytes=16k -w slow.pcap \
    -o summary-json:slow.json >slow 2>err &
pid=$!
until_true grep -q "listening on" err
for i in 1 2 3 4; do ask 200 "slow$i-"; done
ok "a reader that does not read holds nothing up" until_true eval \
    'kill -USR1 "$pid"; grep -q "cachetap: 800 transactions" err'
cat <&8 >out &
reader=$!
stop
exec 8>&-
until_true eval 'tail -n 1 out | jq -e .uid >/dev/null 2>&1'
kill $reader
dropped=$(sed -n 's/.*output: \([0-9]*\) results are missing.*/\1/p' err)
ok "it loses results, with a count, not packets" eval '[ "${dropped:-0}" -gt 0 ] &&
    [ "$(jq .interfaces[0].kernel_drops slow.json)" -eq 0 ] && [ "$(jq .transactions.total slow.json 2>/dev/null ||
    echo 800)" -eq 800 ]'
ok "what it gets is whole lines" eval '[ "$(jq -r .uri out | wc -l)" -eq $((800 - dropped)) ]'
"$program" -r slow.pcap --json >replayed.json 2>/dev/null
ok "and a replay of what was saved has them all" lines replayed.json 800

exec 8<>slow
: >err
ip netns exec "$near" env --default-signal=INT "$program" -i ct0 --json >slow 2>err &
pid=$!
until_true grep -q "listening on" err
ask 200 x
until_true eval 'kill -USR1 "$pid"; grep -q "cachetap: 200 transactions" err' # more than a pipe holds
kill -INT "$pid"
until_true eval 'kill -INT "$pid" 2>/dev/null; ! kill -0 "$pid" 2>/dev/null'
ended
exec 8>&-
ok "a second SIGINT does not wait for a reader" [ "$status" -eq 130 ]

mkdir disk && mount -t tmpfs -o size=1m none disk || exit 1
head -c 1000k /dev/zero >disk/filler
live -i ct0 -o json:disk/log.json -w full.pcap -o summary:summary
ask 200 full
ok "a full disk: a line" until_true grep -q "disk/log.json: cannot be written: No space left on device" err
rm disk/filler
ask 1 room
ok "when there is room again the results follow" until_true grep -q /room1 disk/log.json
stop
"$program" -r full.pcap --json >replayed.json 2>/dev/null
ok "and nothing is missing: status 0" eval '[ $status -eq 0 ] && cmp disk/log.json replayed.json'

rm -f disk/*
head -c 1000k /dev/zero >disk/filler
live -i ct0 -o json:log.json -w disk/full.pcap
ask 200 full
ok "packets on a full disk: a line" until_true grep -q "disk/full.pcap: packets cannot be saved: No space" err
ok "and the analysis goes on" until_true lines log.json 200
stop
ok "status 1: something could not be saved" [ "$status" -eq 1 ]
umount disk

# ---- saving ---------------------------------------------------------------------------------
mkdir theirs ours
chain=$captures/chain.pcap # four times, for some megabytes
"$program" -r "$chain" -r "$chain" -r "$chain" -r "$chain" -w all.pcap >/dev/null 2>&1
named_alike() { # arguments, name
    rm -f theirs/* ours/*
    tcpdump -Z root -nr all.pcap "${@:1:$#-1}" -w "theirs/${!#}" 2>/dev/null
    "$program" -r all.pcap "${@:1:$#-1}" -w "ours/${!#}" >/dev/null 2>&1
    [ "$(ls theirs | wc -l)" -gt 1 ] && diff <(cd theirs && stat -c '%n %s' *) <(cd ours && stat -c '%n %s' *)
}
ok "-C: names and sizes as tcpdump has them" named_alike -C 1 cap
ok "-C -W: a ring of files" named_alike -C 1 -W 3 cap
ok "-C -W: with leading zeros" named_alike -C 1 -W 12 cap
year=$(date +%Y)
live -i ct0 -w 'hour-%Y.pcap' -G 3600
ask 1 x
until_true [ -s "hour-$year.pcap" ]
stop
ok "-G: the name is a pattern" [ -s "hour-$year.pcap" ]
live -i ct0 -w 'second-%s.pcap' -G 1 -W 3
ended
ok "-G -W: ends by itself after so many files, also while it is quiet" eval \
    '[ $status -eq 0 ] && [ "$(ls second-*.pcap | wc -l)" -eq 3 ]'
ok "each of them is a capture" eval 'for f in second-*.pcap; do tcpdump -nr $f >/dev/null 2>&1 || exit 1; done'
"$program" -r saved.pcap -w - 2>/dev/null | "$program" -r - --json 2>/dev/null | cmp -s - live.json
ok "-w - writes packets to standard output" [ $? -eq 0 ]
ln -s victim link
"$program" -r saved.pcap -w link >out 2>err
status=$?
ok "-w follows no link" eval '[ $status -eq 1 ] && [ ! -e victim ] && grep -q "symbolic link" err'
cp saved.pcap own.pcap
"$program" -r own.pcap -w ./own.pcap >out 2>err
status=$?
ok "-w does not write over an input" eval '[ $status -eq 1 ] && cmp -s own.pcap saved.pcap'

live -i ct0 --json --ring 1 -w ring.pcap
for i in 1 2 3 4; do ask 5 "ring$i-"; done
until_true lines out 20
kill -USR2 "$pid"
ok "--ring: SIGUSR2 writes the last packets" until_true grep -q "ring.pcap: written: the last [0-9]* packets" err
ask 1 later
until_true lines out 21
kill -USR2 "$pid"
ok "again: another file, the first one stays" until_true grep -q "ring.pcap.1: written" err
stop
"$program" -r ring.pcap -r ring.pcap.1 --json 2>/dev/null | cmp -s - out
ok "the files hold what was seen" [ $? -eq 0 ]
"$program" -r all.pcap --ring 1 -w big.pcap --speed 0.001 >out 2>err &
pid=$!
until_true eval '[ "$(($(sed -n "s/^SigCgt:[^0-9a-f]*/0x/p" /proc/$pid/status) & 0x4000))" -ne 0 ] &&
    [ /proc/$pid/exe -ef "$program" ]'
stop TERM
ok "--speed: a signal ends a long wait at once" eval '[ $status -eq 0 ] && grep -q "^cachetap summary" out'
"$program" -r saved.pcap --json --speed 1000 2>/dev/null | cmp -s - live.json
ok "--speed does not change the results" [ $? -eq 0 ]

finish
