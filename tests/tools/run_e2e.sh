#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the end-to-end tests against the program given.
failed=0
for script in tests/e2e/*.sh; do
    echo "  e2e   $script"
    "$script" "$1" || failed=$((failed + 1))
done
[ "$failed" -eq 0 ]
