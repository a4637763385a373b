#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# limits.sh PROGRAM: docs/limits.md, made from the program's own table, on standard output.
cat <<'END'
# Limits

Everything that traffic can make grow has a limit, a policy at the limit, and a counter. Set one with
`--limit NAME=VALUE` (k, M and G are powers of 1024). What was given up because of a limit stands in
the summary under *Skipped or given up*, and in `summary-json` under `given_up`.

This page is made from the program's table by `tests/tools/limits.sh`.

| limit | default | unit | what, and what happens at the limit |
|---|---|---|---|
END
"$1" --limit help | awk '/^  [a-z_]+ +[0-9]+ / {
    name = $1; def = $2; unit = $3; $1 = $2 = $3 = ""; sub(/^ +/, "")
    printf "| `%s` | %s | %s | %s |\n", name, def, unit, $0
}'
