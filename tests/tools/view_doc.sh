#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# view_doc.sh PROGRAM: docs/view.md, made from the table of keys and from docs/screens, which
# screens.sh makes in a real terminal.
program=$1
screens=$(dirname "$0")/../../docs/screens

shot() { # name
    printf '\n```\n'
    cat "$screens/$1.txt"
    printf '```\n'
}
keys() {
    "$program" --keys | awk '/^[A-Z]/ { group = $1; next } /^  / {
        keys = substr($0, 3, 16); help = substr($0, 20); sub(/ +$/, "", keys)
        gsub(/\|/, "\\|", keys); gsub(/\|/, "\\|", help)
        print "| " group " | `" keys "` | " help " |" }'
}
cat <<'END'
# The live view

    cachetap -r site.pcap              # a capture
    cachetap -i eth0 'tcp port 80'     # live
    cachetap -i eth0 --tui -o json:site.json    # with results in a file as well

On a terminal it is the default, unless a format (`-o`, `--text`, ...), `--explain`, `--connections` or
`--assert` asks for something else; `--tui` asks for it. In a pipe, and with `TERM=dumb`, there is text
(live) or the summary (a replay). It needs 80 columns and 24 rows; more of both show more.

Colours mean the same everywhere: a hit, a miss, a bypass, and what is none of them. `--theme` chooses
among `dark`, `light`, `blue-orange` (told apart with any kind of colour blindness) and `mono`; `T`
switches; `NO_COLOR` is honoured. Without UTF-8 all is drawn in ASCII. What captures hold is shown with
`\xHH` for every octet that a terminal could act upon.

The first line says what is watched and how the run stands, the second how much comes and what was lost:
**drops are red when there are any**. The line above the keys explains what is selected. The last line
but the keys of the overview says what cannot be seen (TLS, HTTP/2, QUIC, connections of which one direction is
missing), so that silence is not mistaken for health.

## Overview

Hit ratio by requests and by octets as the client and as the origin sees it, times to the first byte of
hits against misses, every outcome with its share of the chosen window (`w`), and side by side for 1 s, 10
s, 1 min, 5 min and the whole run; what came when (`z` zooms out to a day); the findings; the reasons why
answers were no hits.
END
shot overview
cat <<'END'

## Lists

Hosts, URIs, paths (URIs without their query), clients, servers, connections, transactions, reasons,
dialects, values that nobody understands. `<` and `>` sort by another column, `r` reverses, `/` searches,
`\` filters with an expression over the columns. Enter opens a row: a host's URIs, their transactions, one
of them.
END
for name in hosts uris filter paths clients servers connections transactions reasons dialects unknown; do
    printf '\n### %s\n' "$name"
    shot "$name"
done
cat <<'END'

## One transaction

What the outcome was, why, and what to do; the caches between origin and client; the times; both messages
as far as they are kept (credentials never are); the other transactions of the URI and of the connection.
END
shot transaction
cat <<'END'

## Time, and replays

A live view never holds the capture up: reading, counting and drawing are apart, and what is frozen (Space)
or paused is only the screen. A replay really pauses (`p`), goes on by one transaction (`s`), is read in the
captured rhythm (`-`, from as fast as possible) or faster (`+`, `*`), and starts again (`R`) unless it comes
through a pipe or is written to files as well. After its end the view stays. ^Z gives the terminal to the
shell, `fg` brings the view back; SIGINT, SIGTERM and SIGHUP end it.

## Saving

`S` saves the list as CSV or JSON, or the screen as text, and packets as pcap; `P` the packets of the
connection that is selected. Files are new ones in the folder in which the program was started, nothing
is written over. Packets come from memory: the last 16 MiB, or what `--ring` says. Of a packet in several
IP fragments the last one is saved, and a client that is known only from a PROXY header has no packets of
its own. With several reading threads (`--threads`, live) packets are kept only with `--ring`; with
`-w` they are saved anyway.

## Keys

`cachetap --keys` prints them, F1 shows them.

| | key | what it does |
|---|---|---|
END
keys
