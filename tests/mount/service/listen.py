# SPDX-License-Identifier: MIT
"""listen.py SOCKET OUT: a service manager, or /dev/log, of a test's own.

Writes every datagram as a line into OUT, its own newlines as `|`, behind the seconds since the
last one. `@NAME` is a socket in the abstract namespace. OUT is there when the socket is.
"""
import os
import socket
import sys
import time

path, out = sys.argv[1:]
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind("\0" + path[1:] if path[0] == "@" else path)
if path[0] != "@":
    os.chmod(path, 0o666)
last = time.monotonic()
with open(out, "w", buffering=1) as lines:
    while True:
        text = sock.recv(65536).decode(errors="replace").strip("\0\n").replace("\n", "|")
        now = time.monotonic()
        lines.write(f"{now - last:.2f} {text}\n")
        last = now
