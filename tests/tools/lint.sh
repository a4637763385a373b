#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh LAYERS FLAGS: format, order of the stages, one place for each outside header,
# self-contained headers, no mutable state at file scope, clang-tidy, cppcheck.
layers=$1
flags=$2
failed=0
fail() {
    echo "lint: $*"
    failed=1
}

sources=$(git ls-files --cached --others --exclude-standard 'src/*.c' 'src/*.h' 'include/*.h' 'tests/*.c' 'tests/*.h')
code=$(printf '%s\n' $sources | grep '\.c$')

echo "  lint  clang-format"
# shellcheck disable=SC2086
clang-format --dry-run --Werror $sources || fail "format: run clang-format -i on the files above"

echo "  lint  order of the stages"
# shellcheck disable=SC2086
awk -v layers="$layers" '
BEGIN { n = split(layers, order, " "); for (i = 1; i <= n; i++) rank[order[i]] = i
        rank["cachetap"] = rank["engine"]; alias["consumer"] = "stream"; alias["cachetap"] = "engine"; alias["parts"] = "engine"; alias["watch"] = "stats"; alias["terminal"] = "view" }
function stage_of(path,   parts, name) {
    split(path, parts, "/")
    if (parts[1] == "src") return parts[2]
    name = parts[length(parts)]; sub(/\.h$/, "", name)
    return name in alias ? alias[name] : name
}
/^#include "/ {
    split($0, quoted, "\""); target = quoted[2]
    from = stage_of(FILENAME)
    if (target ~ /^cachetap\//) to = stage_of(target); else { split(target, parts, "/"); to = parts[1] }
    if (!(from in rank) || !(to in rank)) { print FILENAME ":" FNR ": " target ": no such stage"; bad = 1 }
    else if (rank[to] > rank[from]) { print FILENAME ":" FNR ": stage " from " must not know " to; bad = 1 }
}
END { exit bad }' $(printf '%s\n' $sources | grep -E '^(src|include)/') || fail "a stage includes one to its right"

echo "  lint  one place for each outside header"
one_place() { # pattern, path allowed
    bad=$(grep -lE "#include <$1" $(printf '%s\n' $sources | grep -E '^(src|include)/') | grep -vE "$2")
    [ -z "$bad" ] || fail "<$1> belongs in $2 alone, not in: $bad"
}
one_place 'pcap' '^src/source/'
one_place 'llhttp\.h' '^src/http/h1\.c$'
one_place '(n?curses)' '^src/view/'
one_place 'json-c' '^src/(output/jsonc|app/help)\.c$' # help: versions for -V
one_place 'sodium' '^src/(base/hash|app/help)\.c$'
one_place '(seccomp|cap-ng)\.h' '^src/process/confine\.c$'
one_place 'pcre2\.h' '^src/(cache/pattern|app/help)\.c$'
one_place 'libconfig\.h' '^src/(command/config_tree\.h|app/help\.c)$'
one_place 'utf8proc\.h' '^src/(view/(canvas|prompt)\.c|app/help\.c)$'
one_place 'microhttpd' '^src/service/metrics_server\.c$'
one_place '(zlib|zstd)\.h' '^src/(source/unpack|app/help)\.c$'

echo "  lint  headers compile alone"
for header in $(printf '%s\n' $sources | grep '\.h$'); do
    # shellcheck disable=SC2086
    ${CC:-cc} $flags -Wall -Werror -fsyntax-only -x c "$header" || fail "$header does not stand alone"
done

echo "  lint  the library: no mutable state, no foreign names"
state=$(objdump -t build/libcachetap.a | awk '/file format/ { name = $1 } / O \.(data|bss)[ \t]/ && name !~ /^(api|http|llhttp)\.o/ { print name, $NF }')
[ -z "$state" ] || fail "mutable at file scope: $state"
names=$(nm -g --defined-only build/libcachetap.a | awk 'NF == 3 && $3 !~ /^(ct_|llhttp_)/ { print $3 }')
[ -z "$names" ] || fail "external names without ct_: $names"

echo "  lint  clang-tidy"
# shellcheck disable=SC2086
printf '%s\n' $code | xargs -P "$(nproc)" -n 1 sh -c 'clang-tidy --quiet "$@" -- '"$flags"' 2>/dev/null' sh || fail "clang-tidy"

echo "  lint  cppcheck"
# shellcheck disable=SC2046
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -j "$(nproc)" -Iinclude -Isrc \
    $(printf '%s\n' $code | grep '^src/') || fail "cppcheck"

[ "$failed" -eq 0 ] && echo "lint: clean"
exit "$failed"
