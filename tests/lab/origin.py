#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab's origin: what it answers depends on the path and on how often that path was asked.

There is no other state, so a workload that asks in the same order gets the same answers. A path
may end in a number: /short/304/7 behaves as /short/304 and has a count of its own. Every request
leaves two lines in the log, "begin N METHOD TARGET ID" and "end N METHOD TARGET STATUS ID CONDITION",
N being the count for that path, ID the X-Lab-Id of the request, CONDITION "c" or "u" with or
without If-None-Match or If-Modified-Since; the client driver waits for them instead of sleeping.
"""

import gzip
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 0.5
SHORT_DELAY_SECONDS = 0.05
LARGE_BYTES = 200_000
MEDIUM_BYTES = 20_000
EPOCH_2024 = 1704067200  # Last-Modified of version 1 of everything


class Answer:
    """A response before framing; `body` None means that the status has none."""

    def __init__(self, body, cache_control=None, status=200, etag=None, modified=None, **headers):
        self.body = body
        self.status = status
        self.framing = "length"  # or "chunked", "close", "hangup"
        self.delay = 0.0
        self.headers = {}
        if cache_control:
            self.headers["Cache-Control"] = cache_control
        if etag:
            self.headers["ETag"] = f'"{etag}"'
        if modified:
            self.headers["Last-Modified"] = formatdate(modified, usegmt=True)
        self.headers.update({k.replace("_", "-"): v for k, v in headers.items()})


def text(label, size=400):
    """A body of `size` bytes that says whose it is."""
    line = f"{label} 0123456789 abcdefghijklmnopqrstuvwxyz\n".encode()
    return (line * (size // len(line) + 1))[:size]


def fresh(path, n):
    """Fresh for five minutes, version 1 for ever."""
    tag = path.strip("/").replace("/", "-") or "home"
    return Answer(text(tag), "max-age=300", etag=f"{tag}-v1", modified=EPOCH_2024)


def short_life(n):
    """Expires while the workload runs; its refreshed form does not."""
    return "max-age=1" if n == 1 else "max-age=60"


def expire_304(path, n):
    return Answer(text("same"), short_life(n), etag="same-v1", modified=EPOCH_2024)


def expire_304_lm(path, n):
    return Answer(text("dated"), short_life(n), modified=EPOCH_2024)


def expire_200(path, n):
    return Answer(text(f"version {n}"), short_life(n), etag=f"new-v{n}", modified=EPOCH_2024 + n)


def while_revalidate(path, n):
    life = short_life(n) + ", stale-while-revalidate=60"
    answer = Answer(text(f"swr {n}"), life, etag=f"swr-v{n}")
    answer.delay = SLOW_SECONDS if n > 1 else 0.0
    return answer


def updating(path, n):
    answer = Answer(text(f"updating {n}"), short_life(n), etag=f"upd-v{n}")
    answer.delay = SLOW_SECONDS if n > 1 else 0.0
    return answer


def if_error(path, n):
    if n > 1:
        return Answer(text("overloaded", 60), status=503)
    return Answer(text("kept for bad times"), "max-age=1, stale-if-error=60", etag="sie-v1")


def if_error_hangup(path, n):
    answer = if_error(path, 1)
    answer.framing = "hangup" if n > 1 else "length"
    return answer


def fails_sometimes(directive, hang_up=False):
    """Fresh for a second, and each third time the origin fails."""
    def answer(path, n):
        if n % 3 != 2:
            return Answer(text(f"kept {path}", 120), f"max-age=1, {directive}", etag="kept-v1")
        failed = Answer(text("overloaded", 60), status=503)
        failed.framing = "hangup" if hang_up else "length"
        return failed
    return answer


def short_swr(path, n):
    """Fresh for a second, then stale for a minute; new content every second time."""
    answer = Answer(text(f"swr {n // 2}", 120), "max-age=1, stale-while-revalidate=60",
                    etag=f"swr-v{n // 2}")
    answer.delay = SHORT_DELAY_SECONDS
    return answer


def short_changing(path, n):
    return Answer(text(f"version {n}", 120), "max-age=1", etag=f"new-v{n}")


def strict(path, n):
    if n > 1:
        return Answer(text("overloaded", 60), status=503)
    return Answer(text("not a second longer"), "max-age=1, must-revalidate", etag="strict-v1")


def set_cookie(path, n):
    return Answer(text("welcome"), "max-age=300", Set_Cookie=f"lab=visitor-{n}; Path=/")


def vary(path, n):
    body = text("in your language")
    return Answer(body, "max-age=300", etag=f"vary-v{n}", Vary="Accept-Language")


def vary_star(path, n):
    return Answer(text("depends on everything"), "max-age=300", Vary="*")


def compressed(path, n):
    answer = Answer(text("packed", 3000), "max-age=300", etag="gz-v1", Vary="Accept-Encoding")
    answer.gzip = True
    return answer


def slow(path, n):
    answer = fresh(path, n)
    answer.delay = SLOW_SECONDS
    return answer


def large(path, n):
    return Answer(text("large", LARGE_BYTES), "max-age=300", etag="large-v1", modified=EPOCH_2024)


def medium(path, n):
    return Answer(text("medium", MEDIUM_BYTES), "max-age=300", etag="medium-v1", modified=EPOCH_2024)


def chunked(path, n):
    answer = fresh(path, n)
    answer.body = text("chunk", 2500)
    answer.framing = "chunked"
    return answer


def close_delimited(path, n):
    answer = fresh(path, n)
    answer.framing = "close"
    return answer


def hangup(path, n):
    answer = Answer(b"")
    answer.framing = "hangup"
    return answer


def expires_only(path, n):
    return Answer(text("dated the old way"), Expires=formatdate(time.time() + 300, usegmt=True))


def simple(body, cache_control=None, **kw):
    return lambda path, n: Answer(body, cache_control, **kw)


PATHS = {
    "/expire/304": expire_304,
    "/expire/304-lm": expire_304_lm,
    "/expire/200": expire_200,
    "/expire/head": expire_304,
    "/expire/cond": expire_304,
    "/swr": while_revalidate,
    "/updating": updating,
    "/sie": if_error,
    "/sie-hangup": if_error_hangup,
    "/strict": strict,
    "/no-store": simple(text("never kept"), "no-store"),
    "/private": simple(text("yours alone"), "private, max-age=300", etag="private-v1"),
    "/no-cache": simple(text("ask first"), "no-cache", etag="nocache-v1"),
    "/set-cookie": set_cookie,
    "/vary": vary,
    "/vary-star": vary_star,
    "/gzip": compressed,
    "/large": large,
    "/medium": medium,
    "/chunked": chunked,
    "/close": close_delimited,
    "/hangup": hangup,
    "/expires": expires_only,
    "/plain": simple(text("no freshness at all")),
    "/heuristic": simple(text("old enough to guess"), modified=EPOCH_2024),
    "/s-maxage": simple(text("shared"), "max-age=0, s-maxage=300", etag="shared-v1"),
    "/age": simple(text("came from afar"), "max-age=300", etag="age-v1", Age="100"),
    "/public-auth": simple(text("for members, and all"), "public, max-age=300", etag="pub-v1"),
    "/204": simple(None, "max-age=300", status=204),
    "/moved": simple(text("moved", 60), "max-age=300", status=301, Location="/"),
    "/found": simple(text("found", 60), status=302, Location="/"),
    "/missing": simple(text("not here", 60), "max-age=60", status=404),
    "/missing-plain": simple(text("not here", 60), status=404),
    "/broken": simple(text("broken", 60), status=500),
    "/unavailable": simple(text("later", 60), "no-store", status=503, Retry_After="1"),
    "/gone": simple(text("gone", 60), "max-age=60", status=410),
    "/forbidden": simple(text("not you", 60), status=403),
    "/temporary": simple(text("for a while", 60), "max-age=60", status=307, Location="/"),
    "/short/304": simple(text("same", 120), "max-age=1", etag="same-v1", modified=EPOCH_2024),
    "/short/304-lm": simple(text("dated", 120), "max-age=1", modified=EPOCH_2024),
    "/short/200": short_changing,
    "/short/bare": simple(text("no validator", 120), "max-age=1"),
    "/short/swr": short_swr,
    "/short/sie": fails_sometimes("stale-if-error=60"),
    "/short/sie-hangup": fails_sometimes("stale-if-error=60", hang_up=True),
    "/short/strict": fails_sometimes("must-revalidate"),
    "/max-age-0": simple(text("check each time", 120), "max-age=0", etag="zero-v1"),
    "/expired": simple(text("dated before", 120), Expires="0"),
    "/pragma": simple(text("the old word", 120), Pragma="no-cache", modified=EPOCH_2024),
    "/private-field": simple(text("but one field", 120), 'private="X-Mine", max-age=300'),
    "/s-maxage-auth": simple(text("for all", 120), "s-maxage=300", etag="all-v1"),
    "/immutable": simple(text("for ever", 120), "public, max-age=31536000, immutable"),
    "/etag-only": simple(text("no lifetime", 120), etag="only-v1"),
}


def answer_for(path, n):
    if path.startswith("/slow/"):
        return slow(path, n)
    family, _, number = path.rpartition("/")
    make = PATHS.get(path) or (PATHS.get(family) if number.isdigit() else None)
    return (make or fresh)(path, n)


class Log:
    def __init__(self, stream):
        self.stream = stream
        self.lock = threading.Lock()
        self.count = {}

    def begin(self, host, method, target, number):
        key = (host, target.partition("?")[0])
        with self.lock:
            n = self.count[key] = self.count.get(key, 0) + 1
            print("begin", n, method, target, number, file=self.stream, flush=True)
        return n

    def end(self, n, method, target, status, number, condition):
        with self.lock:
            print("end", n, method, target, status, number, condition, file=self.stream, flush=True)


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "lab-origin/1"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 300  # idle connections are the caches' to end

    def log_message(self, *args):
        pass

    def handle_expect_100(self):
        going_on = super().handle_expect_100()
        self.wfile.flush()  # it is buffered here, and the client waits
        return going_on

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def not_modified(self, answer):
        if answer.status != 200 or self.command not in ("GET", "HEAD"):
            return False
        if tags := self.headers.get("If-None-Match"):
            own = answer.headers.get("ETag")
            asked = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
            return own is not None and own in asked
        since = self.headers.get("If-Modified-Since")
        return since is not None and since == answer.headers.get("Last-Modified")

    def cut_range(self, answer):
        """One range of bytes, for the sized 200 answers to GET (RFC 9110 section 14)."""
        asked = self.headers.get("Range", "")
        if self.command != "GET" or answer.status != 200 or answer.framing != "length":
            return
        answer.headers["Accept-Ranges"] = "bytes"
        if not asked.startswith("bytes="):
            return
        first, _, last = asked[6:].partition("-")
        first, last = int(first), int(last or len(answer.body) - 1)
        total = len(answer.body)
        if first >= total:
            answer.status, answer.body = 416, b""
            answer.headers["Content-Range"] = f"bytes */{total}"
            return
        answer.status, answer.body = 206, answer.body[first : last + 1]
        answer.headers["Content-Range"] = f"bytes {first}-{first + len(answer.body) - 1}/{total}"

    def send(self, answer):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.body is None or answer.status == 304:
            self.end_headers()
            return
        self.send_header("Content-Type", "text/plain")
        if answer.framing == "length" or self.command == "HEAD":
            self.send_header("Content-Length", str(len(answer.body)))
        elif answer.framing == "chunked" and self.request_version != "HTTP/1.0":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
            answer.framing = "close"
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(answer)

    def send_body(self, answer):
        if answer.framing != "chunked":
            self.wfile.write(answer.body)
            return
        for start in range(0, len(answer.body), 1000):
            part = answer.body[start : start + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def unsafe_answer(self, body):
        if self.command == "DELETE":
            return Answer(None, status=204)
        status = 201 if self.command == "PUT" else 200
        return Answer(b"got %d bytes\n" % len(body), "no-store", status=status)

    def handle_one(self):
        body = self.read_body()
        number = self.headers.get("X-Lab-Id", "-")
        asks = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        n = self.server.log.begin(self.headers.get("Host"), self.command, self.path, number)
        if self.command in ("GET", "HEAD"):
            answer = answer_for(self.path.partition("?")[0], n)
        else:
            answer = self.unsafe_answer(body)
        time.sleep(answer.delay)
        if answer.framing == "hangup":
            self.close_connection = True
            answer.status = "hangup"
        else:
            if self.not_modified(answer):
                answer.status = 304
            if getattr(answer, "gzip", False) and "gzip" in self.headers.get("Accept-Encoding", ""):
                answer.body = gzip.compress(answer.body, mtime=0)
                answer.headers["Content-Encoding"] = "gzip"
            self.cut_range(answer)
            self.send(answer)
            self.wfile.flush()
        self.server.log.end(n, self.command, self.path, answer.status, number, "uc"[asks])

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = handle_one


def main():
    address, port, log = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    ThreadingHTTPServer.request_queue_size = 64
    server = ThreadingHTTPServer((address, port), Origin)
    server.daemon_threads = True
    with open(log, "w", encoding="ascii") as stream:
        server.log = Log(stream)
        server.serve_forever()


if __name__ == "__main__":
    main()
