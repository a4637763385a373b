#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Cookies and credentials of the samples stand in no output.
set -u
# shellcheck source=tests/support/e2e.sh
. "$(dirname "$0")/../support/e2e.sh" || exit 1
program=$1
cd "$(dirname "$0")/../.." || exit 1
secrets='bGFiOmxhYg|lab=visitor'

for capture in captures/{nginx,varnish,varnish-plain,chain,trafficserver,httpd,haproxy}.pcap captures/squid.pcapng; do
    if ! grep -qaE 'bGFiOmxhYg' "$capture" || ! grep -qaE 'lab=visitor' "$capture"; then
        echo "not ok - $capture has no secret that could leak: this test tests nothing"
        failed=$((failed + 1))
        continue
    fi
    for format in text json csv csv-connections summary summary-json; do
        found=$("$program" -r "$capture" -o "$format" -o csv-connections:/dev/null --connections --explain 2>&1 | grep -aE "$secrets" | head -n 1)
        if [ -z "$found" ]; then
            passed=$((passed + 1))
        else
            echo "not ok - $capture as $format shows: $found"
            failed=$((failed + 1))
        fi
    done
done
finish
