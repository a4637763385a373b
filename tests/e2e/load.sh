#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A real nginx cache under wrk, captured live, with one thread and with three: every request of
# nginx' own log with nginx' own verdict; then what happens to files, pipes and interfaces under
# load: rotation, kill, full disks, a reader that leaves, an interface that goes down.
# Usage: tests/e2e/load.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
if [ "$(id -u)" -ne 0 ]; then
    echo "NOT RUN - load: network namespaces need root"
    exit 0
fi
work=$(mktemp -d) || exit 1
near=ctl$$-near # wrk; here is captured
far=ctl$$-far   # nginx
nginx='' wrk='' pid=''
clean_up() {
    exec 2>/dev/null
    kill -KILL $pid $wrk
    kill -TERM $nginx
    ip netns del "$near"
    ip netns del "$far"
    umount "$work/disk"
    rm -rf "$work"
}
trap clean_up EXIT
chmod 755 "$work" # nginx' workers are nobody
cd "$work" || exit 1
export TZ=UTC

if ! { ip netns add "$near" && ip netns add "$far" &&
    ip link add ct0 netns "$near" type veth peer name ct1 netns "$far" &&
    ip -n "$near" addr add 10.98.0.1/24 dev ct0 && ip -n "$far" addr add 10.98.0.2/24 dev ct1 &&
    ip -n "$far" link set lo up && ip -n "$far" link set ct1 up && ip -n "$near" link set ct0 up; }; then
    echo "not ok - load: no network namespaces can be made here (what ip says stands above)."
    echo "    Needed are root with CAP_SYS_ADMIN and CAP_NET_ADMIN, as in a container with --privileged,"
    echo "    and a / that is a mount point."
    exit 1
fi

# ---- the server: a cache before an origin -----------------------------------------------------
cat >nginx.conf <<CONF
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.err;
events { worker_connections 512; }
http {
    log_format verdicts '\$request_uri \$upstream_cache_status';
    client_body_temp_path $work/t1; proxy_temp_path $work/t2;
    fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
    proxy_cache_path $work/cache keys_zone=c:4m;
    keepalive_requests 100;
    server {
        listen 127.0.0.1:8081;
        access_log off;
        add_header Cache-Control "max-age=\$arg_age" always;
        location / { return 200 "a body of the origin"; }
    }
    server {
        listen 10.98.0.2:8080;
        access_log $work/access.log verdicts;
        location / {
            proxy_pass http://127.0.0.1:8081;
            proxy_cache c;
            proxy_cache_key \$uri;
            proxy_cache_bypass \$http_x_bypass;
            add_header X-Cache-Status \$upstream_cache_status always;
        }
    }
}
CONF
ip netns exec "$far" nginx -p "$work" -c "$work/nginx.conf" 2>nginx.out &
nginx=$!

# Each thread has one connection; every other one closes it after each answer. All paths differ
# in their query, which is no part of the cache's key. A thread ends after its share.
cat >ask.lua <<'LUA'
local n_threads = 0
function setup(thread)
    thread:set("id", n_threads)
    n_threads = n_threads + 1
end
function init(args)
    run, share, sent, done = args[1], tonumber(args[2]), 0, 0
end
function delay() return 1 end
function request()
    sent = sent + 1
    local headers = { Host = "load.test" }
    if id % 2 == 1 then headers["Connection"] = "close" end
    if sent % 10 == 0 then headers["X-Bypass"] = "1" end
    local path = "/page/" .. sent % 50
    if sent % 7 == 0 then path = "/once/" .. run .. "-" .. id .. "-" .. sent end
    if sent % 11 == 0 then path = "/short/" .. sent % 5 end
    local age = sent % 11 == 0 and 1 or 3600
    return wrk.format("GET", path .. "?age=" .. age .. "&run=" .. run .. "&id=" .. id .. "&n=" .. sent, headers)
end
function response()
    done = done + 1
    if done == share then wrk.thread:stop() end
