# SPDX-License-Identifier: Apache-2.0
"""The fixed workload of the first samples: 131 requests, always the same in the same order."""

import time

from client import Request

STATIC, API = "static.example.com", "api.example.com"
EXPIRY_SECONDS = 2.2  # above max-age=1, for caches that count whole seconds


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


def run(lab):
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
