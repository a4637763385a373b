#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# man.sh PROGRAM: packaging/cachetap.1, made from cachetap.1.in and the program's own tables, on
# standard output.
program=$1
here=$(dirname "$0")/../..

options() {
    "$here/tests/tools/options.sh" "$program" | awk -F '\t' '
    function text(s) { gsub(/\\/, "\\e", s); if (s ~ /^[.\047]/) s = "\\&" s; return s }
    NF == 1 { if (open) print ".El"; print ".Ss " $1; print ".Bl -tag -width Ds"; open = 1; next }
    {
        item = ($1 != "-" ? "Fl " $1 : "") ($1 != "-" && $2 != "-" ? " , " : "") ($2 != "-" ? "Fl \\-" $2 : "")
        if ($3 ~ /^\[=/) item = item " Ns Op = Ns Ar " substr($3, 3, length($3) - 3)
        else if ($3 != "-") item = item " Ar " $3
        print ".It " item; print text($4)
    }
    END { print ".El" }'
}
formats() {
    "$program" --help | awk '/^Formats of/ { on = 1; next } /^$/ { on = 0 }
        on { name = $1; sub(/^ *[^ ]+ +/, ""); print ".It Cm " name; print }'
}
limits() {
    "$program" --limit help | awk '/^  [a-z_]+ +[0-9]+ / {
        name = $1; def = $2; unit = $3; sub(/^ *[^ ]+ +[^ ]+ +[^ ]+ +/, "")
        print ".It Cm " name " = " def " (" unit ")"; print }'
}
while IFS= read -r line; do
    case $line in
    @OPTIONS@) options ;;
    @FORMATS@) formats ;;
    @LIMITS@) limits ;;
    *) printf '%s\n' "$line" ;;
    esac
done <"$here/packaging/cachetap.1.in"
