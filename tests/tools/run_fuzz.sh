#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_fuzz.sh SECONDS TARGET...: runs each libFuzzer target for SECONDS, starting from its stored
# corpus. New inputs go to build/fuzzing/corpus; a crash is kept there and fails the run.
seconds=$1
shift
failed=0
for program in "$@"; do
    name=$(basename "$program")
    topic=${name#fuzz_}
    work=build/fuzzing/corpus/$topic
    mkdir -p "$work"
    stored=""
    [ -d "tests/fuzz/corpus/$topic" ] && stored="tests/fuzz/corpus/$topic"
    if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$work/../$topic-" "$work" $stored \
        >"$work/../$topic.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/../$topic.log")
        printf '  fuzz  %-28s %s executions\n' "$name" "$runs"
    else
        printf '  fuzz  %-28s FAILED\n' "$name"
        tail -n 40 "$work/../$topic.log"
        failed=$((failed + 1))
    fi
done
[ "$failed" -eq 0 ]
