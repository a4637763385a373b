# SPDX-License-Identifier: Apache-2.0
"""The seeded workload: scenes that lead a cache through one situation each, in random order, and
between them random draws over paths, methods, request headers, connections and pauses.

The same seed and number give the same requests in the same order; nothing here depends on what a
cache answers. A scene has paths of its own (with a number that random draws never use).
"""

import random
import time

from client import Request

HOSTS = ("www.example.com", "www.example.com", "www.example.com", "api.example.com")
EXPIRY_SECONDS = 2.1  # above max-age=1, for caches that count whole seconds
SCENE = 50            # above the numbers of random draws

# How often a path is drawn, and how many numbers it has.
PATHS = {
    "/fresh": (14, 5), "/short/304": (8, 2), "/short/304-lm": (4, 2), "/short/200": (6, 2),
    "/short/bare": (3, 2), "/short/swr": (5, 2), "/short/sie": (5, 2), "/short/sie-hangup": (3, 2),
    "/short/strict": (3, 1), "/no-store": (4, 2), "/private": (4, 2), "/private-field": (1, 1),
    "/no-cache": (3, 2), "/max-age-0": (2, 1), "/expired": (2, 1), "/set-cookie": (3, 2),
    "/vary": (4, 2), "/vary-star": (2, 1), "/gzip": (3, 1), "/chunked": (2, 2), "/close": (2, 1),
    "/plain": (3, 2), "/heuristic": (3, 2), "/etag-only": (2, 1), "/pragma": (2, 1),
    "/expires": (2, 1), "/s-maxage": (2, 1), "/s-maxage-auth": (2, 1), "/immutable": (2, 1),
    "/age": (2, 1), "/public-auth": (2, 1), "/204": (1, 1), "/moved": (2, 1), "/found": (2, 1),
    "/temporary": (1, 1), "/missing": (3, 2), "/missing-plain": (2, 1), "/gone": (1, 1),
    "/forbidden": (1, 1), "/broken": (1, 1), "/unavailable": (1, 1), "/hangup": (1, 1),
    "/medium": (1, 1),
}
METHODS = {"GET": 88, "HEAD": 6, "POST": 3, "PUT": 1, "DELETE": 1, "OPTIONS": 1}
WISHES = {
    None: 66,
    ("Cache_Control", "no-cache"): 3, ("Cache_Control", "max-age=0"): 3, ("Pragma", "no-cache"): 2,
    ("Cache_Control", "no-store"): 2, ("Cache_Control", "only-if-cached"): 2,
    ("Cache_Control", "max-stale=30"): 2, ("Cache_Control", "min-fresh=30"): 1,
    ("Authorization", "Basic bGFiOmxhYg=="): 4, ("Cookie", "lab=visitor-1"): 4,
    ("Range", "bytes=0-9"): 3, ("Range", "bytes=10-"): 1, ("Range", "bytes=90000-"): 1,
    ("If_None_Match", '"kept-v1"'): 1, ("If_None_Match", '"same-v1"'): 2,
    ("If_None_Match", '"another"'): 1, ("If_None_Match", "*"): 1,
    ("If_Modified_Since", "Mon, 01 Jan 2024 00:00:00 GMT"): 2,
}
PAUSES = {0.0: 72, 0.05: 18, 0.4: 6, 1.1: 3, EXPIRY_SECONDS: 1}


def pick(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]


def draw(rng):
    """One request, and the name of its connection: None for one of its own."""
    path = rng.choices(list(PATHS), [weight for weight, _ in PATHS.values()])[0]
    target = f"{path}/{rng.randint(1, PATHS[path][1])}"
    method = pick(rng, METHODS)
    headers = {}
    wish = pick(rng, WISHES)
    if wish and (wish[0] != "Range" or method == "GET"):
        headers[wish[0]] = wish[1]
    if path == "/vary":
        headers["Accept_Language"] = rng.choice(("en", "de"))
    if path == "/gzip" and rng.random() < 0.7:
        headers["Accept_Encoding"] = "gzip"
    if rng.random() < 0.1:
        target += "?page=2"
    body = b"name=value" if method in ("POST", "PUT") else None
    connection = rng.choice(("a", "b", "c", None) if rng.random() < 0.4 else ("a", "b", "c"))
    if connection is None:
        headers["Connection"] = "close"
    return Request(target, rng.choice(HOSTS), method, body=body, **headers), connection


def ask(lab, *requests):
    lab.on("scene", *requests)


def collapse(lab, n):
    lab.together(f"/slow/{n}", 3, lambda: Request(f"/slow/{n}", Connection="close"))
    ask(lab, Request(f"/slow/{n}"))


def collapse_private(lab, n):
    """Waiting for what turns out not to be for everybody."""
    lab.together(f"/updating/{n}", 1, lambda: Request(f"/updating/{n}", Connection="close"))


def expiry(lab, n):
    targets = [f"{path}/{n}" for path in (
        "/short/304", "/short/304-lm", "/short/200", "/short/bare", "/short/sie",
        "/short/sie-hangup", "/short/strict", "/short/swr")]
    ask(lab, *(Request(t) for t in targets), *(Request(t) for t in targets[:3]))
    time.sleep(EXPIRY_SECONDS)
    ask(lab, *(Request(t) for t in targets))
    time.sleep(EXPIRY_SECONDS)
    ask(lab, *(Request(t, method="HEAD") for t in targets[:2]),
        Request(targets[0], If_None_Match='"same-v1"'), *(Request(t) for t in targets[2:]))


