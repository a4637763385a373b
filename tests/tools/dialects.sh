#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dialects.sh PROGRAM: docs/dialects.md, made from the program's own tables, on standard output.
cat <<'END'
# Dialects

What each cache says, and what it means: the headers and fingerprints of every dialect, its values and
the outcomes that they become. `...` is any text. A value that is not listed is `UNKNOWN`, kept as
evidence and counted. Where several caches speak, ranks order them: 1 is nearest the client, 7 inside
the origin. A dialect of your own is a few lines of a [configuration file](configuration.md).

This page is `cachetap --dialects`, made by `tests/tools/dialects.sh`.
END
"$1" --dialects | awk '
/^[^ ]/ { printf "\n## %s\n\n", $0; next }
/^$/ { next }
{ print "    " substr($0, 3) }'
