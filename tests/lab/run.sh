#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One cache of the lab under the seeded workload, in namespaces of its own.
#
# usage: run.sh PROGRAM CACHE SEED REQUESTS FOLDER      (as root)
#
# Leaves in FOLDER: CACHE.pcap (the client's side), CACHE.live.json (the labels that cachetap gave
# while it captured), CACHE.verdicts.tsv (what the cache and the origin logged of each request).

set -euo pipefail
[ $# -eq 5 ] || { echo "usage: $0 PROGRAM CACHE SEED REQUESTS FOLDER" >&2; exit 2; }
program=$(realpath "$1") name=$2 seed=$3 requests=$4 folder=$(realpath "$5")

prefix=ct-lab-$$
# shellcheck source=tests/lab/net.sh
. "$(dirname "$0")/net.sh"
# shellcheck source=tests/lab/caches.sh
. "$(dirname "$0")/caches.sh"

new_run
: >"$run/capture.err"
as_on_a_wire
start_origin
start_cache "$name"
inside "$cache" "$program" -i cl0 -w "$run/capture.pcap" -o "json:$run/live.json" \
    >>"$run/output.log" 2>"$run/capture.err" &
tap=$!
disown
pids+=("$tap")
await "the capture to begin" grep -q 'listening on' "$run/capture.err"
drive "$port" "$clients" --seed "$seed" --requests "$requests"
log_cache "$name" >"$run/words.log" # Varnish's is in memory
stop_cache
[ -s "$run/words.log" ] || log_cache "$name" >"$run/words.log"
stop TERM "$tap"
python3 -B "$lab/sidecar.py" "$run/drive.log" "$run/words.log" "$run/origin.log" \
    >"$folder/$name.verdicts.tsv"
cp "$run/capture.pcap" "$folder/$name.pcap"
cp "$run/live.json" "$folder/$name.live.json"
