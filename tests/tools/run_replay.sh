#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Feeds the stored corpus of each fuzz target, and the sample captures, to the target built
# with a plain main: what fuzzing found once stays found, with every compiler.
failed=0
n=0
for program in "$@"; do
    name=$(basename "$program")
    corpus="tests/fuzz/corpus/${name#fuzz_}"
    if out=$("$program" "$corpus" captures 2>&1); then
        printf '  fuzz  %-28s %s\n' "$name" "$out"
        n=$((n + 1))
    else
        printf '  fuzz  %-28s FAILED\n%s\n' "$name" "$out"
        failed=$((failed + 1))
    fi
done
echo "fuzz replay: $n passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$n" -gt 0 ]
