#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# options.sh PROGRAM: the options as --help has them, each on one line: letter or -, long name or
# -, argument or -, help; separated by tabs. A group begins with a line of its heading alone.
"$1" --help | awk '
function show(   letter, name, argument) {
    if (row == "") return
    letter = "-"; name = "-"; argument = "-"
    if (match(row, /^-[A-Za-z](, )?/)) { letter = substr(row, 2, 1); row = substr(row, RLENGTH + 1) }
    if (match(row, /^--[a-z-]+/)) { name = substr(row, 3, RLENGTH - 2); row = substr(row, RLENGTH + 1) }
    if (match(row, /^\[=[A-Z]+\]/)) { argument = substr(row, 1, RLENGTH); row = substr(row, RLENGTH + 1) }
    else if (match(row, /^ [^ ]+/)) { argument = substr(row, 2, RLENGTH - 1); row = substr(row, RLENGTH + 1) }
    sub(/^ +/, "", row)
    print letter "\t" name "\t" argument "\t" row
    row = ""
}
/^Formats of/ { exit }
/^[A-Z].*:$/ { show(); print substr($0, 1, length($0) - 1); on = 1; next }
!on { next }
/^(  |      )-/ { show(); row = $0; sub(/^ +/, "", row); next }
/^  / { line = $0; sub(/^ +/, "", line); row = row (row ~ /  +/ ? " " : "  ") line; next }
END { show() }'
