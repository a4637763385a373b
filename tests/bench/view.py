#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""view.py BUILD: what the live view costs. The same packets are sent through a veth pair at a
steady rate, with the view open in a terminal and without it, in turn: processor time, what the
kernel dropped, frames, and how soon a key is answered.
Needs root: two network namespaces are made, and removed at the end.
  BENCH_PACKETS  how many are sent each time (600000): nginx, answers of some 400 octets
  BENCH_PPS      how many a second (20000); 0: as fast as tcpreplay can
  BENCH_ROUNDS   how often (3)
"""
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

PACKETS = int(os.environ.get("BENCH_PACKETS", "600000"))
PPS = int(os.environ.get("BENCH_PPS", "20000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LINES, COLUMNS = 50, 160
TICK = os.sysconf("SC_CLK_TCK")
TO, FROM = f"ctv{os.getpid()}-to", f"ctv{os.getpid()}-from"
# Output that comes so long after the last one begins another frame.
FRAME_GAP = 0.02
KEY_EVERY = 0.7


def call(*words):
    subprocess.run(words, check=True)


def make_network():
    for space in (TO, FROM):
        call("ip", "netns", "add", space)
        for which in ("all", "default"):
            call("ip", "netns", "exec", space, "sysctl", "-qw", f"net.ipv6.conf.{which}.disable_ipv6=1")
    call("ip", "link", "add", "ctv0", "netns", TO, "type", "veth", "peer", "name", "ctv1", "netns", FROM)
    call("ip", "-n", TO, "link", "set", "ctv0", "up")
    call("ip", "-n", FROM, "link", "set", "ctv1", "up")


def listens():
    sockets = subprocess.run(
        ["ip", "netns", "exec", TO, "cat", "/proc/net/packet"], capture_output=True, text=True, check=True
    )
    return " 0003 " in sockets.stdout


def cpu_seconds(path):
    with open(path, encoding="ascii") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Screen:
    """The other end of the view's terminal: takes what is drawn, presses a key, and takes times."""

    def __init__(self, fd):
        self.fd, self.frames, self.octets = fd, 0, 0
        self.last = self.pressed = self.waiting = 0.0
        self.answers = []

    def look(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            self.octets += len(os.read(self.fd, 65536))
        except OSError:
            return
        now = time.monotonic()
        if now - self.last > FRAME_GAP:
            self.frames += 1
            if self.waiting:
                self.answers.append(now - self.waiting)
                self.waiting = 0.0
        self.last = now

    def press(self):
        now = time.monotonic()
        if now - self.pressed > KEY_EVERY and not self.waiting:
            os.write(self.fd, b"j")
            self.pressed = self.waiting = now


def start(build, summary, with_view):
    words = ["ip", "netns", "exec", TO, "env", "--default-signal=INT", f"{build}/cachetap", "-q", "-i", "ctv0", "--no-drop", "--threads", "1"]
    words += ["-o", f"summary-json:{summary}"]
    if not with_view:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return process.pid, None
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.environ["LC_ALL"] = "C.UTF-8"
        os.execvp(words[0], words + ["--tui"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    return pid, Screen(fd)


def measure(build, work, with_view):
    pid, screen = start(build, f"{work}/summary", with_view)
    wait = (lambda seconds: screen.look(seconds)) if screen else time.sleep
    while not listens():
        wait(0.05)
    if screen:
        os.write(screen.fd, b"3")  # the list of URIs, which has most to sort
    speed = ["--topspeed"] if PPS == 0 else ["--pps", str(PPS), "--pps-multi", str(max(PPS // 200, 1))]
    send = ["ip", "netns", "exec", FROM, "tcpreplay", *speed, "-i", "ctv1", f"{work}/cap"]
    begin = time.monotonic()
    before = cpu_seconds(f"/proc/{pid}/stat")
    with subprocess.Popen(send, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sender:
        while sender.poll() is None:
            wait(0.01)
            if screen:
                screen.press()
    if sender.returncode != 0:
        sys.exit("bench-view: tcpreplay failed")
    seconds = time.monotonic() - begin
    cpu = cpu_seconds(f"/proc/{pid}/stat") - before
    frames = screen.frames if screen else 0
    settled = time.monotonic() + 1
    while time.monotonic() < settled:  # what waits in the ring
        wait(0.05)
    os.kill(pid, signal.SIGINT)
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        wait(0.02)
    if screen:
        os.close(screen.fd)
    with open(f"{work}/summary", encoding="utf-8") as text:
        told = json.load(text)
    return {
        "seconds": seconds,
        "share": 100 * cpu / seconds,
        "dropped": told["interfaces"][0]["kernel_drops"],
        "transactions": told["transactions"]["total"],
        "frames": frames / seconds,
        "answers": screen.answers if screen else [],
    }


def main():
    build = os.path.realpath(sys.argv[1])
    if os.geteuid() != 0:
        sys.exit("bench-view: network namespaces need root")
    work = tempfile.mkdtemp(prefix="cachetap-view.", dir="/dev/shm")
    try:
        make_network()
        with open(f"{work}/cap", "wb") as cap:
            subprocess.run(
                [f"{build}/bench/mkcap", "captures/nginx.pcap", "-", str(PACKETS), ""],
                stdout=cap, stderr=subprocess.DEVNULL, check=True,
            )
        rate = f"{PPS} packets/s" if PPS else "top speed"
        print(f"{PACKETS} packets at {rate}, a terminal of {COLUMNS} x {LINES}, {os.cpu_count()} processors")
        print(f"{'round':5} {'':8} {'core':>8} {'dropped':>8} {'transactions':>12} {'frames/s':>8}  key answered (ms)")
        shares = {False: [], True: []}
        for number in range(1, ROUNDS + 1):
            for with_view in (False, True):
                got = measure(build, work, with_view)
                shares[with_view].append(got["share"])
                answers = [1000 * answer for answer in got["answers"]]
                keys = f"median {statistics.median(answers):.0f}, most {max(answers):.0f}" if answers else ""
                print(
                    f"{number:5} {'view' if with_view else 'no view':8} {got['share']:6.1f} % {got['dropped']:8}"
                    f" {got['transactions']:12} {got['frames']:8.1f}  {keys}",
                    flush=True,
                )
        cost = statistics.median(shares[True]) - statistics.median(shares[False])
        print(f"the view costs {cost:.1f} % of a core (medians)")
    finally:
        for space in (TO, FROM):
            subprocess.run(["ip", "netns", "del", space], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(work)


main()
