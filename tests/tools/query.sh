#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# query.sh PROGRAM: docs/query.md with its table of assertions made from the program's own.
page=$(dirname "$0")/../../docs/query.md
sed '/^| field | meaning |$/q' "$page"
echo '|---|---|'
"$1" --assert help | sed -n 's/^  \([^ ]*\)  *\(.*\)$/| `\1` | \2 |/p'
