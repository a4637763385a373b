#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# screens.sh PROGRAM FOLDER: the screens of the live view as text files in FOLDER, made in a real
# terminal (tmux) from captures/nginx.pcap and chain.pcap.
set -u
program=$(realpath "$1") || exit 1
folder=$(realpath "$2") || exit 1
captures=$(realpath "$(dirname "$0")/../../captures") || exit 1
work=$(mktemp -d) || exit 1
chmod 755 "$work"
cd "$work" || exit 1
unset NO_COLOR COLUMNS LINES TMUX TMUX_PANE
mux() { tmux -S "$work/tmux" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null; sleep 0.1; rm -rf "$work"' EXIT

screen() { mux capture-pane -p -t v; }
sees() { # text, within ten seconds
    local i
    for ((i = 0; i < 200; i++)); do
        screen | grep -qF -e "$1" && return 0
        sleep 0.05
    done
    echo "screens.sh: \"$1\" did not come" >&2
    screen >&2
    exit 1
}
# What differs from run to run: the clock of the run, and its memory.
steady() { sed -E -e '1s/[0-9]{2}:[0-9]{2}:[0-9]{2} *$/00:00:01/' -e '2s/[0-9.]+[kMG] mem/ 14M mem/' -e 's/ +$//'; }
shot() { # name, keys..., and what is seen then
    local name=$1 last=${*: -1}
    shift
    while [ $# -gt 1 ]; do mux send-keys -t v "$1"; shift; done
    sees "$last"
    screen | steady >"$folder/$name.txt"
}
begin() { # capture
    mux kill-session -t v 2>/dev/null
    mux new-session -d -s v -x 100 -y 32 "env TERM=tmux-256color LC_ALL=C.UTF-8 TZ=UTC '$program' -r '$captures/$1'"
    sees ENDED
}

mux new-session -d -s keep cat
begin nginx.pcap
shot overview w "outcome, 5m"
shot hosts 2 "hosts:"
shot uris 3 "URIs:"
shot paths 4 "paths:"
shot clients 5 "clients:"
shot servers 6 "servers:"
shot connections 7 "connections:"
shot transactions 8 "transactions:"
shot reasons 9 "reasons:"
shot dialects 0 "dialects:"
shot unknown u "unknown"
shot help F1 "Move"
mux send-keys -t v Escape 3
sees "URIs:"
shot filter '\' "miss>1" Enter "miss>1"
begin chain.pcap
shot transaction 8 Enter "evidence"
