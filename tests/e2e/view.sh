#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The live view in real terminals (tmux): every screen, keys, sizes, kinds of terminals, what
# leaves the terminal as it was, and captures that would like to take it over.
# Usage: tests/e2e/view.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
here=$(realpath "$(dirname "$0")") || exit 1
captures=$here/../../captures
work=$(mktemp -d) || exit 1
socket=$work/tmux
sample=$captures/nginx.pcap
unset LINES TMUX TMUX_PANE
export HOME=$work
chmod 755 "$work"
cd "$work" || exit 1
trap 'mux kill-server 2>/dev/null; rm -rf "$work" 2>/dev/null || { sleep 0.2; rm -rf "$work"; }' EXIT

mux() { tmux -S "$socket" -f /dev/null "$@"; }

evidence() { screen | sed 's/^/    /' | head -40; }

# ---- a terminal with a shell, and the program in it -------------------------------------------
screen() { mux capture-pane -p -t v 2>/dev/null; }
shows() { screen | grep -qF -e "$1"; }
sees() {
    local text=$1
    until_true eval 'shows "$text"'
}
keys() { mux send-keys -t v "$@"; }
press() { # key, then what the screen is to show
    keys "$1"
    sees "$2"
}

terminal() { # columns, rows, TERM, locale, variables...: a shell in a new terminal
    local columns=$1 rows=$2 term=$3 locale=$4
    shift 4
    mux has-session -t keep 2>/dev/null || mux new-session -d -s keep cat
    mux kill-session -t v 2>/dev/null
    rm -f raw
    mux new-session -d -s v -x "$columns" -y "$rows" \
        "env TERM=$term LC_ALL=$locale $* PS1='ready> ' bash --norc --noprofile"
    until_true eval 'shows "ready>"' && mux pipe-pane -t v "cat >>'$work/raw'"
}
start() { # arguments of cachetap; afterwards the shell writes its status and its modes
    rm -f pid modes.before modes.after status
    keys "clear; stty -g >modes.before; '$program' --pid-file pid $*; echo \$? >status; stty -g >modes.after" Enter
    sees "F1 Help"
}
view() { # as start, on the sample, until all was read
    start -r "$sample" "$@" && sees "ENDED"
}
is_sane() { # the shell is back, modes, screen and cursor are as before
    until_true eval '[ -s modes.after ]' && cmp -s modes.before modes.after &&
        [ "$(mux display-message -p -t v '#{alternate_on} #{cursor_flag}')" = "0 1" ]
}
leave() { # expected status
    keys q
    is_sane && [ "$(cat status)" = "${1:-0}" ]
}
fits() { # no line is longer than the terminal, none is missing
    [ "$(screen | wc -l)" -le "$2" ] && [ "$(screen | LC_ALL=C.UTF-8 wc -L)" -le "$1" ]
}

# ---- it is the default where it makes sense ---------------------------------------------------
"$program" -r "$sample" -o tui >out 2>err </dev/null
ok "-o tui without a terminal is a mistake" grep -q '^cachetap: -o tui: cannot be shown: standard output is no terminal, use -o text' err
"$program" -r "$sample" -o tui >out 2>err </dev/null
status=$?
ok "with exit status 2 and nothing written" eval '[ $status -eq 2 ] && [ ! -s out ]'
"$program" -r "$sample" 2>err </dev/null | cat >out
ok "in a pipe there is the summary" eval 'grep -q "^Connections" out && [ ! -s err ]'

terminal 80 24 tmux-256color C.UTF-8
ok "on a terminal there is the view" view
ok "its overview has the source and the outcomes" eval 'shows nginx.pcap && shows HIT && shows "pkt/s"'
ok "q leaves it, and the terminal as it was" leave 0

# ---- every screen, at several sizes and on several terminals ------------------------------------
all_screens() { # columns, rows
    press 2 "hosts:" && fits "$1" "$2" && press 3 "URIs:" && press 4 "paths:" && press 5 "clients:" &&
        press 6 "servers:" && press 7 "connections:" && press 8 "transactions:" && press 9 "reasons:" &&
        press 0 "dialects:" && press u "unknown" && fits "$1" "$2" && press 1 "outcome" &&
        press '?' "Move" && press Escape "outcome"
}
for size in "80 24" "120 40" "60 15"; do
    read -r columns rows <<<"$size"
    terminal "$columns" "$rows" tmux-256color C.UTF-8
    if [ "$columns" -ge 80 ]; then
        view
        ok "all screens at $columns x $rows" all_screens "$columns" "$rows"
    else
        keys "'$program' --pid-file pid -r '$sample'; stty -g >modes.after" Enter
        ok "what is too small says so" sees "80"
        mux resize-window -t v -x 80 -y 24
        ok "and comes to life when it grows" sees "F1 Help"
    fi
    keys q
