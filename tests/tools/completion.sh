#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# completion.sh PROGRAM bash|zsh: the shell completion, made from the program's own tables, on
# standard output.
program=$1

options() { "$(dirname "$0")/options.sh" "$program" | grep "$(printf '\t')"; }
formats() { "$program" --help | awk '/^Formats of/ { on = 1; next } /^$/ { on = 0 } on { print $1 }' | paste -sd ' '; }
limits() { "$program" --limit help | awk '/^  [a-z_]+ +[0-9]+ / { print $1 "=" }' | paste -sd ' '; }
head_of() {
    printf '%s\n' "# SPDX-License-Identifier: Apache-2.0" \
        "# Completion of cachetap(1) for $1. Made by tests/tools/completion.sh: make docs"
}

bash_completion() {
    head_of bash
    cat <<END
_cachetap() {
    local options="$(options | awk -F '\t' '{ if ($1 != "-") print "-" $1; if ($2 != "-") print "--" $2 }' | paste -sd ' ')"
    local formats="$(formats)"
    local limits="$(limits)"
END
    cat <<'END'
    local cur=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD option=
    # "=" and ":" are words of their own here: --output=json:/path is --output = json : /path.
    [[ $cur == [=:] ]] && cur=
    while ((at > 1)) && [[ ${COMP_WORDS[at]} == [=:] || ${COMP_WORDS[at - 1]} == [=:] ]]; do ((at--)); done
    option=${COMP_WORDS[at]}
    [[ $at -eq $COMP_CWORD || $option != -* ]] && option=${COMP_WORDS[at - 1]}
    COMPREPLY=()
    case $option in
END
    options | awk -F '\t' '
    function names() { return ($1 != "-" ? "-" $1 : "") ($1 != "-" && $2 != "-" ? " | " : "") ($2 != "-" ? "--" $2 : "") }
    $3 == "-" || $3 ~ /^\[/ { next }
    {
        if ($3 == "FILE") what = "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))"
        else if ($2 == "interface") what = "COMPREPLY=($(compgen -W \"any $(command ls /sys/class/net 2>/dev/null)\" -- \"$cur\"))"
        else if ($2 == "output") what = "if [[ ${COMP_WORDS[*]:at:COMP_CWORD-at+1} == *:* ]]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\")); else COMPREPLY=($(compgen -W \"$formats\" -- \"$cur\")); fi"
        else if ($2 == "limit") what = "compopt -o nospace 2>/dev/null; COMPREPLY=($(compgen -W \"$limits help\" -- \"$cur\"))"
        else if ($3 ~ /\|/) { words = $3; gsub(/\|/, " ", words); what = "COMPREPLY=($(compgen -W \"" words "\" -- \"$cur\"))" }
        else if ($2 == "metrics") what = "COMPREPLY=($(compgen -W \"help\" -- \"$cur\"))"
        else what = ""
        if (what == "") { none = none (none == "" ? "" : " | ") names(); next }
        print "    " names() ")"; print "        " what; print "        return ;;"
    }
    END { print "    " none ") return ;;" }'
    cat <<'END'
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
    elif ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "help" -- "$cur"))
    fi
}
complete -F _cachetap cachetap
END
}

zsh_completion() {
    printf '#compdef cachetap\n'
    head_of zsh
    printf '_arguments -s -S \\\n'
    options | awk -F '\t' -v formats="$(formats)" -v limits="$(limits)" -v quote="'" '
    function quoted(s) { gsub(quote, quote "\\" quote quote, s); return quote s quote }
    {
        help = $4; gsub(/\\/, "\\\\", help); gsub(/\[/, "\\[", help); gsub(/\]/, "\\]", help)
        repeats = help ~ /may be repeated/ || $2 == "limit"
        action = ""
        if ($3 == "FILE") action = ":file:_files"
        else if ($2 == "interface") action = ":interface:_net_interfaces"
        else if ($2 == "output") action = ":format:(" formats ")"
        else if ($2 == "limit") { words = limits; action = ":limit:(" words " help)" }
        else if ($3 ~ /\|/) { words = $3; gsub(/\|/, " ", words); action = ":direction:(" words ")" }
        else if ($2 == "metrics") action = ":address:(help)"
        else if ($3 ~ /^\[=/) action = "::name: "
        else if ($3 != "-") action = ":" tolower($3) ": "
        gsub(/\[:path\]/, "", action)
        one = $1 != "-" ? "-" $1 ($3 != "-" ? "+" : "") : ""
        long = $2 != "-" ? "--" $2 ($3 ~ /^\[/ ? "=-" : $3 != "-" ? "=" : "") : ""
        rest = "[" help "]" action
        if (one != "" && long != "") {
            if (repeats) print "    " quoted("*" one rest) " \\\n    " quoted("*" long rest) " \\"
            else { both = "(-" $1 " --" $2 ")"; print "    " quoted(both one rest) " \\\n    " quoted(both long rest) " \\" }
        } else print "    " quoted((repeats ? "*" : "") one long rest) " \\"
    }'
    # No message for the filter: it would keep an option from being completed.
    printf "    '*:capture filter:{ : }'\n"
}

case ${2-} in
bash) bash_completion ;;
zsh) zsh_completion ;;
*) echo "completion.sh PROGRAM bash|zsh" >&2; exit 2 ;;
esac
