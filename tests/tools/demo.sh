#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job on a recorded capture: nginx as a cache, both of its sides, replayed.
program=$1
capture=captures/nginx.pcap
say() { printf '\n$ %s\n' "$*"; }

say "cachetap -r $capture --text 'port 80' | head -n 24"
"$program" -r "$capture" --text 2>&1 | head -n 24
say "cachetap -r $capture --summary"
"$program" -r "$capture" --summary
say "cachetap -r $capture --json | head -n 1"
"$program" -r "$capture" --json | head -n 1
