# SPDX-License-Identifier: Apache-2.0
# Completion of cachetap(1) for bash. Made by tests/tools/completion.sh: make docs
_cachetap() {
    local options="-i --interface -r --read -F -c --count -D --list-interfaces -s --snaplen -B --buffer-size -p --no-promiscuous-mode -Q --direction --immediate-mode -w --write -C -G -W -U --packet-buffered --ring --speed -o --output --tui --theme --keys --text --json --csv --summary --summary-json --explain --connections -Y --where --assert --config --limit --ignore-header --dialects --metrics --pid-file --threads -Z --relinquish-privileges --no-drop -l --line-buffered -n -v --verbose -q --quiet -h --help -V --version"
    local formats="tui text json csv csv-connections summary summary-json"
    local limits="connections= reorder_bytes_direction= reorder_bytes_total= hole_packets= hole_ms= idle_seconds= opening_seconds= linger_seconds= header_bytes= header_lines= uri_bytes= message_bytes_total= pending_requests= tunnel_depth= fragment_bytes= fragment_seconds= handover_bytes= output_bytes= save_bytes= gone_seconds= history_bytes= stats_keys= flows= metrics_hosts= watch_bytes="
    local cur=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD option=
    # "=" and ":" are words of their own here: --output=json:/path is --output = json : /path.
    [[ $cur == [=:] ]] && cur=
    while ((at > 1)) && [[ ${COMP_WORDS[at]} == [=:] || ${COMP_WORDS[at - 1]} == [=:] ]]; do ((at--)); done
    option=${COMP_WORDS[at]}
    [[ $at -eq $COMP_CWORD || $option != -* ]] && option=${COMP_WORDS[at - 1]}
    COMPREPLY=()
    case $option in
    -i | --interface)
        COMPREPLY=($(compgen -W "any $(command ls /sys/class/net 2>/dev/null)" -- "$cur"))
        return ;;
    -r | --read)
        compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -F)
        compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -Q | --direction)
        COMPREPLY=($(compgen -W "in out inout" -- "$cur"))
        return ;;
    -w | --write)
        compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -o | --output)
        if [[ ${COMP_WORDS[*]:at:COMP_CWORD-at+1} == *:* ]]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); else COMPREPLY=($(compgen -W "$formats" -- "$cur")); fi
        return ;;
    --config)
        compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    --limit)
        compopt -o nospace 2>/dev/null; COMPREPLY=($(compgen -W "$limits help" -- "$cur"))
        return ;;
    --metrics)
        COMPREPLY=($(compgen -W "help" -- "$cur"))
        return ;;
    --pid-file)
        compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))
        return ;;
    -c | --count | -s | --snaplen | -B | --buffer-size | -C | -G | -W | --ring | --speed | --theme | -Y | --where | --assert | --ignore-header | --threads | -Z | --relinquish-privileges) return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
    elif ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "help" -- "$cur"))
    fi
}
complete -F _cachetap cachetap
