# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the end-to-end tests share; each of them reads it first. The test's name is for its last line.
name=$(basename "$0" .sh)
passed=0
failed=0
export LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS

# What is shown of a failure; a test that has more to show defines it anew.
evidence() {
    [ ! -e out ] || sed 's/^/    out: /' out | cut -c1-200 | head -5
    [ ! -e err ] || sed 's/^/    err: /' err | cut -c1-400 | head -12
}
ok() { # description, then a command that succeeds
    local what=$1
    shift
    if "$@"; then
        echo "ok - $what"
        passed=$((passed + 1))
    else
        echo "not ok - $what"
        evidence
        failed=$((failed + 1))
    fi
}
# A condition that comes true as soon as the machine gets there: it is looked at 20 times a second, for
# at most 60 seconds, after which the test has failed.
until_true() {
    local i
    for ((i = 0; i < 1200; i++)); do
        if "$@"; then return 0; fi
        sleep 0.05
    done
    return 1
}
finish() { # the last line, and whether all was well
    echo "$name: $passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
