#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check a sidecar against its capture: each logged request, and its status, must be on the wire.

usage: check.py CAPTURE PORT SIDECAR. Reads the capture with tshark; exit status 1 where they
differ. Requests that the cache did not log are printed, but are no error.
"""

import subprocess
import sys
from collections import Counter, defaultdict

FIELDS = ("ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport",
          "http.request.method", "http.request.uri", "http.response.code")


def tshark(capture, port):
    command = ["tshark", "-n", "-r", capture, "-T", "fields", "-d", f"tcp.port=={port},http",
               "-E", "separator=/t", "-E", "aggregator=|", "-Y", f"http && tcp.port=={port}"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [dict(zip(FIELDS, line.split("\t"))) for line in done.stdout.splitlines()]


def messages(capture, port):
    """Per client address and port: its requests, and the codes of its final responses, in order."""
    requests, responses = defaultdict(list), defaultdict(list)
    for row in tshark(capture, port):
        if row["tcp.dstport"] == port and row["http.request.method"]:
            who = (row["ip.src"] or row["ipv6.src"], row["tcp.srcport"])
            requests[who] += zip(row["http.request.method"].split("|"),
                                 row["http.request.uri"].split("|"))
        elif row["tcp.srcport"] == port and row["http.response.code"]:
            who = (row["ip.dst"] or row["ipv6.dst"], row["tcp.dstport"])
            responses[who] += [c for c in row["http.response.code"].split("|") if c >= "200"]
    return requests, responses


def compare(sidecar, requests, responses):
    """The differences as sentences, and the requests that were logged."""
    wrong, logged = [], set()
    for line in sidecar:
        ip, port, nth, method, uri, status, *_ = line
        who, index = (ip, port), int(nth) - 1
        if requests[who][index : index + 1] != [(method, uri)]:
            wrong.append(f"no such request in the capture: {line}")
        elif status != "-" and responses[who][index : index + 1] != [status]:
            wrong.append(f"not this status in the capture: {line}")
        logged.add((who, index))
    return wrong, logged


def main():
    capture, port, name = sys.argv[1:]
    with open(name, encoding="ascii") as file:
        sidecar = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    requests, responses = messages(capture, port)
    wrong, logged = compare(sidecar, requests, responses)
    for who, asked in sorted(requests.items()):
        for index, request in enumerate(asked):
            if (who, index) not in logged:
                print("not logged:", *who, index + 1, *request)
    verdicts = Counter(line[6] for line in sidecar)
    print(f"{name.rpartition('/')[2]}: {sum(map(len, requests.values()))} requests,",
          f"{sum(map(len, responses.values()))} responses, {len(sidecar)} logged:",
          ", ".join(f"{word} {count}" for word, count in verdicts.most_common()))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    sys.exit(1 if wrong or not sidecar else 0)


if __name__ == "__main__":
    main()
