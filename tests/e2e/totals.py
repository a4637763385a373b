#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The outputs of one run tell the same numbers. Usage: totals.py PROGRAM WORK CAPTURE...

Each capture is looked at as it is and damaged (cut in a packet, packets lost, packets late),
plain and with the options that change what is listed or how it is judged.
"""
import collections
import csv
import io
import json
import os
import random
import struct
import subprocess
import sys

PROGRAM, WORK = sys.argv[1:3]
CONFIG = os.path.join(WORK, "own.conf")
OPTIONS = {
    "plain": [],
    "where": ["--where", "cache=hit or status>=400"],
    "without headers": ["--ignore-header", "X-Cache", "--ignore-header", "X-Cache-Status",
                        "--ignore-header", "X-Varnish"],
    "own dialect": ["--config", CONFIG],
}
# What no two runs share: memory, peaks, the key of a hash.
UNSTABLE = ("memory_bytes", "_peak")
failures = 0


def ok(what, good, detail=""):
    global failures
    if not good:
        failures += 1
        print(f"not ok - {what}: {detail}"[:800])


FORMATS = ("json", "csv", "summary", "summary-json", "text")


def run(capture, arguments):
    """All formats of one run."""
    outputs = [os.path.join(WORK, "out." + form) for form in FORMATS]
    wanted = [word for form, path in zip(FORMATS, outputs) for word in ("-o", f"{form}:{path}")]
    code = subprocess.run([PROGRAM, "-q", *wanted, *arguments, *capture], stderr=subprocess.DEVNULL,
                          check=False).returncode
    ok(f"{capture} {arguments}", code in (0, 1), f"exit status {code}")
    texts = {}
    for form, path in zip(FORMATS, outputs):
        with open(path, encoding="utf-8", newline="") as output:
            texts[form] = output.read()
    return texts


def lines_of(texts):
    return [json.loads(line) for line in texts["json"].splitlines()]


def number(value):
    """A cell of CSV as the JSON value it stands for, where that is one word."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def counts(rows, key):
    counter = collections.Counter()
    for row in rows:
        value = row[key]
        for word in value if isinstance(value, list) else [value]:
            counter[word] += 1
    return counter


def compare_counts(what, rows, key, section):
    found = counts(rows, key)
    found.pop(None, None)
    ok(f"{what}: {key}", dict(found) == {k: n for k, n in section.items() if n}, f"{found} {section}")


def check_json(what, rows, summary):
    """Summary and the sum of the lines."""
    total = summary["transactions"]
    ok(f"{what}: total", total["total"] == len(rows), f"{total['total']} {len(rows)}")
    ok(f"{what}: complete", total["complete"] == sum(r["complete"] for r in rows))
    ok(f"{what}: incomplete", total["incomplete"] == sum(not r["complete"] for r in rows))
    ok(f"{what}: unanswered", total["unanswered"] == sum(r["response_wire_len"] == 0 for r in rows))
    for key in ("missing_bytes", "request_wire_len", "response_wire_len", "response_body_len"):
        ok(f"{what}: {key}", total[key] == sum(r[key] for r in rows), f"{total[key]}")
    for key in ("cache_status", "cache_class", "cache_basis", "cache_reason", "cache_marks", "findings"):
        compare_counts(what, rows, key, summary[key])
    compare_counts(what, rows, "notes", total["notes"])
    of_status = collections.Counter()
    for row in rows:
        of_status["none" if row["status_code"] is None else f"{row['status_code'] // 100}xx"] += 1
    ok(f"{what}: status codes", {k: n for k, n in summary["status_code_class"].items() if n} == of_status)
    by_bytes = collections.Counter()
    for row in rows:
        by_bytes[row["cache_class"]] += row["response_body_len"]
    ok(f"{what}: bytes", all(by_bytes[k] == n for k, n in summary["cache_class_bytes"].items()))
    ratio = summary["hit_ratio"]
    by_class = counts(rows, "cache_class")
    ok(f"{what}: client", [ratio["client"]["requests"][k] for k in ("hit", "miss")] ==
       [by_class["hit"], by_class["miss"]])
    reached = [r["cache_reached_origin"] for r in rows if r["cache_class"] in ("hit", "miss")]
    ok(f"{what}: origin", [ratio["origin"]["requests"][k] for k in ("hit", "miss")] ==
       [reached.count(False), reached.count(True)], f"{ratio['origin']} {reached.count(True)}")
    dialects = counts(rows, "cache_dialect")
    dialects.pop(None, None)
    ok(f"{what}: dialects", {d["dialect"]: d["requests"] for d in summary["dialects"]} == dialects)
    for entry in summary["hosts"] if summary["given_up"]["stats_hosts_replaced"] == 0 else []:
        ok(f"{what}: host", entry["requests"] == sum(entry[c] for c in ("hit", "miss", "bypass", "other")))


def check_packets(what, summary):
    packets, segments = summary["packets"], summary["segments"]
    ok(f"{what}: packets", packets["sum"] == sum(packets["status"].values()) ==
       packets["read"] + packets["wifi_aggregated"], str(packets["status"]))
    ok(f"{what}: segments", segments["sum"] == sum(segments["status"].values()) ==
       packets["status"]["tcp"], str(segments))


