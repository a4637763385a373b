#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares cachetap's label of every request with what the cache itself logged of it.

usage: compare.py [--live] [--unknown] [--hold FILE] PROGRAM TITLE=CACHE:SIDECAR:CAPTURE[+CAPTURE...]...

Prints two tables: with the status headers that the caches write, and with these removed
(cachetap --ignore-header), and the disagreements. truth.map says which outcomes a word of a
cache's log stands for, exceptions.map what the wire cannot show. Exit status 1 where a
disagreement is not explained there, and for any wrong class without status headers. --live: also
CACHE.live.json beside the sidecar must say what the replay says. --unknown: list what stays UNKNOWN
without status headers. --hold: the figures to be held,
lines "TITLE STATED RIGHT": at least so many labels that are stated or observed, with headers, and so
many right classes, without.
"""

import argparse
import json
import shlex
import subprocess
import sys
from collections import Counter, defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).parent
CLASSES = {"hit": "HIT PARTIAL_HIT REVALIDATED STALE UPDATING NEGATIVE_HIT",
           "miss": "MISS EXPIRED CLIENT_REFRESH",
           "bypass": "BYPASS DYNAMIC UNCACHEABLE CONFIG_NOCACHE NONE",
           "other": "SYNTHETIC ERROR UNKNOWN"}
CLASS_OF = {outcome: name for name, words in CLASSES.items() for outcome in words.split()}
STATUS_HEADERS = {
    "nginx": ["X-Cache-Status"],
    "varnish": ["X-Varnish"],
    "varnish-vcl": ["X-Varnish", "X-Cache", "X-Cache-Hits"],
    "squid": ["X-Cache", "X-Cache-Lookup"],
    "trafficserver": ["Via"],
    "httpd": ["X-Cache", "X-Cache-Detail"],
    "haproxy": ["X-Cache"],
    "nginx-varnish": ["X-Cache-Status", "X-Varnish", "X-Cache", "X-Cache-Hits"],
    "haproxy-nginx": ["X-Cache", "X-Cache-Status"],
}


class Rule:
    """One line of a map: CACHE WORD [FIELD=PATTERN]... => RESULT..."""

    def __init__(self, line, sets):
        left, _, right = line.partition(" => ")
        cache, word, *conditions = shlex.split(left)
        self.result = shlex.split(right)
        self.tests = [("cache", cache.split("|")), ("word", [word])]
        for condition in conditions:
            field, _, patterns = condition.partition("=")
            self.tests.append((field, [q for p in patterns.split("|") for q in sets.get(p, [p])]))

    def fits(self, row):
        return all(any(fnmatchcase(row[field], p) for p in patterns)
                   for field, patterns in self.tests)


def read_map(name):
    """The rules, in order; a line "set @NAME PATTERN..." names patterns."""
    sets, rules = {}, []
    for line in (HERE / name).read_text(encoding="ascii").splitlines():
        if line.startswith("set "):
            _, title, *patterns = line.split()
            sets[title] = patterns
        elif line.strip() and not line.startswith("#"):
            rules.append(Rule(line, sets))
    return rules


def first(rules, row):
    return next((rule.result for rule in rules if rule.fits(row)), None)


def labels(lines):
    found = {}
    for line in lines:
        t = json.loads(line)
        found[t["id.orig_h"], str(t["id.orig_p"]), str(t["trans_depth"])] = t
    return found


def replay(program, captures, ignored=()):
    command = [program, "--json", "-q"]
    for capture in captures:
        command += ["-r", capture]
    for name in ignored:
        command += ["--ignore-header", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return labels(done.stdout.splitlines())


def read_sidecar(name, cache):
    columns = ("ip", "port", "nth", "method", "path", "status", "word", "origin", "asked")
    rows = []
    for line in Path(name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            values = line.split("\t")
            row = dict(zip(columns, values + ["?"] * (len(columns) - len(values))))
            row["cache"] = cache
            rows.append(row)
    return rows


class Sample:
    def __init__(self, argument):
        self.title, _, rest = argument.partition("=")
        self.cache, self.sidecar, captures = rest.split(":")
        self.captures = captures.split("+")
        self.rows = [r for r in read_sidecar(self.sidecar, self.cache) if r["status"] != "-"
                     or r["word"] == "pipe"]

    def broken(self, found):
        """What is wrong with the recording or the pairing, as sentences."""
        for row in self.rows:
            t = found.get((row["ip"], row["port"], row["nth"]))
            where = f'{row["method"]} {row["path"]} of {row["ip"]}:{row["port"]} ({row["nth"]})'
            if t is None:
                yield f"no transaction for {where}"
            elif (t["method"], t["uri"]) != (row["method"], row["path"]) or row["status"] not in (
                    str(t["status_code"]), "-"):
                yield f"{where} is paired with {t['method']} {t['uri']} {t['status_code']}"
            elif not t["complete"]:
                yield f"{where} is not complete"
            elif row["word"] == "?":
                yield f"the cache did not log {where}"


class Tally:
    """The figures of one line of a table, and the disagreements in groups."""

    def __init__(self):
        self.n = self.status = self.right = self.unknown = self.lies = self.explained = 0
        self.stated = 0
        self.groups = defaultdict(list)

    def add(self, row, truth, label):
        self.n += 1
        same_class = CLASS_OF[label] in {CLASS_OF[outcome] for outcome in truth}
        self.status += label in truth
        self.right += same_class
        self.unknown += label == "UNKNOWN" and not same_class
        self.lies += label != "UNKNOWN" and not same_class
        if label not in truth:
            self.groups[row["word"], row["origin"], label, " or ".join(truth)].append(row)
        return same_class


def judge(sample, found, truth_rules, wrong):
    tally = Tally()
    for row in sample.rows:
        t = found.get((row["ip"], row["port"], row["nth"]))
        truth = first(truth_rules, row)
        if truth is None:
            wrong.append(f"{sample.title}: no line of truth.map for {row['word']!r} ({row['path']})")
        elif t is not None:
            row["label"] = t["cache_status"]
            tally.stated += t["cache_basis"] in ("stated", "observed")
            tally.add(row, truth, t["cache_status"])
    return tally


def example(rows):
    row = rows[0]
    asked = "" if row["asked"] in ("-", "?") else f" ({row['asked']})"
    return f"{row['method']} {row['path']}{asked} -> {row['status']}, " \
           f"port {row['port']} nth {row['nth']}"


def report_groups(sample, tally, exceptions, wrong):
    """With status headers: each disagreement is explained or a failure."""
    for (word, origin, label, truth), rows in sorted(tally.groups.items()):
        reasons = Counter()
        for row in rows:
            reason = first(exceptions, row)
            reasons[reason[0] if reason else "NOT EXPLAINED"] += 1
        for reason, count in reasons.items():
            print(f"  {sample.title}: {count} x {word} [{origin}] is {truth}, labelled {label}: "
                  f"{reason}\n      {example(rows)}")
            if reason == "NOT EXPLAINED":
                wrong.append(f"{sample.title}: {word} [{origin}] is {truth}, labelled {label}")
            else:
                tally.explained += count


def percent(part, whole):
    return f"{100 * part / whole:5.1f} %" if whole else "    - "


def table_with(tallies):
    print("\nWith the caches' status headers")
    print(f"{'cache':16} {'requests':>8}  {'status':>14} {'class':>14} {'of what shows':>13} "
          f"{'UNKNOWN':>7} {'wrong class':>11}")
    for title, t in tallies:
        shown = t.n - t.explained
        print(f"{title:16} {t.n:8}  {t.status:5} {percent(t.status, t.n)} "
              f"{t.right:5} {percent(t.right, t.n)} {percent(t.status, shown):>13} "
              f"{t.unknown:7} {t.lies:11}")


def table_without(tallies):
    print("\nStatus headers removed")
    print(f"{'cache':16} {'requests':>8}  {'class':>14} {'UNKNOWN':>14} {'of those judged':>15} "
          f"{'wrong class':>11}")
    for title, t in tallies:
        print(f"{title:16} {t.n:8}  {t.right:5} {percent(t.right, t.n)} "
              f"{t.unknown:5} {percent(t.unknown, t.n)} "
              f"{percent(t.right, t.n - t.unknown):>15} {t.lies:11}")


def report_lies(sample, tally, exceptions, wrong):
    """Without status headers: each wrong class that is not an exception is a failure."""
    for (word, origin, label, truth), rows in sorted(tally.groups.items()):
        if label == "UNKNOWN" or CLASS_OF[label] in {CLASS_OF[o] for o in truth.split(" or ")}:
            continue
        reason = all(first(exceptions, row) for row in rows) and first(exceptions, rows[0])
        print(f"  {sample.title}: {len(rows)} x {word} [{origin}] is {truth}, labelled {label}: "
              f"{reason[0] if reason else 'NOT EXPLAINED'}\n      {example(rows)}")
        if not reason:
            wrong.append(f"{sample.title}: without headers, {word} [{origin}] labelled {label}")


def list_unknown(sample, tally):
    groups = [(len(rows), key, rows) for key, rows in tally.groups.items() if key[2] == "UNKNOWN"]
    for count, (word, origin, _, _), rows in sorted(groups, key=lambda g: (-g[0], g[1])):
        print(f"  {sample.title}: {count} x {word} [{origin}] stays UNKNOWN\n      {example(rows)}")


def check_live(sample, found, wrong):
    name = Path(sample.sidecar.removesuffix(".verdicts.tsv") + ".live.json")
    live = labels(name.read_text(encoding="utf-8").splitlines())
    pick = ("method", "uri", "status_code", "cache_status", "cache_basis", "cache_reason")
    other = sum(1 for key, t in found.items()
                if key not in live or any(t[k] != live[key][k] for k in pick))
    print(f"  {sample.title}: {len(live)} labels given live, {len(found)} in the replay of the saved "
          f"packets, {other} differ")
    if other or len(live) != len(found):
        wrong.append(f"{sample.title}: live and replay differ")


def check_held(name, shown, hidden, wrong):
    lines = Path(name).read_text(encoding="ascii").splitlines()
    held = {line.split()[0]: [int(n) for n in line.split()[1:]]
            for line in lines if line and not line.startswith("#")}
    for (title, with_headers), (_, without) in zip(shown, hidden):
        stated, right = held.get(title, (10**9, 0))
        if with_headers.stated < stated:
            wrong.append(f"{title}: {with_headers.stated} labels are stated, {stated} were")
        if without.right < right:
            wrong.append(f"{title}: {without.right} classes are right without headers, {right} were")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--unknown", action="store_true")
    parser.add_argument("--hold")
    parser.add_argument("program")
    parser.add_argument("sample", nargs="+")
    options = parser.parse_args()
    samples = [Sample(argument) for argument in options.sample]
    truth, exceptions, wrong = read_map("truth.map"), read_map("exceptions.map"), []

    shown, hidden = [], []
    if options.live:
        print("Live against replay")
    for sample in samples:
        found = replay(options.program, sample.captures)
        wrong += [f"{sample.title}: {sentence}" for sentence in sample.broken(found)]
        if options.live:
            check_live(sample, found, wrong)
        shown.append((sample.title, judge(sample, found, truth, wrong)))
    print("Disagreements with the caches' own logs")
    for sample, (_, tally) in zip(samples, shown):
        report_groups(sample, tally, exceptions, wrong)
    table_with(shown)
    for sample in samples:
        found = replay(options.program, sample.captures, STATUS_HEADERS[sample.cache])
        hidden.append((sample.title, judge(sample, found, truth, wrong)))
    table_without(hidden)
    for sample, (_, tally) in zip(samples, hidden):
        report_lies(sample, tally, exceptions, wrong)
        if options.unknown:
            list_unknown(sample, tally)
    if options.hold:
        check_held(options.hold, shown, hidden, wrong)
    for sentence in dict.fromkeys(wrong):
        print("FAILED:", sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
