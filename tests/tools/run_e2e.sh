#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the end-to-end tests against the program given, one for each processor at a time: they
# wait more than they compute. What could not be run here is said again at the end.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
run() { # program, how many at a time; scripts on standard input
    # shellcheck disable=SC2016
    WORK=$work xargs -r -P "$2" -n 1 sh -c '
        log=$WORK/$(basename "$2").log
        env --default-signal "$2" "$1" >"$log" 2>&1 # also below nohup
        status=$?
        # In one piece: another one may end meanwhile.
        printf "  e2e   %s\n%s\n" "$2" "$(cat "$log")"
        exit "$((status != 0))"' sh "$1"
}
ran=0
# What needs the whole machine alone; then the longest first.
echo tests/e2e/load.sh | run "$1" 1 || ran=1
printf '%s\n' tests/e2e/live.sh tests/e2e/*.sh | grep -v /load.sh | awk '!seen[$0]++' |
    run "$1" "$(nproc)" || ran=1
grep -h '^NOT RUN' "$work"/*.log
if [ "$ran" -eq 0 ]; then
    echo "e2e: $(ls "$work" | wc -l) scripts, none failed"
else
    echo "e2e: FAILED, see \"not ok\" above:"
    grep -lE "^not ok" "$work"/*.log | sed "s,.*/,    tests/e2e/,; s,log$,sh,"
fi
exit "$ran"
