#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the unit test programs given, one for each processor at a time; prints a line for each, and
# the output of those that fail.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016
printf '%s\n' "$@" | WORK=$work xargs -P "$(nproc)" -n 1 sh -c '
    name=$(basename "$1")
    log=$WORK/$name.log
    if CMOCKA_MESSAGE_OUTPUT=TAP "$1" >"$log" 2>&1; then
        n=$(grep -c "^ok " "$log")
        echo "$n" >"$WORK/$name.passed"
        printf "  unit  %-28s %s tests\n" "$name" "$n"
    else
        # In one piece: another one may fail meanwhile.
        printf "  unit  %-28s FAILED\n%s\n" "$name" "$(cat "$log")"
        exit 1
    fi' sh
ran=$?
passed=$(cat "$work"/*.passed 2>/dev/null | awk '{ n += $1 } END { print n + 0 }')
programs=$(find "$work" -name '*.passed' | wc -l)
if [ "$passed" -eq 0 ]; then
    echo "no unit test ran"
    exit 1
fi
echo "unit: $passed passed in $programs programs, $(($# - programs)) programs failed"
[ "$ran" -eq 0 ] && [ "$programs" -eq $# ]