def updating(lab, n):
    for target in (f"/swr/{n}", f"/updating/{n + 1}"):
        ask(lab, Request(target), Request(target))
    time.sleep(EXPIRY_SECONDS)
    for target in (f"/swr/{n}", f"/updating/{n + 1}"):
        lab.together(target, 2, lambda t=target: Request(t))
        ask(lab, Request(target))


def wishes(lab, n):
    target = f"/fresh/{n}"
    ask(lab, Request(target), Request(target), Request(target, Cache_Control="no-cache"),
        Request(target, Cache_Control="max-age=0"), Request(target, Pragma="no-cache"),
        Request(target, Cache_Control="no-store"), Request(target),
        Request(target, Cache_Control="only-if-cached"),
        Request(f"/fresh/{n + 1}", Cache_Control="only-if-cached"),
        Request(f"{target}?nocache=1"), Request(target))


def secrets(lab, n):
    basic = "Basic bGFiOmxhYg=="
    for path in ("/fresh", "/public-auth", "/s-maxage-auth", "/short/strict"):
        target = f"{path}/{n + 2}"
        ask(lab, Request(target, Authorization=basic), Request(target, Authorization=basic),
            Request(target))
    ask(lab, Request(f"/basket/{n}", Cookie="lab=visitor-0"),
        Request(f"/basket/{n}", Cookie="lab=visitor-0"), Request(f"/basket/{n}"),
        Request(f"/set-cookie/{n}"), Request(f"/set-cookie/{n}"))


def variants(lab, n):
    for language in ("en", "en", "de", "de", "en"):
        ask(lab, Request(f"/vary/{n}", Accept_Language=language))
    for path in ("/vary-star", "/no-store", "/private", "/no-cache"):
        ask(lab, Request(f"{path}/{n}"), Request(f"{path}/{n}"))


def ranges(lab, n, target):
    ask(lab, Request(f"/clip/{n}", Range="bytes=0-99"), Request(f"/clip/{n}", Range="bytes=100-199"),
        Request(f"/clip/{n}"), Request(f"/clip/{n}", Range="bytes=0-99"),
        Request(f"/clip/{n}", Range="bytes=9000-"),
        Request(target), Request(target, Range="bytes=10000-10999"), Request(target, method="HEAD"))


def conditions(lab, n):
    target = f"/asset/{n}"
    own = f'"asset-{n}-v1"'
    ask(lab, Request(target, If_None_Match=own), Request(target), Request(target, If_None_Match=own),
        Request(target, If_None_Match='"another"'),
        Request(target, If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT"))


def heads(lab, n):
    ask(lab, Request(f"/fresh/{n + 3}", method="HEAD"), Request(f"/fresh/{n + 3}"),
        Request(f"/fresh/{n + 3}", method="HEAD"))


def writes(lab, n):
    target = f"/item/{n}"
    ask(lab, Request(target), Request(target), Request(target, method="PUT", body=b"{}"),
        Request(target), Request(target, method="DELETE"), Request(target),
        Request(target, method="POST", body=b"6\r\nchunk-\r\n3\r\ned!\r\n0\r\n\r\n",
                Transfer_Encoding="chunked"),
        Request(f"/upload/{n}", method="POST", body=b"x" * 3000, Expect="100-continue"),
        Request(target, method="OPTIONS"))


def negatives(lab, n):
    for path in ("/missing", "/missing-plain", "/gone", "/moved", "/found", "/temporary", "/broken",
                 "/204", "/hangup"):
        ask(lab, Request(f"{path}/{n}"), Request(f"{path}/{n}"))


def made_here(lab, n):
    ask(lab, Request("/synthetic"), Request("/fresh/1", version="1.0"))
    lab.once(Request("/pipe", Connection="close"))


def pipelines(lab, n):
    lab.pipeline(Request(f"/piped/{n}"), Request(f"/piped/{n}"), Request(f"/missing/{n + 1}"))


def scenes(full):
    """Each with the number its paths bear. The small form leaves the costly ones out."""
    body = "/large/50" if full else "/medium/50"
    acts = [collapse, expiry, updating, wishes, secrets, variants, conditions, heads, writes,
            negatives, made_here, pipelines, lambda lab, n: ranges(lab, n, body)]
    return acts + [expiry, collapse_private] if full else acts


def run(lab, seed, requests):
    """At least `requests` requests; a good hundred of them are scenes."""
    rng = random.Random(seed)
    full = requests > 250
    acts = scenes(full)
    rng.shuffle(acts)
    in_scenes = 175 if full else 130
    between = max(0, requests - in_scenes) // len(acts)
    for number, act in enumerate(acts):
        act(lab, SCENE + 10 * number)
        for _ in range(between):
            request, connection = draw(rng)
            if connection:
                lab.on(connection, request)
            else:
                lab.once(request)
            time.sleep(pick(rng, PAUSES))
