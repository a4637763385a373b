#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line: inputs good and bad, outputs, signals, exit statuses and the words for
# what is wrong. Captures are written here octet by octet, or taken from captures/.
# Usage: tests/e2e/cli.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
captures=$(realpath "$(dirname "$0")/../../captures") || exit 1
work=$(mktemp -d) || exit 1
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
sample=$captures/nginx.pcap

# ---- checks ---------------------------------------------------------------------------------

run() { # arguments of cachetap; leaves out, err and status
    "$program" "$@" >out 2>err </dev/null
    status=$?
}

err_lines() { [ "$(wc -l <err)" -eq "$1" ]; }
out_lines() { [ "$(wc -l <out)" -eq "$1" ]; }
quiet() { [ "$status" -eq 0 ] && [ ! -s err ]; }

# The exit status, and one line that has these words.
says() { # status, words
    [ "$status" -eq "$1" ] && err_lines 1 && grep -qF -- "$2" err && grep -q '^cachetap: ' err
}

is_refused() { says 2 "$1" && [ ! -s out ]; }
refused() { # words, arguments: exit status 2, one line, nothing on standard output
    local words=$1
    shift
    run "$@"
    ok "exit 2: cachetap $*" is_refused "$words"
}

# ---- captures from octets -------------------------------------------------------------------
order=little
u32() { # value in hexadecimal digits of the current byte order
    local h
    printf -v h '%08x' "$1"
    if [ $order = little ]; then h=${h:6:2}${h:4:2}${h:2:2}${h:0:2}; fi
    hex+=$h
}
u16() {
    local h
    printf -v h '%04x' "$1"
    if [ $order = little ]; then h=${h:2:2}${h:0:2}; fi
    hex+=$h
}
write_hex() { printf "$(sed 's/../\\x&/g' <<<"$hex")" >"$1"; } # file

