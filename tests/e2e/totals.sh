#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All outputs of a run tell the same numbers, whole captures and damaged ones, by one thread and by
# several. Usage: totals.sh path/to/cachetap
set -u
program=$(realpath "$1") || exit 1
here=$(cd "$(dirname "$0")" && pwd)
captures=$here/../../captures
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
python3 -B "$here/totals.py" "$program" "$work" "$captures"/{nginx,varnish,chain,httpd,trafficserver}.pcap \
    "$captures/squid.pcapng"