end
LUA
THREADS=8
ask() { # the run's name, requests of each thread; $wrk, which ends only when it is told
    ip netns exec "$near" env --default-signal=INT wrk -t $THREADS -c $THREADS -d 600 -s ask.lua http://10.98.0.2:8080 -- \
        "$1" "$2" >wrk.out 2>&1 &
    wrk=$!
}
hush() {
    kill -INT "$wrk"
    wait "$wrk"
    wrk=
}
answered() { [ "$(grep -c "run=$1&" access.log)" -ge "$2" ]; } # so many of a run are in nginx' log
ask_all() {                                   # the run's name, requests of each thread: all are answered
    ask "$1" "$2"
    until_true answered "$1" $(($2 * THREADS))
    hush
}
an_expired_one() { # asks for what is fresh for a second, as long as it takes: a fast machine's wrk needs less
    ip netns exec "$near" curl -s -o /dev/null -D - "http://10.98.0.2:8080/short/one?age=1&run=$1&id=curl" |
        grep -q "X-Cache-Status: EXPIRED"
}
live() { # arguments of cachetap; $pid, out and err; waits until it listens
    : >err
    ip netns exec "$near" env --default-signal=INT,HUP "$program" -i ct0 -B 64M "$@" >out 2>err &
    pid=$!
    until_true grep -q "listening on" err
}
ended() {
    until_true eval '! kill -0 "$pid" 2>/dev/null' || kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    status=$?
    pid=
}
stop() {
    kill -s "${1:-INT}" "$pid"
    ended 2>/dev/null
}
until_true eval 'ip netns exec "$near" curl -sf "http://10.98.0.2:8080/?age=1" >/dev/null' || exit 1

verdicts() { # of cachetap's lines, as nginx logs them
    jq -r 'select(.complete) | "\(.uri) \(.cache_status)"' "$@" | sort
}
log_of() { grep "run=$1&" access.log | sort; }

# ---- every request, with nginx' own verdict ---------------------------------------------------
for threads in 1 3; do
    run=all$threads
    live --threads $threads --json -o summary-json:summary
    ask_all $run 1250
    until_true an_expired_one $run || echo "no answer was expired" >>err
    until_true eval 'log_of $run >want && [ "$(wc -l <out)" -ge "$(wc -l <want)" ]' # none is still on its way
    stop
    verdicts out >got
    ok "--threads $threads: each of 10,000 requests in nginx' log, with nginx' verdict" eval \
        '[ "$(wc -l <want)" -ge 10000 ] && cmp want got'
    ok "--threads $threads: hits, misses, expired ones and bypasses" eval \
        '[ "$(sed "s/.* //" got | sort -u | tr "\n" " ")" = "BYPASS EXPIRED HIT MISS " ]'
    ok "--threads $threads: nothing is dropped, nothing is said" eval \
        '[ $status -eq 0 ] && ! grep -v "listening on" err &&
        [ "$(jq -c "[.interfaces[0].kernel_drops, .transactions.total]" summary)" = "[0,$(wc -l <want)]" ]'
done

