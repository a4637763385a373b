#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# man.sh PROGRAM: packaging/cachetap.1, made from cachetap.1.in and the program's own tables, on
# standard output.
program=$1
here=$(dirname "$0")/../..

options() {
    "$program" --help | awk '
    function text(s) { gsub(/\\/, "\\e", s); if (s ~ /^[.\047]/) s = "\\&" s; return s }
    /^Options:/ { on = 1; next }
    /^$/ { on = 0 }
    on {
        sub(/^ +/, "")
        item = ""
        while (match($0, /^--?[A-Za-z][a-z-]*,? ?/)) {
            word = substr($0, 1, RLENGTH); $0 = substr($0, RLENGTH + 1)
            more = word ~ /,/
            sub(/^-/, "", word); gsub(/[, ]/, "", word)
            sub(/^-/, "\\-", word)
            item = item (item == "" ? "Fl " : " , Fl ") word
            if (!more) break
        }
        if (match($0, /^\[=[A-Z]+\] */)) {
            argument = substr($0, 3, RLENGTH); sub(/\].*/, "", argument)
            item = item " Ns Op = Ns Ar " argument; $0 = substr($0, RLENGTH + 1)
        } else if (substr($0, 1, 1) != " ") {
            split($0, words, " "); argument = words[1]; $0 = substr($0, length(argument) + 1)
            item = item " Ar " argument
        }
        sub(/^ +/, "")
        print ".It " item; print text($0)
    }'
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