done
for kind in "vt100 C" "screen C.UTF-8" "xterm-256color C.UTF-8" "linux C.UTF-8" "tmux-256color C"; do
    read -r term locale <<<"$kind"
    terminal 80 24 "$term" "$locale"
    ok "TERM=$term, $locale" eval 'view && press 2 "www.example.com" && press 8 "transactions:"'
    if [ "$locale" = C ]; then
        ok "nothing but ASCII is sent" eval '! LC_ALL=C grep -q "[^ -~[:cntrl:]]" raw'
    fi
    ok "and it is left as it was" leave 0
done
terminal 80 24 tmux-256color C.UTF-8 NO_COLOR=1
view
ok "NO_COLOR: no colour is sent" eval 'press 2 www.example.com && ! LC_ALL=C grep -aqE "$(printf "\033")\[[0-9;]*(3[0-9]|4[0-9]|9[0-9]|10[0-9])[0-9;]*m" raw'
keys q
terminal 80 24 dumb C.UTF-8
keys "'$program' -r '$sample'" Enter
ok "on a dumb terminal there is the summary" sees "layers: ipv4"
keys "clear; '$program' -r '$sample' --tui" Enter
ok "and the view says why it cannot be" sees "TERM=dumb: no type"

# ---- drill-down, search, filter, sorting ----------------------------------------------------------
terminal 80 24 tmux-256color C.UTF-8
view
press 2 "www.example.com"
ok "Enter opens the URIs of a host" press Enter "URIs of www.example.com"
ok "then the transactions of a URI" press Enter "transactions of www.example.com/"
ok "then one of them, with its evidence" press Enter "evidence"
ok "Esc goes back" eval 'press Escape "transactions" && press Escape "URIs" && press Escape "hosts:"'
press 2 "hosts: 1 of"
ok "arrows are arrows in a terminal that ignores the keypad's mode, too" eval 'mux send-keys -t v -H 1b 5b 42 && sees "hosts: 2 of" && mux send-keys -t v -H 1b 5b 41 && sees "hosts: 1 of"'
press 3 "URIs:"
keys / vary-star
ok "/ searches as it is typed" sees "vary-star"
keys Enter '\'
keys "miss>1" Enter
ok "\\ filters with an expression" eval 'until_true eval "! shows \"www.example.com/updating \""'
keys Escape Escape
ok "T changes the theme" eval 'keys T T T; press 1 HIT'
ok "^L paints everything again" eval 'keys C-l; sees "F1 Help"'

# ---- live: drawing gives way to reading -----------------------------------------------------------
nice_of() { sed 's/.*) //' "/proc/$(cat pid)/task/$1/stat" | cut -d ' ' -f 17; }
only_the_main_thread_is_nice() {
    local task
    [ "$(nice_of "$(cat pid)")" -eq 10 ] || return 1
    for task in /proc/"$(cat pid)"/task/*; do
        task=${task##*/}
        [ "$task" = "$(cat pid)" ] || [ "$(nice_of "$task")" -eq 0 ] || return 1
    done
}
if [ "$(id -u)" -eq 0 ]; then
    terminal 80 24 tmux-256color C.UTF-8
    start -i lo
    ok "live, the thread that draws gives way to those that read" until_true only_the_main_thread_is_nice
    ok "and ends as ever" leave 0
    terminal 80 24 tmux-256color C.UTF-8
    view
else
    echo "NOT RUN - view: a live capture needs root"
fi

# ---- size, stop and go on -------------------------------------------------------------------------
mux resize-window -t v -x 120 -y 40
widest() { screen | LC_ALL=C.UTF-8 wc -L; }
ok "it grows with the terminal" until_true eval '[ "$(screen | wc -l)" -eq 40 ] && [ "$(widest)" -gt 100 ]'
for n in 90 200 80 131 85; do mux resize-window -t v -x $n -y $((n / 3)); done
mux resize-window -t v -x 80 -y 24
ok "and survives a storm of sizes" eval 'press 2 "www.example.com" && press 1 HIT && fits 80 24'
rm -f modes.after
keys C-z
ok "^Z gives the terminal to the shell" eval 'until_true eval "shows Stopped" && [ "$(mux display-message -p -t v "#{alternate_on}")" = 0 ]'
keys "stty -g >modes.stopped; fg" Enter
ok "fg brings the view back" eval 'sees "F1 Help" && [ -s modes.stopped ] && press 2 www.example.com'
keys q
until_true eval "shows 'ready>'"

