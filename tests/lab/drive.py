#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives one cache: the fixed workload of the first samples, or the seeded one."""

import argparse
import sys

import fixed
import seeded
from client import Lab


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pair", action="append", required=True, metavar="SOURCE,CACHE")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--origin-log", required=True)
    parser.add_argument("--seed", type=int, help="the seeded workload instead of the fixed one")
    parser.add_argument("--requests", type=int, default=400)
    options = parser.parse_args()
    pairs = [tuple(p.split(",")) for p in options.pair]
    lab = Lab(pairs, options.port, options.origin_log, sys.stdout)
    if options.seed is None:
        fixed.run(lab)
    else:
        seeded.run(lab, options.seed, options.requests)
    lab.shut()


if __name__ == "__main__":
    try:
        main()
    except (OSError, TimeoutError) as error:
        sys.exit(f"drive.py: {error}")
