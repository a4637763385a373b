#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a user tells cachetap of the caches: headers to ignore, dialects of his own, settings in
# a file. Usage: tests/e2e/config.sh path/to/cachetap
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$(realpath "$1") || exit 1
root=$(realpath "$(dirname "$0")/../..") || exit 1
captures=$root/captures
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

run() { # arguments of cachetap; leaves out, err and status
    "$program" "$@" >out 2>err </dev/null
    status=$?
}
quiet() { [ "$status" -eq 0 ] && [ ! -s err ]; }
is_refused() { [ "$status" -eq 2 ] && [ ! -s out ] && [ "$(cat err)" = "cachetap: $1" ]; }
refused() { # the whole message, arguments: exit status 2, this one line, nothing else
    local message=$1
    shift
    run "$@"
    ok "exit 2: $message" is_refused "$message"
}

# ---- headers to ignore ------------------------------------------------------------------------
nobody_stated() { quiet && [ "$(jq -s 'map(select(.cache_basis == "stated")) | length' out)" -eq 0 ]; }
ignored_is_listed() { quiet && jq -e '.ignored_headers == ["x-cache-status", "Age"]' out >/dev/null; }
ignored_is_said() { quiet && grep -q '^  ignored      headers of responses: x-cache-status, Age$' out; }
run -r "$captures/nginx.pcap" --json
ok "the sample states outcomes" [ "$(jq -s 'map(select(.cache_basis == "stated")) | length' out)" -gt 100 ]
run -r "$captures/nginx.pcap" --json --ignore-header x-cache-status
ok "an ignored header states nothing" nobody_stated
run -r "$captures/nginx.pcap" --summary-json --ignore-header x-cache-status --ignore-header Age
ok "summary-json lists what is ignored" ignored_is_listed
run -r "$captures/nginx.pcap" --summary --ignore-header x-cache-status --ignore-header Age
ok "the summary says what is ignored" ignored_is_said
refused "--ignore-header X-Cache: HIT: not the name of a header field, give one such as X-Cache" \
    -r "$captures/nginx.pcap" --ignore-header 'X-Cache: HIT'

# ---- the configuration file -------------------------------------------------------------------
sample=$captures/nginx.pcap
file() { cat >"$1"; } # name, text on standard input

# The example loads as it stands, and so it does with its comments taken away from the settings.
run --config "$root/packaging/cachetap.conf" -r "$sample" --summary-json
ok "packaging/cachetap.conf loads" quiet
sed -E 's/^# ([a-z-]+ = |    [a-z_]+ = |\};)/\1/; s#/var/log/cachetap/##' "$root/packaging/cachetap.conf" >full.conf
run --config full.conf -r "$sample"
ok "its settings load" quiet
ok "and do what they say" grep -q '"uid"' transactions.json
run -r "$sample" --summary
cp out default
file cachetap.conf <<<'output = "xml";'
run -r "$sample" --summary
ok "nothing is read without --config" diff -q out default

# A header that nobody knows, in a real capture: the outcomes are those of the known name.
cache_part='[.uid, .trans_depth, .cache_status, .cache_class, .age, .cache_reached_origin]'
LC_ALL=C sed 's/X-Cache-Status/X-House-Status/g' "$sample" >house.pcap
file house.conf <<'END'
dialects = ( { name = "house"; rank = 5; headers = ( { name = "x-house-status"; } ); } );
END
"$program" -r "$sample" --json | jq -c "select(.cache_basis == \"stated\") | $cache_part" >stated
run -r house.pcap --json
ok "an unknown header states nothing" [ "$(jq -s 'map(select(.cache_basis == "stated")) | length' out)" -eq 0 ]
run --config house.conf -r house.pcap --json
jq -c "select(.cache_dialect == \"house\") | $cache_part" out >got
ok "a user's dialect reads it" diff stated got
ok "as often as the built-in one" [ "$(wc -l <stated)" -gt 100 ]
file pattern.conf <<'END'
dialects = ( { name = "house"; rank = 5;
    headers = ( { name = "X-House-Status"; pattern = "^([A-Z]+)$"; common-words = true; } ); } );
