#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job on a recorded capture: nginx as a cache, both of its sides, replayed.
program=$1
capture=captures/nginx.pcap
say() { printf '\n$ %s\n' "$*"; }

say "cachetap -r $capture --text 'tcp port 80' | tail -n 24     # what the clients saw"
"$program" -r "$capture" --text 'tcp port 80' | tail -n 24
say "cachetap -r captures/chain.pcap --text --explain 'tcp port 8000 and host 10.9.1.11' | head -n 9     # and why"
"$program" -r captures/chain.pcap --text --explain 'tcp port 8000 and host 10.9.1.11' | head -n 9
say "cachetap -r $capture --summary"
"$program" -r "$capture" --summary
say "cachetap -r $capture --json | head -n 1"
"$program" -r "$capture" --json | head -n 1