# ---- replay: pause, step, speed, restart ----------------------------------------------------------
terminal 100 30 tmux-256color C.UTF-8
start -r "$sample" --speed 0.02
ok "a replay pauses" press p "PAUSE"
listed() { screen | sed -n 's/.*transactions: .* of \([0-9]*\).*/\1/p' | head -n 1; }
press 8 "transactions:" # how many came before the pause depends on the machine
before=$(listed)
ok "a step goes on by a transaction" eval 'keys s; sees "of $((${before:-0} + 1))"'
keys p
ok "as fast as possible it ends" press '*' "ENDED"
ok "all of it was read" eval 'press 8 "of 210"'
ok "it can be started again" eval 'keys p R; until_true eval "! shows ENDED" && keys p; sees ENDED; sees "of 210"'
ok "and left" leave 0
mkfifo pipe
cat "$sample" >pipe &
start -r - "<pipe"
ok "standard input is shown, keys come from the terminal" sees ENDED
ok "and is not started again, which is said" press R "can be read only once"
ok "q ends it" leave 0
start -r "$sample" --tui -o json:records.json
sees ENDED
ok "with results in a file there is no second time" press R "would be there twice"
ok "they are written beside the view" eval 'leave 0 && [ "$(wc -l <records.json)" -eq 210 ]'

# ---- saving -----------------------------------------------------------------------------------------
rm -f ./*.pcap ./*.csv ./*.json ./*.txt
view
press 7 "connections:"
keys P
ok "packets of a connection are saved" sees "written:"
saved=$(ls -- *.pcap 2>/dev/null)
ok "as a capture that tells of one connection" eval '[ "$("$program" -r "$saved" --json | jq -r .uid | sort -u | wc -l)" -eq 1 ]'
keys q
is_sane
ok "the message comes again after the end" shows "cachetap: $saved: written"

# ---- whatever ends it, the terminal is as it was ----------------------------------------------------
status_of() { case $1 in TERM | HUP | INT) echo 0 ;; *) echo $((128 + $(kill -l "$1"))) ;; esac; }
for signal in TERM HUP INT QUIT SEGV ABRT BUS; do
    terminal 80 24 tmux-256color C.UTF-8
    keys "ulimit -c 0" Enter
    view
    kill -s "$signal" "$(cat pid)"
    ok "SIG$signal leaves the terminal as it was" is_sane
    if "$program" --version | grep -q sanitizers && [[ $signal =~ SEGV|BUS ]]; then
        wanted=1 # they report it, then exit
    else
        wanted=$(status_of "$signal")
    fi
    ok "with status $wanted" [ "$(cat status)" = "$wanted" ]
done

# ---- what captures hold never acts on the terminal --------------------------------------------------
python3 "$here/../support/hostile.py" hostile.pcap
harmless() {
    python3 - raw <<'EOF'
import re, sys
raw = open(sys.argv[1], "rb").read()
begin, end = raw.find(b"\x1b[?1049h"), raw.rfind(b"\x1b[?1049l")
assert begin >= 0 and end > begin, "not the view"
view = raw[begin:end]
for bad in (b"\x1b]", b"\x1bP", b"\x1b^", b"\x1b_", b"\x1bX", b"\x1b[6n", b"\x1b[c", b"\x1bc",
            b"\x1b[?1049l", b"\x05", b"\x7f"):
    assert bad not in view, bad
text = view.decode("utf-8")  # nothing but UTF-8
for bad in re.findall("[\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text):
    raise AssertionError(hex(ord(bad)))
EOF
}
terminal 120 40 tmux-256color C.UTF-8
mux set-option -t v allow-rename off 2>/dev/null
title=$(mux display-message -p -t v '#{pane_title}')
start -r hostile.pcap && sees ENDED
ok "hostile URIs are shown harmlessly" eval 'press 3 "x9b31m" && press 2 "x1b]0;owned" && press 8 transactions: && press Enter evidence && press u unknown && all_screens 120 40'
ok "wide characters are aligned" eval 'press 3 "日本語"'
ok "and nothing that acts was sent" eval 'leave 0 && harmless'
ok "the title is what it was" [ "$(mux display-message -p -t v '#{pane_title}')" = "$title" ]

# ---- the screens of the documents ---------------------------------------------------------------------
mkdir screens
"$here/../tools/screens.sh" "$program" screens
same_shape() {
    diff <(ls "$here/../../docs/screens") <(ls screens) &&
        [ "$(wc -l screens/*.txt | grep -cE '^ *32 ')" -eq "$(ls screens | wc -l)" ] &&
        diff <(head -qn 1 "$here"/../../docs/screens/*.txt) <(head -qn 1 screens/*.txt)
}
ok "the screens in docs can be made again, and have their shape" same_shape

finish
