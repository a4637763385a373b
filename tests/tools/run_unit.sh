#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the unit test programs given; prints a line for each, and the output of those that fail.
passed=0
failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
for program in "$@"; do
    if CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$log" 2>&1; then
        n=$(grep -c '^ok ' "$log")
        printf '  unit  %-28s %s tests\n' "$(basename "$program")" "$n"
        passed=$((passed + n))
    else
        printf '  unit  %-28s FAILED\n' "$(basename "$program")"
        cat "$log"
        failed=$((failed + 1))
    fi
done
if [ "$passed" -eq 0 ]; then
    echo "no unit test ran"
    exit 1
fi
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