END
run --config pattern.conf -r house.pcap --json
ok "a pattern finds the same words" diff got <(jq -c "select(.cache_dialect == \"house\") | $cache_part" out)
run --config house.conf -r house.pcap --summary
ok "the summary counts it by its name" grep -qE '^  house +1[0-9][0-9] ' out

# Other words for a header that a built-in dialect reads: the user's count, others are listed.
file override.conf <<'END'
dialects = (
  { name = "strict"; headers = ( { name = "X-Cache-Status"; case-sensitive = true;
      values = ( { value = ["HIT", "STALE"]; outcome = "MISS"; reason = "invalidated"; stored = false; } ); } ); }
);
END
run --config override.conf -r "$sample" --summary-json
overridden() {
    quiet && jq -e '(.dialects | map(.dialect)) == ["strict"]' out >/dev/null &&
        jq -e '[.unknown_status[].line] | index("X-Cache-Status: MISS") != null' out >/dev/null
}
ok "a user's words replace the built-in ones, others are counted as unknown" overridden
run --config override.conf -r "$sample" --json
as_told() { [ "$(jq -r 'select(.cache_evidence[0] == "X-Cache-Status: HIT") | [.cache_status, .cache_reason, .cache_dialect] | join(" ")' out | sort -u)" = "MISS invalidated strict" ]; }
ok "with the outcome and the reason that the file gives" as_told
run --config override.conf --ignore-header x-cache-status -r "$sample" --json
ok "ignoring goes before a user's dialect" [ "$(jq -s 'map(select(.cache_dialect == "strict")) | length' out)" -eq 0 ]

# The command line wins.
file both.conf <<'END'
output = ["json:lines.json", "summary"];
ignore-header = ["X-Cache-Status"];
limits = { connections = 70000; };
filter = "tcp port 1";
END
run --config both.conf -r "$sample"
nothing_passed() { quiet && grep -q 'the capture filter passed none' out && [ -e lines.json ] && [ ! -s lines.json ]; }
ok "the file's outputs and filter hold" nothing_passed
rm -f lines.json
run --config both.conf -r "$sample" --csv tcp
given_wins() { quiet && [ ! -e lines.json ] && [ "$(wc -l <out)" -gt 200 ] && ! grep -q ',stated,' out; }
ok "an output and a filter on the command line take their place, the rest holds" given_wins
run --config both.conf -r "$sample" --csv --ignore-header X-Other tcp
ok "and so does a header to ignore" grep -q ',stated,' out

# ---- the list of dialects ---------------------------------------------------------------------
run --dialects
ok "all dialects are listed" quiet
ok "with their values" grep -qE '^    fwd=uri-miss +MISS +uri-not-stored$' out
run --config "$root/packaging/cachetap.conf" --dialects=example
users_is_listed() { quiet && [ "$(head -1 out)" = example ] && [ "$(grep -c '^[a-zA-Z]' out)" -eq 1 ] && grep -qE '^    M +MISS +cold; stored=yes$' out; }
ok "one, of the configuration" users_is_listed
refused "--dialects=nope: there is no dialect of this name, --dialects lists them" --dialects=nope