def check_csv(what, rows, text):
    cells = list(csv.DictReader(io.StringIO(text, newline="")))
    ok(f"{what}: csv rows", len(cells) == len(rows))
    for row, cell in zip(rows, cells):
        ok(f"{what}: csv columns", list(row) == list(cell))
        for key, value in row.items():
            if isinstance(value, (list, float)) or "\\" in cell[key]:
                continue
            good = cell[key] == number(value) or (isinstance(value, str) and not value.isascii())
            ok(f"{what}: csv {key}", good or isinstance(value, str) and not value.isprintable(),
               f"{cell[key]!r} {value!r}")


def check_report(what, rows, text):
    """The report for people has the same outcomes."""
    section = text.split("Cache outcomes", 1)
    found = {}
    for line in section[1].split("\n\n", 1)[0].splitlines()[1:] if len(section) > 1 else []:
        word, n = line.split()[:2]
        found[word] = int(n.replace(",", ""))
    want = dict(counts(rows, "cache_status") + counts(rows, "cache_class"))
    ok(f"{what}: summary", {k: n for k, n in found.items() if n} == want, f"{found} {want}")


def stable(value):
    if isinstance(value, dict):
        return {k: stable(v) for k, v in value.items() if not k.endswith(UNSTABLE)}
    return [stable(v) for v in value] if isinstance(value, list) else value


def check(name, capture, options):
    what = f"{name}, {options}"
    arguments = OPTIONS[options]
    texts = run(capture, ["--threads", "1", *arguments])
    rows = lines_of(texts)
    summary = json.loads(texts["summary-json"])
    check_json(what, rows, summary)
    check_packets(what, summary)
    check_csv(what, rows, texts["csv"])
    check_report(what, rows, texts["summary"])
    more = ["--connections", "--explain", *arguments]
    one = run(capture, ["--threads", "1", *more])
    three = run(capture, ["--threads", "3", *more])
    for form in FORMATS:
        if form == "summary-json":
            same = stable(json.loads(one[form])) == stable(json.loads(three[form]))
        else:
            same = sorted(one[form].splitlines()) == sorted(three[form].splitlines())
        ok(f"{what}: {form} by three threads", same)
    both = lines_of(one)
    ok(f"{what}: --connections and --explain change no transaction",
       [line for line in both if "record" not in line] == rows)
    of_flow = collections.Counter(row["uid"] for row in rows)
    labelled = {line["uid"]: line["transactions"] for line in both if line.get("transactions")}
    ok(f"{what}: transactions of connections", labelled == of_flow, f"{labelled} {of_flow}")
    return rows


def check_choice(name, capture, every):
    """What is chosen and what is not are all there is, and a choice changes no label."""
    for choice in ("cache=hit", "reason~cold or age>0", "host=*api* status<300", "not uri~x"):
        parts = []
        for expression in (choice, f"not ({choice})"):
            texts = run(capture, ["--where", expression])
            rows = lines_of(texts)
            total = json.loads(texts["summary-json"])["transactions"]
            ok(f"{name}: {expression}", total["total"] == len(rows) and
               total["total"] + total["not_chosen"] == len(every), str(total["not_chosen"]))
            parts += rows
        ok(f"{name}: {choice}, and not", sorted(map(json.dumps, parts)) == sorted(map(json.dumps, every)))


def packets_of(data):
    """The records of a pcap file as it was written here: little-endian, microseconds."""
    records, at = [], 24
    while at + 16 <= len(data):
        end = at + 16 + struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:end])
        at = end
    return records


def damaged(path):
    """The capture as it is, cut in the middle of a packet, with packets lost, late and twice."""
    name = os.path.basename(path)
    yield name, ["-r", path]
    with open(path, "rb") as whole:
        data = whole.read()
    variants = {"cut": data[:len(data) * 2 // 3 + 1]}
    if data[:4] == b"\xd4\xc3\xb2\xa1":
        chance = random.Random(20261121)
        records = packets_of(data)
        late = sorted(range(len(records)), key=lambda i: i + chance.choice((0, 0, 0, 0, 3, 9)))
        variants["with losses"] = data[:24] + b"".join(r for r in records if chance.random() > 0.03)
        variants["out of order"] = data[:24] + b"".join(
            records[i] * chance.choice((1, 1, 1, 2)) for i in late)
    for variant, content in variants.items():
        copy = os.path.join(WORK, "damaged")
        with open(copy, "wb") as output:
            output.write(content)
        yield f"{name} {variant}", ["-r", copy]


def main():
    n = 0
    with open(CONFIG, "w", encoding="utf-8") as config:
        config.write('dialects = ({ name = "own"; headers = ({ name = "X-Cache"; '
                     'values = ({ value = "HIT"; outcome = "STALE"; }); }); });\n')
    for path in sys.argv[3:]:
        for name, capture in damaged(path):
            for options in OPTIONS:
                rows = check(name, capture, options)
                n += 1
                if options == "plain":
                    check_choice(name, capture, rows)
    if failures == 0:
        print(f"ok - {n} runs: lines, connections, CSV and reports tell the same numbers, by one "
              "thread and by three, and what is chosen and what is not are all there is")
    return 1 if failures else 0


sys.exit(main())