# ---- under load -------------------------------------------------------------------------------
mkdir disk
for threads in 1 3; do
    run=rotated$threads
    rm -f log log.*
    live --threads $threads -o json:log
    ask $run 500
    for i in 1 2 3 4 5; do
        until_true eval '[ -s log ]'
        mv log log.$i
        kill -HUP "$pid"
    done
    until_true answered $run $((500 * THREADS))
    hush
    until_true eval '[ "$(cat log log.* | wc -l)" -ge $((500 * THREADS)) ]'
    stop
    verdicts log log.* >got
    log_of $run >want
    ok "--threads $threads: SIGHUP under load loses no line" eval \
        '[ $status -eq 0 ] && [ "$(wc -l <got)" -eq $((500 * THREADS)) ] && cmp want got'

    live --threads $threads -o json:log -w saved.pcap
    ask killed$threads 100000
    until_true eval '[ "$(cat log 2>/dev/null | wc -l)" -gt 200 ] && [ "$(stat -c %s saved.pcap)" -gt 100000 ]'
    stop KILL
    hush
    lines=$(wc -l <log)
    ok "--threads $threads: killed: all lines but one are whole" eval \
        '[ $status -eq 137 ] && [ "$(head -n $lines log | jq -r .uri | wc -l)" -eq $lines ]'
    ok "--threads $threads: killed: tcpdump reads what was saved, up to the last whole packet" eval \
        '[ "$(tcpdump -nr saved.pcap 2>/dev/null | wc -l)" -gt 200 ] &&
        "$program" -r saved.pcap --json 2>/dev/null | head -n 100 | jq -es "length == 100" >/dev/null'

    mount -t tmpfs -o size=256k none disk || exit 1
    live --threads $threads -o json:disk/log -w disk/saved.pcap -o summary:summary
    ask full$threads 100000
    ok "--threads $threads: a full disk under load: a line for results" until_true grep -q \
        "disk/log: cannot be written: No space left on device" err
    ok "--threads $threads: and one for packets" until_true grep -q "disk/saved.pcap: packets cannot be saved: No space" err
    hush
    stop
    ok "--threads $threads: status 1; what is there is whole, the summary too" eval \
        '[ $status -eq 1 ] && head -n "$(wc -l <disk/log)" disk/log | jq -e .uid >/dev/null &&
        tcpdump -nr disk/saved.pcap >/dev/null 2>&1 && grep -q "^Hit ratio" summary'
    rm -f disk/*
    live --threads $threads -o json:log --ring 1 -w disk/ring.pcap
    ask ring$threads 100000
    until_true eval '[ "$(wc -l <log)" -gt 1500 ]' # more than the disk has room for
    kill -USR2 "$pid"
    ok "--threads $threads: a dump that the disk has no room for: a line" until_true grep -q \
        "disk/ring.pcap: .*No space" err
    lines=$(wc -l <log)
    ok "--threads $threads: and the analysis goes on" until_true eval '[ "$(wc -l <log)" -gt $((lines + 100)) ]'
    hush
    stop
    ok "--threads $threads: status 1: the packets could not be saved" [ $status -eq 1 ]
    umount disk

    ask piped$threads 100000
    rm -f over
    {
        ip netns exec "$near" "$program" -i ct0 -B 64M --threads $threads --json -w saved.pcap 2>err
        echo $? >over
    } | head -n 300 >out &
    ok "--threads $threads: a reader that leaves under load ends the run" until_true [ -s over ]
    ok "--threads $threads: quietly, and what was saved is whole" eval \
        '[ "$(cat over)" -eq 0 ] && ! grep -v "listening on" err && tcpdump -nr saved.pcap >/dev/null 2>&1 &&
        [ "$(jq -r .uri out | wc -l)" -eq 300 ]'

    live --threads $threads -o json:log -w saved.pcap
    until_true eval '[ "$(wc -l <log)" -gt 100 ]'
    ip -n "$near" link set ct0 down
    ok "--threads $threads: the interface goes down under load: a line" until_true grep -q "ct0: the interface went down" err
    ip -n "$near" link set ct0 up
    until_true grep -q "ct0: the interface is up again" err
    lines=$(wc -l <log)
    ok "--threads $threads: and is up again: it goes on" until_true eval '[ "$(wc -l <log)" -gt $((lines + 100)) ]'
    hush
    stop
    "$program" -r saved.pcap --json >replayed 2>/dev/null
    ok "--threads $threads: its packets and results are whole" eval \
        '[ $status -eq 0 ] && cmp <(sort log) <(sort replayed)'
done

: >err
ASAN_OPTIONS=detect_leaks=0 ip netns exec "$near" prlimit --nproc=1 "$program" -i ct0 -o summary:summary >out 2>err &
pid=$!
ended
ok "no thread can be started: a line, and an end" eval \
    '[ $status -eq 1 ] && grep -q "threads: cannot be started: .*use fewer" err'

finish
