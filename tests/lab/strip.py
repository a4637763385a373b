#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Take the options out of a pcapng file's section header: they name the recording machine's system.

usage: strip.py FILE. Assumes one section, written on this machine (so in its byte order).
"""

import struct
import sys

SECTION_HEADER = 0x0A0D0D0A
FIXED_BYTES = 24  # type, length, byte order, version, section length

with open(sys.argv[1], "rb") as file:
    data = file.read()
kind, length = struct.unpack_from("=II", data)
if kind != SECTION_HEADER:
    sys.exit(f"strip.py: {sys.argv[1]} is not pcapng")
total = FIXED_BYTES + 4
header = struct.pack("=II", kind, total) + data[8:FIXED_BYTES] + struct.pack("=I", total)
with open(sys.argv[1], "wb") as file:
    file.write(header + data[length:])