text_hex() { printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n'; }

# A TCP segment over IPv4 from 10.0.0.1:$1 to 10.0.0.2:80, or back with a $5; its flags in $flags.
flags=18
segment() { # port, seq, ack, text, back
    local payload length
    payload=$(text_hex "$4")
    printf -v length '%04x' $((40 + ${#payload} / 2))
    local src=0a000001 dst=0a000002 ports
    printf -v ports '%04x0050' "$1"
    if [ -n "${5-}" ]; then
        src=0a000002 dst=0a000001
        printf -v ports '0050%04x' "$1"
    fi
    printf '4500%s00000000400600 00%s%s%s%08x%08x50%sffff00000000%s' "$length" "$src" "$dst" \
        "$ports" "$2" "$3" "$flags" "$payload" | tr -d ' '
}
request="GET /%s HTTP/1.1\r\nHost: example.com\r\n\r\n"
response='HTTP/1.1 200 OK\r\nX-Cache: HIT\r\nContent-Length: 2\r\n\r\nhi'
ask() { # port, path
    segment "$1" 1000 5000 "${request/\%s/$2}"
}
answer() { # port, path
    segment "$1" 5000 $((1000 + 37 + ${#2})) "$response" back
}

greet() { # port; the opening of a connection, as packets of a capture
    pcap_packet 1 0 "$(flags=02 segment "$1" 999 0 '')"
    pcap_packet 1 0 "$(flags=12 segment "$1" 4999 1000 '' back)"
    pcap_packet 1 0 "$(flags=10 segment "$1" 1000 5000 '')"
}

pcap_header() { # magic, link type
    hex=
    u32 "$1"; u16 2; u16 4; u32 0; u32 0; u32 65535; u32 "$2"
}
pcap_packet() { # seconds, fraction, octets
    u32 "$1"; u32 "$2"; u32 $((${#3} / 2)); u32 $((${#3} / 2))
    hex+=$3
}
block() { # type, octets of the body
    local body=$2
    while [ $((${#body} % 8)) -ne 0 ]; do body+=00; done
    u32 "$1"; u32 $((${#body} / 2 + 12)); hex+=$body; u32 $((${#body} / 2 + 12))
}
body_of() { # runs the rest and gives the octets that it adds in $body
    local hex=
    "$@"
    body=$hex
}
section_body() { u32 0x1a2b3c4d; u16 1; u16 0; hex+=ffffffffffffffff; }
interface_body() { u16 "$1"; u16 0; u32 65535; }
packet_body() { u32 "$1"; u32 0; u32 "$2"; u32 $((${#3} / 2)); u32 $((${#3} / 2)); hex+=$3; }
section() { body_of section_body; block 0x0a0d0d0a "$body"; }
interface() { body_of interface_body "$1"; block 1 "$body"; }
packet() { body_of packet_body "$@"; block 6 "$body"; }
ethernet=0200000000020200000000010800

# ---- questions ------------------------------------------------------------------------------
run --help
ok "--help goes to standard output" eval 'quiet && grep -q "^Usage: cachetap .-i INTERFACE" out'
ok "it fits in 100 columns" eval '! grep -qE "^.{101}" out'
ok "it begins with groups of options" eval 'grep -A 1 -x "Input:" out | grep -q "^  -i, --interface" && grep -qx "Other:" out'
cp out help
run help
ok "help is a command as well" eval 'quiet && cmp -s out help'
run -V
ok "--version names the libraries" eval 'quiet && grep -q "^cachetap [0-9]" out &&
    grep -q "^libpcap" out && grep -q "^llhttp .*(.*)" out && grep -q "^zlib" out &&
    grep -q "^libzstd" out && grep -q "^json-c" out && grep -q "^libsodium" out'
run --limit help
ok "--limit help lists the limits" eval 'quiet && grep -q "^  connections  *1000000 " out'

# ---- a command line that is wrong -----------------------------------------------------------
refused "-i and -r: a run captures or replays" -r "$sample" -i lo
refused "--colour: unknown or ambiguous option" -r "$sample" --colour
refused "-x: unknown option" -x
refused "-w -: packets go to standard output" -r "$sample" -w - --json
refused "-C, -G, -W: nothing is saved" -r "$sample" -C 1
refused "-o tui: cannot be shown: standard output is no terminal, use -o text" -r "$sample" -o tui
refused "-o xml: unknown format" -r "$sample" -o xml
refused "why: this version does not have this command yet" why -r "$sample"
refused "$sample: a file where a capture filter stands, read it with -r" "$sample"
refused "$sample: a file where a capture filter stands, read it with -r" -r "$sample" "$sample"
refused "-c 0: not a number of packets" -r "$sample" -c 0
refused "--limit nothing=1: there is no such limit" -r "$sample" --limit nothing=1
refused "capture filter: does not compile: can't parse filter expression: syntax error" \
    -r "$sample" tcp prot 80
refused "-F none: cannot be read: No such file or directory" -r "$sample" -F none

# ---- inputs that are bad --------------------------------------------------------------------
run -r missing.pcap
ok "a missing file" says 1 "missing.pcap: cannot be opened: No such file or directory"
run -r .
ok "a directory" says 1 ".: cannot be read: it is a directory"
: >empty
run -r empty
ok "an empty file" says 1 "empty: cannot be read: it is empty"
gzip -c empty >empty.gz
run -r empty.gz
ok "an empty file, compressed" says 1 "empty.gz: cannot be read: it is empty"
echo "hello, world" >text
run -r text
ok "a text file" says 1 "text: cannot be read: it is text"
head -c 300 "$program" | tail -c 200 >noise
run -r noise
ok "a file of another kind" says 1 "noise: cannot be read: it is neither pcap nor pcapng"
head -c 10 "$sample" >header
run -r header
ok "a truncated file header" says 1 "header: cannot be read: it was cut inside its file header"
head -c 20 "$captures/squid.pcapng" >header
run -r header
ok "a truncated file header of pcapng" says 1 "header: cannot be read: it was cut inside"
run -r "$sample" -r missing.pcap --json
ok "one bad input of two: the other is reported" eval \
    'says 1 "missing.pcap: cannot be opened" && [ "$(wc -l <out)" -gt 100 ]'
printf '\3757zXZ\0\0\0\0' >packed.xz
run -r packed.xz
ok "xz: says what to pipe through" says 1 "xz -dc FILE | cachetap -r -"
printf 'BZh91AY&SY' >packed.bz2
run -r packed.bz2
ok "bzip2: says what to pipe through" says 1 "bzip2 -dc FILE | cachetap -r -"
printf '\004\042\115\030dddd' >packed.lz4
run -r packed.lz4
ok "lz4: says what to pipe through" says 1 "lz4 -dc FILE | cachetap -r -"

run -r "$sample" --json
cp out whole.json
run -r "$sample" --explain
ok "--explain: the report says why and what would have to change" eval \
    'quiet && grep -q "^Why, and what would have to change" out && grep -q "^    advice    nginx stores no" out'
run -r "$sample" --text --explain 'port 80'
ok "--explain: an advice for each transaction" eval \
    'quiet && [ "$(grep -c "^    advice    ." out)" -eq "$(grep -vc "^ " out)" ]'
run -r "$sample" --json --connections
cp out both.json
jq -c 'select(.record == "connection")' both.json >conns.json
ok "--connections adds lines and changes none" eval 'quiet && grep -v "^{\"record\"" both.json | cmp -s - whole.json'
ok "one line for each connection of the transactions" eval \
    'diff <(jq -r .uid whole.json | sort -u) <(jq -r .uid conns.json | sort)'
same_counts() {
    diff <(jq -r '[.uid, .cache_status] | @tsv' whole.json | sort | uniq -c | awk '{ print $2, $3, $1 }') \
        <(jq -r '.uid as $uid | .cache_outcomes | to_entries[] | "\($uid) \(.key) \(.value)"' conns.json | sort)
}
addresses() { jq -r '[.uid, .["id.orig_h"], .["id.orig_p"], .["id.resp_h"], .["id.resp_p"]] | @tsv' "$1" | sort -u; }
same_addresses() { diff <(addresses whole.json) <(addresses conns.json); }
ok "its counts are those of its transactions" same_counts
ok "its addresses are those of its transactions" same_addresses
run -r "$sample" --json --connections
ok "a replay gives the same lines again" cmp -s out both.json
run -r "$sample" -o csv-connections
ok "csv-connections: a line for each connection" eval \
    'quiet && [ "$(wc -l <out)" -eq $(($(wc -l <conns.json) + 1)) ]'
run -r "$sample" --json --connections --limit flows=1
ok "labels that were given up are null, their connections are listed" eval \
    'quiet && [ "$(jq -r "select(.record) | .uid" out | sort -u | wc -l)" -eq "$(wc -l <conns.json)" ] &&
     jq -s -e "any(.[]; .record and .transactions == null)" out >/dev/null'
head -c 300000 "$sample" >cut.pcap
run -r cut.pcap --json
ok "a capture cut in the middle of a packet" says 1 \
    "cut.pcap: ends in the middle of a packet, after "
ok "what stands before the cut is reported" eval '[ "$(wc -l <out)" -gt 10 ]'
head -c 300000 "$captures/squid.pcapng" >cut.pcapng
run -r cut.pcapng --json
ok "pcapng cut in the middle of a packet" eval 'says 1 "cut.pcapng: ends in the middle of a" &&
    [ "$(wc -l <out)" -gt 20 ]'

pcap_header 0xa1b2c3d4 101
pcap_packet 1 0 "$(ask 1025 a)"
pcap_packet 2 0 "$(answer 1025 a)"
u32 3; u32 0; u32 0xffffff00; u32 0xffffff00
write_hex absurd.pcap
run -r absurd.pcap --json
ok "a captured length that is absurd" eval \
    'says 1 "absurd.pcap: is damaged, after 2 packets: invalid packet capture length" && out_lines 1'
pcap_header 0xa1b2c3d4 147
pcap_packet 1 0 00112233
pcap_packet 2 0 00112233
write_hex unknown.pcap
run -r unknown.pcap
ok "a link type that is not decoded" says 1 "link type 147 (reserved for private use) is not decoded: 2 packets"
ok "its packets stand in the summary" grep -q "unknown_linktype" out

cp "$sample" secret.pcap
chmod 0 secret.pcap
if [ "$(id -u)" -ne 0 ]; then
    run -r secret.pcap
    ok "no permission" says 1 "secret.pcap: cannot be opened: Permission denied"
elif setpriv --reuid=65534 --clear-groups "$program" -V >/dev/null 2>&1 && chmod 755 .; then
    setpriv --reuid=65534 --clear-groups "$program" -r secret.pcap >out 2>err </dev/null
    status=$?
    ok "no permission" says 1 "secret.pcap: cannot be opened: Permission denied"
else
    echo "ok - no permission # SKIP everything is permitted here"
fi

# ---- inputs that are good -------------------------------------------------------------------
"$program" -r - --json <"$sample" >out 2>err
status=$?
ok "standard input, a file" eval 'quiet && cmp -s out whole.json'
cat "$sample" | "$program" -r - --json >out 2>err
status=$?
ok "standard input, a pipe" eval 'quiet && cmp -s out whole.json'
gzip -c "$sample" >sample.gz
run -r sample.gz --json
ok "gzip, recognised by content" eval 'quiet && cmp -s out whole.json'
(head -c 100000 "$sample" | gzip -c; tail -c +100001 "$sample" | gzip -c) |
    "$program" -r - --json >out 2>err
status=$?
ok "gzip in two members, from a pipe" eval 'quiet && cmp -s out whole.json'
head -c 20000 sample.gz >short.gz
run -r short.gz --json
ok "gzip that ends early: what stands before it is reported" eval \
    'says 1 "short.gz: ends early, after " && [ "$(wc -l <out)" -gt 20 ]'
if command -v zstd >/dev/null; then
    zstd -q -c "$sample" >sample.zst
    run -r sample.zst --json
    ok "zstd, recognised by content" eval 'quiet && cmp -s out whole.json'
    head -c 20000 sample.zst | "$program" -r - --json >out 2>err
    status=$?
    ok "zstd that ends early, from a pipe" says 1 "standard input: ends early, after "
else
    echo "ok - zstd # SKIP no zstd program"
fi

for order in little big; do
    for unit in micro nano; do
        magic=0xa1b2c3d4
        [ $unit = nano ] && magic=0xa1b23c4d
        pcap_header $magic 101
        pcap_packet 1 250000 "$(ask 1025 a)"
        pcap_packet 2 0 "$(answer 1025 a)"
        write_hex made.pcap
        run -r made.pcap --json
        want=1.250000
        [ $unit = nano ] && want=1.000250
        ok "pcap, $order endian, ${unit}seconds" eval \
            "quiet && out_lines 1 && grep -q '\"ts\": *$want' out && grep -q '\"HIT\"' out"
    done
done

for order in little big; do
    hex=
    section
    interface 1
    interface 101
    packet 0 1000000 "$ethernet$(ask 1025 a)"
    packet 1 1100000 "$(ask 1026 b)"
    block 0x0bad 0011223344
    packet 1 1200000 "$(answer 1026 b)"
    packet 0 1300000 "$ethernet$(answer 1025 a)"
    write_hex "made-$order.pcapng"
    run -r "made-$order.pcapng" --json
    ok "pcapng with two link types, $order endian" eval 'quiet && out_lines 2 &&
        grep -q "\"/a\"" out && grep -q "\"/b\"" out && [ "$(grep -c "\"HIT\"" out)" -eq 2 ]'
done
order=little
hex=
section
# An interface whose times begin an hour before 1970 (if_tsoffset).
block 1 "65000000000000000e000800f0f1ffffffffffff00000000"
packet 0 1000000 "$(ask 1025 a)"
packet 0 1100000 "$(answer 1025 a)"
write_hex early.pcapng
run -r early.pcapng --json
ok "packets of before 1970 are read like all others" eval 'quiet && out_lines 1 &&
    grep -q "\"ts\": *-3599.000000" out'
run -r made-little.pcapng --json tcp port 1026
ok "the filter is compiled for each link type" eval 'quiet && out_lines 1 && grep -q "\"/b\"" out'
run -r made-little.pcapng --json ether host 02:00:00:00:00:01
ok "a filter that fits one of two link types" eval \
    'says 1 "frames of link type 12 (Raw IP) are left out" && out_lines 1 && grep -q "\"/a\"" out'
cat made-little.pcapng made-big.pcapng >both.pcapng
run -r both.pcapng -v -q
ok "sections of both byte orders in one file" eval 'grep -q "cachetap: 8 packets (8 TCP)" err'
echo "# a comment
tcp port 1025 # another
or tcp port 7" >filter
run -r made-little.pcapng --json -F filter
ok "a filter from a file" eval 'quiet && out_lines 1 && grep -q "\"/a\"" out'

order=little
pcap_header 0xa1b2c3d4 101
pcap_packet 1 0 "$(ask 1025 a)"
write_hex requests.pcap
pcap_header 0xa1b2c3d4 101
pcap_packet 2 0 "$(answer 1025 a)"
write_hex responses.pcap
run -r responses.pcap -r requests.pcap --json
ok "several inputs are merged by time" eval \
    'quiet && out_lines 1 && grep -q "\"/a\"" out && grep -q "\"status_code\": *200" out'
run -r "$sample" -c 100 -v
ok "-c stops after so many packets" eval '[ $status -eq 0 ] && grep -q "cachetap: 100 packets" err'

# ---- outputs --------------------------------------------------------------------------------
run -r "$sample"
ok "the summary is the default" eval 'quiet && grep -q "^Hit ratio" out'
run -r "$sample" --text --summary
ok "two outputs go to standard output, the report last" eval \
    'quiet && [ "$(wc -l <out)" -gt 250 ] && sed -n "\$p" out | grep -qv GET'
run -r "$sample" --json -o summary:report -o csv:table.csv
ok "outputs to files" eval 'quiet && cmp -s out whole.json && grep -q "^Hit ratio" report &&
    [ "$(wc -l <table.csv)" -eq $(($(wc -l <whole.json) + 1)) ]'
ok "files are not readable for everybody" eval '[ "$(stat -c %a report)" = 640 ]'
run -r "$sample" --json -o summary:nowhere/report
ok "an output that cannot be created" eval \
    'says 1 "nowhere/report: cannot be written: No such file or directory" && [ ! -s out ]'
ln -sf victim link
run -r "$sample" -o json:link
ok "a symbolic link is not followed" eval 'says 1 "link: cannot be written: it is a symbolic" &&
    [ ! -e victim ]'
cp "$sample" own.pcap
run -r own.pcap -o json:./own.pcap
ok "an input is not written over" eval 'says 1 "own.pcap: cannot be written: it is an input" &&
    cmp -s own.pcap "$sample"'
run -r "$sample" -o json:one -o csv:./one
ok "two outputs do not share a file" says 1 "./one: cannot be written: two outputs go to the same"
echo kept >report
run -r missing.pcap -o summary:report
ok "a run without input leaves the old results" eval 'says 1 "missing.pcap: " && grep -q kept report'
"$program" -r "$sample" --json >/dev/full 2>err
status=$?
ok "a full disk" says 1 "standard output: cannot be written: No space left on device"
"$program" -r "$sample" --summary >/dev/full 2>err
status=$?
ok "a full disk, seen at the end only" says 1 "standard output: cannot be written: No space left"
"$program" -r "$sample" --json >&- 2>err
status=$?
ok "standard output that is closed" says 1 "standard output: cannot be written"
"$program" -r "$sample" -r "$captures/chain.pcap" -r "$captures/varnish.pcap" --json 2>err |
    head -1 >out
status=${PIPESTATUS[0]}
ok "a reader that goes away is no failure" eval 'quiet && out_lines 1'

# ---- terminal -------------------------------------------------------------------------------
escape=$(printf '\033[')
on_terminal() { # variables..., then cachetap's arguments; standard output is a terminal
    local variables=()
    while [[ $1 == *=* ]]; do variables+=("$1"); shift; done
    env TERM=xterm "${variables[@]}" script -qec "'$program' $*" /dev/null >out 2>err </dev/null
    status=$?
}
run -r "$sample" --text
ok "no colour in a pipe" eval 'quiet && ! grep -qF "$escape" out'
if command -v script >/dev/null; then
    on_terminal -r "$sample" --text
    ok "colour on a terminal" eval '[ $status -eq 0 ] && grep -qF "$escape" out'
    on_terminal NO_COLOR=1 -r "$sample" --text
    ok "NO_COLOR is honoured" eval '[ $status -eq 0 ] && ! grep -qF "$escape" out'
    on_terminal NO_COLOR= -r "$sample" --text
    ok "an empty NO_COLOR means nothing" grep -qF "$escape" out
    on_terminal TERM=dumb -r "$sample" --text
    ok "no colour on a dumb terminal" eval '[ $status -eq 0 ] && ! grep -qF "$escape" out'
    on_terminal -r -
    ok "a terminal is no capture" grep -q "cannot be read: it is" out
else
    echo "ok - terminal # SKIP no script program"
fi

# ---- signals --------------------------------------------------------------------------------
# A run that has read all of the pipe and waits for more; $pid, and descriptor 9 to feed it.
waiting() { # condition on its output, then arguments
    local condition=$1
    shift
    rm -f pipe
    mkfifo pipe
    : >out
    : >err
    env --default-signal=INT "$program" -r pipe "$@" >out 2>err &
    pid=$!
    exec 9>pipe
    cat made.pcap >&9
    until_true eval "$condition"
}
ended() { # waits for its end, but not for ever
    until_true eval '! kill -0 "$pid" 2>/dev/null' || kill -KILL "$pid"
    wait "$pid"
    status=$?
    exec 9>&-
}
order=little
pcap_header 0xa1b2c3d4 101
greet 1025
pcap_packet 1 0 "$(ask 1025 a)"
pcap_packet 2 0 "$(answer 1025 a)"
write_hex made.pcap
hex=
greet 1026
pcap_packet 3 0 "$(ask 1026 b)"
pcap_packet 4 0 "$(answer 1026 b)"
write_hex more

for signal in TERM INT; do
    ok "a live pipe gives its lines at once" waiting '[ -s out ]' -l --json --summary
    kill -s $signal "$pid"
    ended 2>/dev/null
    ok "SIG$signal ends a wait, everything pending is written" eval 'quiet &&
        grep -q "\"/a\"" out && grep -q "^Hit ratio" out'
done

rm -f pipe
mkfifo pipe
"$program" -r pipe >out 2>err &
pid=$!
until_true [ "/proc/$pid/exe" -ef "$program" ] # before that it is the shell, which catches TERM
until_true eval '[ "$(($(sed -n "s/^SigCgt:[^0-9a-f]*/0x/p" /proc/$pid/status) & 0x4000))" -ne 0 ]'
kill -TERM "$pid"
ended
ok "SIGTERM before anybody writes into the pipe" eval 'quiet && grep -q "^cachetap summary" out'

waiting '[ -s out ]' -l --json
kill -USR1 "$pid"
ok "SIGUSR1 prints statistics" until_true grep -q "cachetap: 1 transactions: 1 hit, 0 miss" err
cat more >&9
ok "and the run goes on" until_true out_lines 2
exec 9>&-
ended
ok "until the input ends" [ $status -eq 0 ]

waiting '[ -s lines.csv ] && [ "$(wc -l <lines.csv)" -eq 2 ]' -l -o csv:lines.csv
mv lines.csv lines.1
kill -HUP "$pid"
ok "SIGHUP opens output files again" until_true [ -e lines.csv ]
cat more >&9
exec 9>&-
ended
ok "what follows goes into the new file" eval 'quiet && [ "$(wc -l <lines.1)" -eq 2 ] &&
    [ "$(wc -l <lines.csv)" -eq 2 ] && grep -q "/b" lines.csv && grep -q "^ts,\|^\"ts\"" lines.csv'

# ---- choosing and checking ------------------------------------------------------------------
refused 'at character 1: there is no field "hots"' -r "$sample" -Y 'hots=x'
refused 'given twice' -r "$sample" -Y 'host=x' -Y 'host=y'
refused 'not an expression' -r "$sample" --assert 'hit_ratio>='
run -r "$sample" --json -Y 'cache=expired'
expired_only() { [ "$(jq -r .cache_status out | sort -u)" = EXPIRED ] && quiet; }
ok "--where lets only what matches through" expired_only
n_expired=$(wc -l <out)
run -r "$sample" --summary-json --where 'cache=expired'
left_out() { [ "$(jq -r '[.transactions.total, .transactions.not_chosen] | @text' out)" = "[$n_expired,$((210 - n_expired))]" ]; }
ok "and counts what it left out" left_out
run -r "$sample" -q --assert 'hit_ratio>10%' --assert 'transactions=210'
ok "assertions that hold: exit status 0" test "$status" -eq 0
run -r "$sample" -q --assert 'hit_ratio>10%' --assert 'hit_ratio>90%'
ok "one that does not: exit status 3, and it is named" says 3 "--assert hit_ratio>90%: does not hold"
ok "and the report is there all the same" grep -q 'cachetap summary' out

# Interface statistics behind the last packet: five were lost by the system that captured.
{
    cat "$captures/squid.pcapng"
    printf '\5\0\0\0\x28\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\x08\0\5\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0'
} >lossy.pcapng
run -r lossy.pcapng -q --summary-json --assert 'dropped=0'
ok "a capture that says what it lacks: exit status 3 where nothing may be dropped" [ "$status" -eq 3 ]
ok "a line says that the numbers are partial" grep -q "numbers are partial: 5 packets were lost when it was made" err
ok "and so does the report" [ "$(jq .given_up.capture_recorded_drops out)" = 5 ]

printf '\x28\xb5\x2f\xfd\x00\xa8\x00\x00\x00\x00' >wide.zst # a frame with a window of 2 GiB
run -r wide.zst --summary
ok "zstd with a window beyond what is allowed: exit status 1, and what to do" says 1 "wide.zst: cannot be read: its zstd data takes a window of more than 128 MiB, unpack it first (zstd -d --long=31)"
for what in --help --version --dialects --keys; do
    "$program" $what >/dev/full 2>err
    status=$?
    ok "$what to a full disk: exit status 1, and a line" says 1 "standard output: cannot be written: No space left on device"
done

# ---- threads --------------------------------------------------------------------------------
same_with_threads() { # arguments: the same octets with 1, 2 and 5 threads
    local want n
    want=$("$program" "$@" 2>&1 | md5sum)
    for n in 2 5; do
        [ "$("$program" --threads "$n" "$@" 2>&1 | md5sum)" = "$want" ] || return 1
    done
}
same_results_with_threads() { # those that the end of the input ends have no order
    [ "$("$program" "$@" 2>err1 | sort)" = "$("$program" --threads 3 "$@" 2>err3 | sort)" ] &&
        cmp -s err1 err3
}
for capture in "$captures"/*.pcap "$captures"/*.pcapng; do
    ok "threads change nothing: ${capture##*/}" same_with_threads -r "$capture" --json --connections
done
ok "nor in the report" same_with_threads -r "$sample" --explain
head -c 40000 "$sample" >cut.pcap
ok "nor in the results of a capture that is cut" same_results_with_threads -r cut.pcap --text

# ---- rights ---------------------------------------------------------------------------------
rights() { # the line of /proc/PID/status
    awk -v key="$1:" '$1 == key { print $2 }' "/proc/$pid/status"
}
mkfifo still
"$program" -v -r still -o json:still.json >out 2>err &
pid=$!
exec 8>still
head -c 60000 "$sample" >&8
dropped() { grep -q 'privileges dropped: ' err; }
ok "rights are given up before the first packet, and -v says so" until_true dropped
ok "no capability is left" test "$(rights CapEff)$(rights CapPrm)" = 00000000000000000000000000000000
ok "and none can come back" test "$(rights NoNewPrivs)" = 1
if [ "$(id -u)" -eq 0 ]; then
    ok "root has become another user" test "$(rights Uid)" != 0
    run -r "$sample" -q -v --no-drop
    ok "--no-drop keeps them" grep -q 'privileges kept (user 0)' err
    run -r "$sample" -q -v -Z daemon
    ok "-Z names the user" grep -q 'privileges dropped: user daemon' err
fi
filtered() { ! "$program" --version | grep -qi sanitizer; }
if filtered; then
    ok "system calls are filtered" test "$(rights Seccomp)" = 2
fi
wrote() { [ -s still.json ]; }
until_true wrote
mv still.json still.1
kill -HUP "$pid"
made_again() { [ -e still.json ]; }
ok "files are opened again all the same" until_true made_again
exec 8>&-
wait "$pid"
ok "and what follows is written" test -s still.json
refused 'there is no such user' -r "$sample" -Z no-such-user-here
refused 'contradict each other' -r "$sample" -Z nobody --no-drop

finish
