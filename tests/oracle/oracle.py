#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our transactions against tshark's, on a folder of captures. A developers' tool: needs tshark.

    tests/oracle/oracle.py build/cachetap FOLDER... [-v] [--jobs N] [--known FILE]

For each capture: the requests (method, URI) and the final response codes that tshark lists on
each connection, in order, against ours. Pairs are not compared: tshark's own pairing is wrong
after a loss and with pipelining. --known names a file of explained differences, one line each:
end of the capture's path, tab, explanation. Captures are known by their content, not by their
names; with --jobs N so many are looked at at once (default 2, at low priority).
"""
import argparse
import collections
import concurrent.futures
import gzip
import ipaddress
import json
import os
import subprocess
import sys
import zlib

MORE = "\x02"  # between several values of one field in one frame
FIELDS = ["ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.stream",
          "http.request.method", "http.request.uri", "http.host", "http.response.code"]


# With reassembly tshark drops what follows a hole; without, what is cut over segments.
WHOLE = ["-2", "-o", "tcp.reassemble_out_of_order:TRUE"]
SINGLE = ["-o", "tcp.desegment_tcp_streams:FALSE"]


def tshark(path, mode):
    """{connection: ([requests], [codes])} by tshark."""
    # What tshark decrypts with keys in the file is left out.
    command = ["tshark", "-r", path, "-Y", "http and tcp and not tls",
               "--enable-heuristic", "http_tcp", "-T", "fields", "-E", "aggregator=" + MORE] + mode
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    found = collections.defaultdict(lambda: ([], []))
    for line in done.stdout.decode("utf-8", "replace").split("\n"):
        cells = line.split("\t")
        if len(cells) != len(FIELDS):
            continue
        cell = dict(zip(FIELDS, cells))
        src = (cell["ipv6.src"] or cell["ip.src"]).split(MORE)[-1]
        dst = (cell["ipv6.dst"] or cell["ip.dst"]).split(MORE)[-1]
        ends = frozenset([(src, cell["tcp.srcport"].split(MORE)[-1]),
                          (dst, cell["tcp.dstport"].split(MORE)[-1])])
        requests, codes = found[ends]
        methods = [m for m in cell["http.request.method"].split(MORE) if m]
        uris = cell["http.request.uri"].split(MORE)
        for i, method in enumerate(methods):
            requests.append((method, uris[i] if i < len(uris) else ""))
        for code in cell["http.response.code"].split(MORE):
            if code and not (code.startswith("1") and code != "101"):
                codes.append(int(code))
    return found


def ours(program, path):
    """The same by cachetap."""
    done = subprocess.run([program, "-r", path, "--json"], capture_output=True, timeout=120,
                          check=False)
    if done.returncode not in (0, 1):
        print(f"  {path}: cachetap ended with status {done.returncode}: {done.stderr[-300:]}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    rows.sort(key=lambda row: (row["id.orig_h"], row["id.orig_p"], row["trans_depth"]))
    found = collections.defaultdict(lambda: ([], []))
    for row in rows:
        ends = frozenset([(str(ipaddress.ip_address(row["id.orig_h"])), str(row["id.orig_p"])),
                          (str(ipaddress.ip_address(row["id.resp_h"])), str(row["id.resp_p"]))])
        requests, codes = found[ends]
        if row["method"] is not None:
            requests.append((row["method"], row["uri"]))
        if row["status_code"] is not None:
            codes.append(row["status_code"])
    return found


def short(rows):
    """The first few, each cut."""
    return [tuple(str(cell)[:60] for cell in row) if isinstance(row, tuple) else row
            for row in rows[:4]]


def differences(theirs, single, mine):
    """Lines that say what differs, by connection; to agree with one of tshark's ways is enough."""
    lines = []
    for ends in sorted(set(theirs) | set(mine), key=sorted):
        name = " ".join(f"{host}:{port}" for host, port in sorted(ends))
        for i, what in enumerate(("requests", "codes")):
            a, b = theirs[ends][i], mine[ends][i]
            if b not in (a, single[ends][i]):
                extra_a = list((collections.Counter(a) - collections.Counter(b)).elements())
                extra_b = list((collections.Counter(b) - collections.Counter(a)).elements())
                lines.append(f"{name}: {what}: only tshark {short(extra_a)}, only cachetap "
                             f"{short(extra_b)}" + ("" if extra_a or extra_b else " (order)"))
    return lines


MAGIC = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d",
         b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34", b"\x0a\x0d\x0d\x0a")


def is_capture(path):
    try:
        with open(path, "rb") as file:
            head = file.read(4)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as file:
                head = file.read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return head in MAGIC


def captures(folders):
    for folder in folders:
        for root, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(root, name)
                if not os.path.islink(path) and is_capture(path):
                    yield path


def compare(program, path):
    """(messages by tshark, lines that say what differs)"""
    try:
        mine = ours(program, path)
        single = tshark(path, SINGLE)
        lines = differences(single, single, mine)
        theirs = single
        if lines or not single:
            theirs = tshark(path, WHOLE)
            lines = differences(theirs, single, mine)
    except subprocess.TimeoutExpired as late:
        return 0, [f"{late.cmd[0]} did not end"]
    return sum(len(r) + len(c) for r, c in theirs.values()), lines


def explanation(known, path):
    for name, text in known.items():
        if path == name or path.endswith("/" + name):
            return text
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("-v", action="store_true", dest="verbose")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--known")
    args = parser.parse_args()
    known = {}
    if args.known:
        with open(args.known, encoding="utf-8") as file:
            known = dict(line.rstrip("\n").split("\t", 1) for line in file if "\t" in line)
    os.nice(10)
    same = explained = different = messages = 0
    paths = list(captures(args.folders))
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for path, (n, lines) in zip(paths, pool.map(lambda p: compare(args.program, p), paths)):
            messages += n
            why = explanation(known, path)
            if not lines:
                same += 1
                if args.verbose and n:
                    print(f"  same: {path}")
                continue
            if why is not None:
                explained += 1
                print(f"  explained: {path}: {why}")
            else:
                different += 1
                print(f"  DIFFERENT: {path}")
            if why is None or args.verbose:
                for line in lines[:12]:
                    print(f"      {line[:300]}")
            sys.stdout.flush()
    print(f"{len(paths)} captures, {messages} messages by tshark: {same} the same, "
          f"{explained} explained, {different} different")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
