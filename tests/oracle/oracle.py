#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our transactions against tshark's, on a folder of captures. A developers' tool: needs tshark.

    tests/oracle/oracle.py build/cachetap FOLDER [-v] [--known FILE]

For each capture: the requests (method, host, URI) and the final response codes that tshark
lists on each connection, in order, against ours. Pairs are not compared: tshark's own pairing
is wrong after a loss and with pipelining. --known names a file of explained differences,
one line each: capture, tab, explanation.
"""
import collections
import ipaddress
import json
import os
import subprocess
import sys

MORE = "\x02"  # between several values of one field in one frame
FIELDS = ["ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.stream",
          "http.request.method", "http.request.uri", "http.host", "http.response.code"]


# With reassembly tshark drops what follows a hole; without, what is cut over segments.
WHOLE = ["-2", "-o", "tcp.reassemble_out_of_order:TRUE"]
SINGLE = ["-o", "tcp.desegment_tcp_streams:FALSE"]


def tshark(path, mode):
    """{connection: ([requests], [codes])} by tshark."""
    command = ["tshark", "-r", path, "-Y", "http and tcp", "--enable-heuristic", "http_tcp",
               "-T", "fields", "-E", "aggregator=" + MORE] + mode
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
                lines.append(f"{name}: {what}: only tshark {extra_a[:4]}, only cachetap "
                             f"{extra_b[:4]}" + ("" if extra_a or extra_b else " (order)"))
    return lines


def main():
    args = [a for a in sys.argv[1:] if not a.startswith("-")]
    verbose = "-v" in sys.argv
    known = {}
    if "--known" in sys.argv:
        name = sys.argv[sys.argv.index("--known") + 1]
        args.remove(name)
        with open(name, encoding="utf-8") as file:
            known = dict(line.rstrip("\n").split("\t", 1) for line in file if "\t" in line)
    if len(args) != 2:
        sys.exit(__doc__)
    program, folder = args
    same = explained = different = messages = 0
    for root, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if not name.endswith((".pcap", ".pcapng", ".cap", ".dmp", ".trace")):
                continue
            path = os.path.join(root, name)
            theirs, single, mine = tshark(path, WHOLE), tshark(path, SINGLE), ours(program, path)
            messages += sum(len(r) + len(c) for r, c in theirs.values())
            lines = differences(theirs, single, mine)
            if not lines:
                same += 1
                if verbose and theirs:
                    print(f"  same: {name}")
                continue
            if name in known:
                explained += 1
                print(f"  explained: {name}: {known[name]}")
            else:
                different += 1
                print(f"  DIFFERENT: {name}")
            if name not in known or verbose:
                for line in lines[:12]:
                    print(f"      {line}")
    print(f"{same + explained + different} captures, {messages} messages by tshark: {same} the "
          f"same, {explained} explained, {different} different")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