# ---- what is wrong with a file ------------------------------------------------------------------
bad() { # the message after "FILE:"; the file is on standard input
    file bad.conf
    refused "bad.conf:$1" --config bad.conf -r "$sample"
}
refused "none: cannot be read: No such file or directory, give a configuration file" --config none -r x
refused ".: cannot be read: Is a directory, give a configuration file" --config . -r x
refused "--config b: given twice, put all into one file" --config a --config b -r x
head -c 100 /dev/zero >zero
refused "zero: cannot be read: not a text, give a configuration file" --config zero -r x
head -c 2000000 /dev/zero | tr '\0' '#' >big
refused "big: cannot be read: larger than 1 MiB, give a configuration file" --config big -r x
bad '2: syntax error: not in the form of a configuration file, settings are written NAME = VALUE;' <<<$'explain = true;\nquiet = ;'
bad '2: @include: other files are not read, put all into this one' <<<$'explain = true;\n @include "x"'
bad '2: a: there is no such setting, use the name of a long option of cachetap --help, limits, filter or dialects' <<<$'explain = true;\na = 1;'
bad '1: explain: not a value of its kind, give true or false' <<<'explain = 1;'
bad '1: output: not a value of its kind, give FORMAT[:PATH]' <<<'output = true;'
bad '1: count: several values, give one' <<<'count = [1, 2];'
bad '1: -c x: not a number of packets, give a whole number from 1 on' <<<'count = "x";'
bad '1: help: a question and not a setting, ask it on the command line' <<<'help = true;'
bad '1: config: there is no such setting, use the name of a long option of cachetap --help, limits, filter or dialects' <<<'config = "x";'
bad '1: filter: not a text, give one capture filter in double quotes' <<<'filter = 80;'
bad '3: --limit foo=3: there is no such limit, see --limit help' <<<$'limits = {\n connections = 10;\n foo = 3;\n};'
bad '1: limits: not a group, write limits = { NAME = VALUE; };' <<<'limits = 3;'
bad '1: connections: a limit is a number, or a text as "64M"' <<<'limits = { connections = true; };'
bad '1: dialects: not a list of groups, write dialects = ( { ... }, { ... } );' <<<'dialects = 3;'
bad '1: dialects: has no name, add name = "...";' <<<'dialects = ( { rank = 1; } );'
bad '1: dialect nginx: a built-in dialect has this name, use another' <<<'dialects = ( { name = "nginx"; } );'
bad '1: dialect "A b": not a name, use 1 to 32 small letters, digits, and - . _' <<<'dialects = ( { name = "A b"; } );'
bad '1: dialect a: has no headers, add headers = ( { name = "..."; } );' <<<'dialects = ( { name = "a"; } );'
bad '1: rank: not a whole number from 0 (nearest the client) to 8' <<<'dialects = ( { name = "a"; rank = 9; } );'
bad '2: headres: unknown here, use: name, rank, fingerprints, headers' <<<$'dialects = ( { name = "a";\n headres = (); } );'
header() { printf 'dialects = ( { name = "a"; headers = (\n%s ); } );' "$1"; }
bad '2: header X Y: not the name of a header field, give one such as X-Cache' < <(header '{ name = "X Y"; }')
bad '2: header set-cookie: its values are never kept, use another header' < <(header '{ name = "set-cookie"; }')
bad '2: pattern "a(b": not a regular expression: missing closing parenthesis, at character 4' < <(header '{ name = "X"; pattern = "a(b"; }')
bad '2: list: neither on nor off, use true or false' < <(header '{ name = "X"; list = 1; }')
bad '2: name: not a text, put it in double quotes' < <(header '{ name = 1; }')
bad '2: nearest "left": which element of the list is the cache nearest to the client, use "first" or "last"' < <(header '{ name = "X"; nearest = "left"; }')
bad '2: header X: nothing of it is explained, add values or leave out common-words = false' < <(header '{ name = "X"; common-words = false; }')
bad '2: outcome "HITT": there is none of this name, use one such as HIT, MISS or BYPASS (see cachetap --dialects)' < <(header '{ name = "X"; values = ( { value = "1"; outcome = "HITT"; } ); }')
bad '2: reason "z": there is none of this name, use one such as cold or config-bypass (see cachetap --dialects)' < <(header '{ name = "X"; values = ( { value = "1"; outcome = "HIT"; reason = "z"; } ); }')
bad '2: value "h": stands twice, keep one' < <(header '{ name = "X"; values = ( { value = ["H", "h"]; outcome = "HIT"; } ); }')
bad '1: dialect a: its header x is read by a already, remove one or give the first fingerprints' < <(header '{ name = "X"; }, { name = "x"; }')
many() { # how many, one of them
    local i
    for ((i = 0; i < $1; i++)); do [ "$i" -gt 0 ] && echo ,; echo -n "${2//@/$i}"; done
}
bad '65: dialects: more than 64, remove some' < <(echo -n 'dialects = ('; many 65 '{ name = "a@"; headers = ({ name = "X-@"; }); }'; echo ');')
bad '258: headers: more than 256 in all, remove some' < <(header "$(many 257 '{ name = "X-@"; }')")

finish
