#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a capture whose URIs, hosts and cache headers hold what terminals act upon.

Usage: hostile.py FILE
"""
import struct
import sys

NASTY = [
    b"\x1b]0;owned\x07",  # a title
    b"\x1b[2J\x1b[H",  # clears the screen
    b"\x1b[6n\x1b[c",  # makes the terminal answer
    b"\x9b31m\x90q\x9c",  # C1 controls as bytes
    "\u009b31m\u0085".encode(),  # and as UTF-8
    "\u202egnp.exe\u202c".encode(),  # right to left
    "\u200b\u2060\ufeff\u00ad".encode(),  # without width
    "\u65e5\u672c\u8a9e\U0001f600".encode(),  # two columns each
    "e\u0301" .encode() * 3 + ("a" + "\u0300" * 40).encode(),  # many on one
    b"\xff\xfe\xc0\xaf\xed\xa0\x80",  # no UTF-8
    b"\x0e\x0f\x08\x7f\x05",  # other alphabet, backspace, delete, enquiry
    b"\x1bP+q544e\x1b\\\x1b^x\x1b\\",  # DCS, PM
    b"\x1b[?1049l\x1b[?25h\x1bc",  # leaves the alternate screen, resets
]


def ip(src, dst, sport, dport, seq, ack, flags, payload):
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0) + payload
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, src, dst)
    return head + tcp


def main():
    client, server = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 2])
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        now = [0]

        def put(frame):
            now[0] += 1000
            out.write(struct.pack("<IIII", 1700000000 + now[0] // 1000000, now[0] % 1000000,
                                  len(frame), len(frame)) + frame)

        for i, nasty in enumerate(NASTY * 2):
            port, seq, ack = 40000 + i, 1000, 5000
            put(ip(client, server, port, 80, seq, 0, 0x02, b""))
            put(ip(server, client, 80, port, ack, seq + 1, 0x12, b""))
            seq, ack = seq + 1, ack + 1
            host = b"shop" + nasty + b".example" if i >= len(NASTY) else b"shop.example"
            target = b"/" + nasty + b"?q=" + nasty if i < len(NASTY) else b"/plain"
            request = (b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nUser-Agent: " +
                       nasty + b"\r\n\r\n")
            put(ip(client, server, port, 80, seq, ack, 0x18, request))
            seq += len(request)
            answer = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Cache: MISS " + nasty +
                      b"\r\nServer: " + nasty + b"\r\nVia: 1.1 x" + nasty + b"\r\n\r\nok")
            put(ip(server, client, 80, port, ack, seq, 0x18, answer))
            ack += len(answer)
            put(ip(client, server, port, 80, seq, ack, 0x11, b""))
            put(ip(server, client, 80, port, ack, seq + 1, 0x11, b""))


main()
