#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Man page, completion, service and installed files, against the program and the tools that use
# them. Needs mandoc, zsh, systemd-analyze.
# Usage: tests/e2e/packaging.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
top=$(realpath "$(dirname "$0")/../..") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1
ok() { # description, then a command that succeeds
    local what=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $what"
        passed=$((passed + 1))
    else
        echo "not ok - $what"
        head -n 8 "$work/log" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

# ---- man page -------------------------------------------------------------------------------
same() { diff "$1" <("${@:2}") || { echo "make it again: make docs"; return 1; }; }
ok "packaging/cachetap.1 is made from the program's tables" same packaging/cachetap.1 tests/tools/man.sh "$program"
ok "mandoc has nothing to say against it" mandoc -Tlint -W warning packaging/cachetap.1
mandoc -Tascii packaging/cachetap.1 | sed 's/.\x08//g' >"$work/page"
every_option() {
    local option
    for option in $(tests/tools/options.sh "$program" | awk -F '\t' 'NF > 1 { if ($1 != "-") print "-" $1; if ($2 != "-") print "--" $2 }'); do
        grep -qE -- "(^|[ ,])$option([] ,=[]|\$)" "$work/page" || { echo "$option is missing"; return 1; }
    done
}
ok "it has every option" every_option
outcomes() { "$program" --assert help | sed -nE 's/^  ([A-Z_]+) +.*/\1/p' | sort; }
every_outcome() { diff <(outcomes) <(sed -nE 's/^\.It Li ([A-Z_]+)$/\1/p' packaging/cachetap.1 | sort); }
ok "and every outcome" every_outcome
mkdir "$work/bin" "$work/run"
ln -s "$program" "$work/bin/cachetap"
cp captures/nginx.pcap "$work/run/site.pcap"
cp captures/nginx.pcap "$work/run/traffic.pcap"
examples=0
# Live ones read the capture instead; the one from another machine is a pipe of the same.
while read -r example; do
    examples=$((examples + 1))
    command=$(sed -e 's/-i [a-z0-9]*/-r site.pcap/' -e 's/:9113/127.0.0.1:0/' -e 's/^ssh edge1 tcpdump -U -w - port 80/cat site.pcap/' <<<"$example")
    ok "example: $example" env -C "$work/run" PATH="$work/bin:$PATH" bash -c "set -o pipefail; $command"
done < <(sed -n 's/^\.Dl \$ //p' packaging/cachetap.1)
ok "it has examples" [ "$examples" -ge 8 ]

# ---- completion -----------------------------------------------------------------------------
ok "the completion for bash is made from the program's tables" same packaging/completion/cachetap.bash tests/tools/completion.sh "$program" bash
ok "the completion for zsh too" same packaging/completion/_cachetap tests/tools/completion.sh "$program" zsh
bash_gives() { # expected, words...
    local expected=$1 got
    shift
    got=$(cd "$work/run" && bash --norc -c '
        source "$0"
        function=$(complete -p cachetap | sed "s/.*-F \([^ ]*\) .*/\1/")
        COMP_WORDS=(cachetap "$@"); COMP_CWORD=$#; "$function" cachetap
        printf "%s\n" "${COMPREPLY[@]}"' "$top/packaging/completion/cachetap.bash" "$@" | sort | paste -sd ' ')
    [ "$got" = "$expected" ] || { echo "got: $got"; return 1; }
}
ok "bash: a long option" bash_gives "--metrics" --met
ok "bash: options with one beginning" bash_gives "--summary --summary-json" --sum
ok "bash: a format" bash_gives "csv csv-connections" -o c
ok "bash: a format behind =" bash_gives "summary summary-json" --output = sum
ok "bash: the path of a format" bash_gives "traffic.pcap" -o json : tr
ok "bash: a file" bash_gives "traffic.pcap" -r tr
ok "bash: an interface" bash_gives "any" -i an
ok "bash: an interface that is there" bash_gives "lo" --interface l
ok "bash: a limit" bash_gives "stats_keys=" --limit st
ok "bash: a direction" bash_gives "in inout" -Q i
ok "bash: nothing where a filter is written" bash_gives "" -r site.pcap po
zsh_gives() { # line, text that comes
    zsh -f -c '
        zmodload zsh/zpty
        zpty shell "TERM=dumb zsh -f -i"
        zpty -w shell "PS1= PS2=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; cd $2; echo rea\"\"dy"
        zpty -r shell log "*ready*" || exit 1
        zpty -w -n shell "$3"$'"'"'\t'"'"'
        zpty -r shell log "*$4*" || exit 1
        zpty -d shell' zsh "$top/packaging/completion" "$work/run" "$1" "$2"
}
ok "zsh: an option is completed" zsh_gives "cachetap --metr" "--metrics="
ok "zsh: a format is completed" zsh_gives "cachetap -o summary-" "summary-json"
ok "zsh: a file is completed" zsh_gives "cachetap -r tr" "traffic.pcap"

# ---- service --------------------------------------------------------------------------------
exposure() { # at most this, in tenths
    local score
    score=$(systemd-analyze security --offline=yes --no-pager packaging/cachetap.service |
        sed -nE 's/.*Overall exposure level for cachetap.service: ([0-9]+)\.([0-9]).*/\1\2/p')
    echo "exposure ${score:-unknown} tenths"
    [ -n "$score" ] && [ "$score" -le "$1" ]
}
ok "systemd-analyze security: exposure at most 2.0 of 10" exposure 20
cat "$work/log"
ok "the unit has only what systemd knows" bash -c '! systemd-analyze verify packaging/cachetap.service 2>&1 |
    grep -v "not executable\|Command .man" | grep .'
options_are_taken() {
    (
        set -e
        . packaging/cachetap.default
        command=$(sed 's/-i any/-r captures\/nginx.pcap/; s,/var/log/cachetap/,'"$work"'/,; s/:9113/127.0.0.1:0/' <<<"$CACHETAP_OPTIONS")
        # shellcheck disable=SC2086
        "$program" --quiet $command
        [ -s "$work/transactions.json" ]
    )
}
ok "the options of packaging/cachetap.default run" options_are_taken

# ---- make install ---------------------------------------------------------------------------
build=$(dirname "$program")
ok "make install" make -s install NODEPS=1 BUILD="${build#"$top"/}" DESTDIR="$work/root" PREFIX=/opt/cachetap
for file in bin/cachetap lib/libcachetap.a include/cachetap/cachetap.h share/man/man1/cachetap.1 \
    share/bash-completion/completions/cachetap share/zsh/vendor-completions/_cachetap \
    lib/systemd/system/cachetap.service etc/default/cachetap etc/logrotate.d/cachetap \
    share/doc/cachetap/metrics.md; do
    ok "installed: $file" [ -s "$work/root/opt/cachetap/$file" ]
done
ok "the service names the installed program" grep -q '^ExecStart=/opt/cachetap/bin/cachetap ' \
    "$work/root/opt/cachetap/lib/systemd/system/cachetap.service"
ok "make uninstall" make -s uninstall NODEPS=1 BUILD="${build#"$top"/}" DESTDIR="$work/root" PREFIX=/opt/cachetap
ok "leaves nothing" bash -c '! find "$0" -type f | grep .' "$work/root"

finish
