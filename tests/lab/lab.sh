#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Real caches under a seeded workload, captured by cachetap itself; then its labels against the
# caches' own logs.
#
# usage: lab.sh PROGRAM [SEED] [REQUESTS] [CACHE...]      (as root; a seed is chosen and said)
#
# JOBS=3 runs at a time; FOLDER=... keeps captures, labels and logs there.

set -uo pipefail
lab=$(cd "$(dirname "$0")" && pwd)
program=${1:?usage: lab.sh PROGRAM [SEED] [REQUESTS] [CACHE...]}
seed=${2:-}
requests=${3:-}
[ -n "$seed" ] || seed=$(($(date +%s) % 100000))
[ -n "$requests" ] || requests=400
shift $(($# < 3 ? $# : 3))

[ "$(id -u)" = 0 ] || { echo "lab.sh: network namespaces need root" >&2; exit 1; }
if [ $# -eq 0 ]; then
    # shellcheck source=tests/lab/caches.sh
    read -ra names <<<"$(. "$lab/caches.sh" && echo "$caches")"
else
    names=("$@")
fi
folder=${FOLDER:-$(mktemp -d "${TMPDIR:-/tmp}/ct-lab-out.XXXXXX")}
mkdir -p "$folder"
[ "${FOLDER:-}" ] || trap 'rm -rf "$folder"' EXIT

echo "lab: ${#names[@]} caches, SEED=$seed REQUESTS=$requests"
began=$SECONDS
printf '%s\n' "${names[@]}" |
    xargs -P "${JOBS:-3}" -I NAME "$lab/run.sh" "$program" NAME "$seed" "$requests" "$folder"
ran=$?
echo "lab: recorded in $((SECONDS - began)) s"
samples=()
for name in "${names[@]}"; do
    if [ -s "$folder/$name.verdicts.tsv" ]; then
        samples+=("$name=$name:$folder/$name.verdicts.tsv:$folder/$name.pcap")
    else
        echo "lab: $name did not run" >&2
    fi
done
[ ${#samples[@]} -gt 0 ] || exit 1
python3 -B "$lab/compare.py" --live "$program" "${samples[@]}"
compared=$?
echo "lab: SEED=$seed REQUESTS=$requests"
[ "$ran" -eq 0 ] && [ "$compared" -eq 0 ]
