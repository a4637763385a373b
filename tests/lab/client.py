# SPDX-License-Identifier: Apache-2.0
"""The lab's clients: requests over raw sockets, because the point is what stands on the wire:
pipelined requests in one segment, an Expect that waits, header order, connections whose ports are
fixed.

Every request carries its number in X-Lab-Id; the caches and the origin log it. The driver's own
log has one line per request: id, address, port, nth of the connection, method, target, status ("-"
where no response came), and the names of the headers that caching depends on.
"""

import select
import socket
import threading
import time

WWW = "www.example.com"
FIRST_PORT = 41001
SETTLE_SECONDS = 0.1  # from the origin's last byte to the cache's store
TIMEOUT_SECONDS = 15
TELLING = ("Authorization", "Cookie", "Cache-Control", "Pragma", "Range", "If-None-Match",
           "If-Modified-Since")


class Request:
    def __init__(self, target, host=WWW, method="GET", version="1.1", body=None, **headers):
        self.method, self.target, self.version, self.body = method, target, version, body
        self.headers = [("Host", host), ("User-Agent", "lab-client/1"), ("Accept", "*/*")]
        self.headers += [(k.replace("_", "-"), v) for k, v in headers.items()]
        self.expect = "Expect" in headers
        self.close = version == "1.0" or headers.get("Connection") == "close"
        self.nth = self.number = 0  # given when it is sent
        if body is not None and "Transfer_Encoding" not in headers:
            self.headers.append(("Content-Length", str(len(body))))

    def telling(self):
        """What the request demands: names; of Cache-Control the directive."""
        found = (v if k == "Cache-Control" else k for k, v in self.headers if k in TELLING)
        return "+".join(found) or "-"

    def head_bytes(self):
        lines = [f"{self.method} {self.target} HTTP/{self.version}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"X-Lab-Id: {self.number}")
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
            while size := int(stream.readline().split(b";")[0] or b"0", 16):
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
        self.sent = 0

    def numbered(self, *requests):
        """The heads, each with its place in the connection and its number in the lab."""
        heads = []
        for request in requests:
            self.sent += 1
            request.nth, request.number = self.sent, self.lab.next_number()
            heads.append(request.head_bytes())
        return b"".join(heads)

    def send(self, request):
        head = self.numbered(request)
        if not request.expect:
            self.sock.sendall(head + (request.body or b""))
            return
        self.sock.sendall(head)
        if select.select([self.sock], [], [], TIMEOUT_SECONDS)[0]:
            peek = self.sock.recv(16, socket.MSG_PEEK)
            if peek[9:12] == b"100":
                Response(self.stream, request.method)
        self.sock.sendall(request.body)

    def receive(self, request):
        """The final response, or None where the cache closed or broke off."""
        try:
            response = Response(self.stream, request.method)
            while response.status < 200:
                response = Response(self.stream, request.method)
        except (OSError, ValueError):
            response = None
        self.lab.report(self.source, request, response)
        return response

    def ask(self, request):
        try:
            self.send(request)
        except OSError:
            self.lab.report(self.source, request, None)
            return None
        return self.receive(request)

    def is_over(self):
        """Closed by the cache while it was idle."""
        return bool(select.select([self.sock], [], [], 0)[0])

    def shut(self):
        self.stream.close()
        self.sock.close()


class Lab:
    def __init__(self, pairs, port, origin_log, report):
        self.pairs, self.port, self.origin_log, self.out = pairs, port, origin_log, report
        self.lock = threading.Lock()
        self.opened = self.numbers = 0
        self.kept = {}

    def next_number(self):
        with self.lock:
            self.numbers += 1
            return self.numbers

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
        return (source, FIRST_PORT + n), sock

    def report(self, source, request, response):
        status = response.status if response else "-"
        with self.lock:
            print(request.number, *source, request.nth, request.method, request.target, status,
                  request.telling(), sep="\t", file=self.out, flush=True)

    def once(self, request):
        connection = Connection(self)
        response = connection.ask(request)
        connection.shut()
        return response

    def on(self, name, *requests):
        """Ask on the kept connection `name`; open it again where the cache has closed it."""
        response = None
        for request in requests:
            connection = self.kept.get(name)
            if connection and connection.is_over():
                connection.shut()
                connection = None
            connection = connection or Connection(self)
            self.kept[name] = connection
            response = connection.ask(request)
            if response is None or response.close or request.close:
                connection.shut()
                del self.kept[name]
        return response

    def pipeline(self, *requests):
        connection = Connection(self)
        connection.sock.sendall(connection.numbered(*requests))
        for request in requests:
            connection.receive(request)
        connection.shut()

    def together(self, target, others, make):
        """One request, and `others` more while the origin is still busy with the first."""
        connections = [Connection(self) for _ in range(others + 1)]
        seen = self.lines("begin", target)
        threads = [threading.Thread(target=c.ask, args=(make(),)) for c in connections]
        threads[0].start()
        self.wait("begin", target, seen + 1, threads[0])
        for thread in threads[1:]:
            thread.start()
        for thread in threads:
            thread.join()
        self.wait("end", target, self.lines("begin", target))
        time.sleep(SETTLE_SECONDS)
        for connection in connections:
            connection.shut()

    def lines(self, word, target):
        with open(self.origin_log, encoding="ascii") as log:
            return sum(1 for line in log if line.split()[0] == word and line.split()[3] == target)

    def wait(self, word, target, count, until_done=None):
        """For the origin; or, where the cache does not ask it, for the end of a thread."""
        limit = time.monotonic() + TIMEOUT_SECONDS
        while self.lines(word, target) < count:
            if until_done and not until_done.is_alive():
                return
            if time.monotonic() > limit:
                raise TimeoutError(f"the origin did not {word} {target}")
            time.sleep(0.01)

    def shut(self):
        for connection in self.kept.values():
            connection.shut()
