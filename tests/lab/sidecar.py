#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Joins the logs of one run by X-Lab-Id: what the driver sent, what the cache logged of it, what
the origin was asked meanwhile.

usage: sidecar.py DRIVE_LOG WORDS_LOG ORIGIN_LOG, to standard output. The column `origin` has for
each request that reached the origin "c" or "u" (with or without a condition) and the status it
gave, joined by "+", or "-" for none; `asked` has what the request demanded.
"""

import sys
from collections import defaultdict

HEADING = ("#client_ip", "client_port", "nth", "method", "uri", "status", "verdict", "origin", "asked")


def read_words(name):
    words = {}
    with open(name, encoding="utf-8", errors="replace") as file:
        for line in file:
            number, _, word = line.rstrip("\n").partition("\t")
            words[number] = word or "-"
    return words


def read_origin(name):
    asked = defaultdict(list)
    with open(name, encoding="ascii") as file:
        for line in file:
            what, *rest = line.split()
            if what == "end":
                _, _, _, status, number, condition = rest
                asked[number].append(condition + status)
    return asked


def main():
    drive, words, origin = sys.argv[1], read_words(sys.argv[2]), read_origin(sys.argv[3])
    print(*HEADING, sep="\t")
    with open(drive, encoding="ascii") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    for row in sorted(rows, key=lambda row: int(row[0])):
        number, *said, telling = row
        reached = "+".join(origin.get(number, ())) or "-"
        print(*said, words.get(number, "?"), reached, telling, sep="\t")


if __name__ == "__main__":
    main()
