#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab's clients: one fixed list of requests, sent over connections whose ports are fixed too.

Raw sockets, because the point is what stands on the wire: pipelined requests in one segment, an
Expect that waits, header order. Prints one line per response; a missing response is an error.
"""

import argparse
import socket
import sys
import threading
import time

WWW, STATIC, API = "www.example.com", "static.example.com", "api.example.com"
FIRST_PORT = 41001
EXPIRY_SECONDS = 2.2  # above max-age=1, for caches that count whole seconds
SETTLE_SECONDS = 0.1  # from the origin's last byte to the cache's store
TIMEOUT_SECONDS = 15


class Request:
    def __init__(self, target, host=WWW, method="GET", version="1.1", body=None, **headers):
        self.method, self.target, self.version, self.body = method, target, version, body
        self.headers = [("Host", host), ("User-Agent", "lab-client/1"), ("Accept", "*/*")]
        self.headers += [(k.replace("_", "-"), v) for k, v in headers.items()]
        self.expect = "Expect" in headers
        self.close = version == "1.0" or headers.get("Connection") == "close"
        if body is not None and "Transfer_Encoding" not in headers:
            self.headers.append(("Content-Length", str(len(body))))

    def head_bytes(self):
        lines = [f"{self.method} {self.target} HTTP/{self.version}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class Response:
    """Status line, headers and body of one response, read from a buffered stream."""

    def __init__(self, stream, method):
        line = stream.readline().decode("latin-1")
        if not line.startswith("HTTP/"):
            raise ConnectionError(f"no response but {line!r}")
        self.status = int(line.split()[1])
        self.headers = []
        while field := stream.readline().decode("latin-1").strip():
            name, _, value = field.partition(":")
            self.headers.append((name.lower(), value.strip()))
        self.close = "close" in self.get("connection").lower() or line.startswith("HTTP/1.0")
        bodiless = method == "HEAD" or self.status in (204, 304) or self.status < 200
        self.length = 0 if bodiless else self.read_body(stream)

    def get(self, name):
        return ", ".join(v for k, v in self.headers if k == name)

    def read_body(self, stream):
        if "chunked" in self.get("transfer-encoding"):
            total = 0
            while size := int(stream.readline().split(b";")[0], 16):
                total += len(stream.read(size))
                stream.readline()
            stream.readline()
            return total
        if size := self.get("content-length"):
            return len(stream.read(int(size)))
        self.close = True
        return len(stream.read())


class Connection:
    def __init__(self, lab):
        self.lab = lab
        self.source, self.sock = lab.connect()
        self.stream = self.sock.makefile("rb")

    def send(self, request):
        head = request.head_bytes()
        if not request.expect:
            self.sock.sendall(head + (request.body or b""))
            return
        self.sock.sendall(head)
        interim = Response(self.stream, request.method)
        if interim.status != 100:
            raise ConnectionError(f"expected 100, got {interim.status}")
        self.sock.sendall(request.body)

    def receive(self, request):
        response = Response(self.stream, request.method)
        while response.status < 200:
            response = Response(self.stream, request.method)
        self.lab.report(self.source, request, response)
        return response

    def ask(self, request):
        self.send(request)
        return self.receive(request)

    def shut(self):
        self.stream.close()
        self.sock.close()


class Lab:
    def __init__(self, pairs, port, origin_log):
        self.pairs, self.port, self.origin_log = pairs, port, origin_log
        self.lock = threading.Lock()
        self.opened = 0
        self.kept = {}

    def connect(self):
        """The nth connection uses the nth pair of addresses, in turn, and the nth port."""
        with self.lock:
            n = self.opened
            self.opened += 1
        source, target = self.pairs[n % len(self.pairs)]
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(TIMEOUT_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind((source, FIRST_PORT + n))
        sock.connect((target, self.port))
        return f"{source}:{FIRST_PORT + n}", sock

    def report(self, source, request, response):
        words = [response.get(h) for h in ("x-cache-status", "x-cache", "x-cache-lookup")]
        with self.lock:
            print(source, request.method, request.target, response.status, response.length,
                  *(w for w in words if w), flush=True)

    def once(self, request):
        connection = Connection(self)
        connection.ask(request)
        connection.shut()

    def on(self, name, *requests):
        """Ask on the kept connection `name`; open it again where the cache has closed it."""
        for request in requests:
            connection = self.kept.get(name) or Connection(self)
            self.kept[name] = connection
            if connection.ask(request).close or request.close:
                connection.shut()
                del self.kept[name]

    def pipeline(self, *requests):
        connection = Connection(self)
        connection.sock.sendall(b"".join(r.head_bytes() for r in requests))
        for request in requests:
            connection.receive(request)
        connection.shut()

    def together(self, target, others, make):
        """One request, and `others` more while the origin is still busy with the first."""
        connections = [Connection(self) for _ in range(others + 1)]
        seen = self.lines("begin", target)
        threads = [threading.Thread(target=c.ask, args=(make(),)) for c in connections]
        threads[0].start()
        self.wait("begin", target, seen + 1)
        for thread in threads[1:]:
            thread.start()
        for thread in threads:
            thread.join()
        self.wait("end", target, seen + 1)
        time.sleep(SETTLE_SECONDS)
        for connection in connections:
            connection.shut()

    def lines(self, word, target):
        with open(self.origin_log, encoding="ascii") as log:
            return sum(1 for line in log if line.split()[0] == word and line.split()[3] == target)

    def wait(self, word, target, count):
        limit = time.monotonic() + TIMEOUT_SECONDS
        while self.lines(word, target) < count:
            if time.monotonic() > limit:
                raise TimeoutError(f"the origin did not {word} {target}")
            time.sleep(0.01)

    def shut(self):
        for connection in self.kept.values():
            connection.shut()


def prime(lab):
    """Everything that will have expired when the second half begins."""
    lab.on("home", Request("/"), Request("/"))
    lab.on("home", *(Request(t) for t in (
        "/expire/304", "/expire/304-lm", "/expire/200", "/expire/head", "/expire/cond",
        "/swr", "/updating", "/sie", "/sie-hangup", "/strict")))


def assets(lab):
    def ask(target, **kw):
        lab.on("assets", Request(target, STATIC, **kw))

    ask("/asset/site.css", Referer="http://www.example.com/")
    ask("/asset/site.css")
    ask("/asset/site.css", method="HEAD")
    ask("/asset/app.js", method="HEAD")
    ask("/asset/app.js")
    ask("/asset/app.js", If_None_Match='"asset-app.js-v1"')
    ask("/asset/app.js", If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT")
    ask("/asset/app.js", If_None_Match='"another"')
    ask("/asset/logo.svg", If_None_Match='"asset-logo.svg-v1"')
    ask("/asset/logo.svg")
    ask("/large")
    ask("/large", Range="bytes=100000-100999")
    ask("/large", method="HEAD")
    ask("/clip", Range="bytes=0-99")
    ask("/clip", Range="bytes=100-199")
    ask("/clip")
    ask("/clip", Range="bytes=9000-")
    ask("/gzip", Accept_Encoding="gzip")
    ask("/gzip", Accept_Encoding="gzip")
    ask("/gzip")
    ask("/chunked")
    ask("/chunked")
    ask("/close")
    ask("/close")


def service(lab):
    def ask(target, **kw):
        lab.on("api", Request(target, API, **kw))

    ask("/form", method="POST", body=b"name=value&n=1")
    ask("/item/1", method="PUT", body=b'{"id": 1}')
    ask("/item/1", method="DELETE")
    ask("/form", method="POST", body=b"6\r\nchunk-\r\n3\r\ned!\r\n0\r\n\r\n",
        Transfer_Encoding="chunked")
    ask("/upload", method="POST", body=b"x" * 5000, Expect="100-continue")
    for target in ("/no-store", "/private", "/no-cache", "/set-cookie", "/vary-star", "/204"):
        ask(target)
        ask(target)
    for target in ("/members", "/public-auth"):
        ask(target, Authorization="Basic bGFiOmxhYg==")
        ask(target, Authorization="Basic bGFiOmxhYg==")
    ask("/basket", Cookie="lab=visitor-0")
    ask("/basket", Cookie="lab=visitor-0")
    for language in ("en", "en", "de", "de", "en"):
        ask("/vary", Accept_Language=language)


def wishes(lab):
    """What a request can demand, on objects that are stored, and on one that is not."""
    def ask(target, **kw):
        lab.on("wishes", Request(target, **kw))

    ask("/", Cache_Control="no-cache")
    ask("/", Cache_Control="max-age=0")
    ask("/", Pragma="no-cache")
    ask("/", Cache_Control="no-store")
    ask("/", Cache_Control="only-if-cached")
    ask("/never-asked", Cache_Control="only-if-cached")
    ask("/?nocache=1")
    ask("/")


def statuses(lab):
    for target in ("/moved", "/found", "/missing", "/missing-plain", "/broken", "/expires",
                   "/plain", "/heuristic", "/s-maxage", "/age"):
        lab.on("home", Request(target), Request(target))
    lab.on("home", Request("/synthetic"))


def short_connections(lab):
    lab.once(Request("/", Connection="close"))
    lab.once(Request("/", version="1.0"))
    lab.once(Request("/one-shot", Connection="close"))
    lab.once(Request("/one-shot", Connection="close"))
    lab.once(Request("/pipe", Connection="close"))
    lab.once(Request("/hangup", Connection="close"))
    lab.pipeline(Request("/"), Request("/piped/1"), Request("/piped/2"))
    lab.pipeline(Request("/piped/1"), Request("/missing"), Request("/no-store"))


def expired(lab):
    for target in ("/expire/304", "/expire/304-lm", "/expire/200", "/sie", "/sie-hangup",
                   "/strict"):
        lab.on("late", Request(target), Request(target))
    lab.on("late", Request("/expire/head", method="HEAD"))
    lab.on("late", Request("/expire/cond", If_None_Match='"same-v1"'))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pair", action="append", required=True, metavar="SOURCE,CACHE")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--origin-log", required=True)
    options = parser.parse_args()
    pairs = [tuple(p.split(",")) for p in options.pair]
    lab = Lab(pairs, options.port, options.origin_log)

    prime(lab)
    primed = time.monotonic()
    for part in (assets, service, wishes, statuses, short_connections):
        part(lab)
    lab.together("/slow/1", 3, lambda: Request("/slow/1", Connection="close"))
    time.sleep(max(0.0, primed + EXPIRY_SECONDS - time.monotonic()))
    expired(lab)
    for target in ("/swr", "/updating"):
        lab.together(target, 2, lambda: Request(target))
        lab.once(Request(target, Connection="close"))
    lab.shut()


if __name__ == "__main__":
    try:
        main()
    except (OSError, TimeoutError) as error:
        sys.exit(f"drive.py: {error}")
