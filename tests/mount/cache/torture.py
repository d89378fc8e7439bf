#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""torture.py MOUNT REFERENCE READERS SECONDS SEED: so many readers take names at random, each
file whole, and compare it with the file of the same name in REFERENCE. Ends after SECONDS, or
when the mount is gone. Exit code 0, or 1 when one was not what it should have been. SECONDS 0:
every name once."""
import errno
import os
import random
import sys
import threading
import time

mount, reference, readers, seconds, seed = sys.argv[1:]
names = sorted(os.listdir(reference))
wanted = {name: open(os.path.join(reference, name), "rb").read() for name in names}
end = time.monotonic() + float(seconds)
wrong = []
GONE = {errno.ENOTCONN, errno.ECONNABORTED}


def read_one(name):
    with open(os.path.join(mount, name), "rb") as f:
        got = f.read()
    if got != wanted[name]:
        wrong.append(f"{name}: {len(got)} bytes, not those {len(wanted[name])} of the reference")


def is_gone(error):
    # What was under way when the daemon was killed may end in other ways than what comes after.
    if error.errno in GONE:
        return True
    time.sleep(0.2)
    try:
        os.stat(os.path.join(mount, "no such name"))
    except OSError as again:
        return again.errno in GONE
    return False


def load(number):
    choice = random.Random(f"{seed}.{number}")
    # Some names are read far more often than others.
    while time.monotonic() < end and not wrong:
        try:
            read_one(names[int(len(names) * choice.random() ** 3)])
        except OSError as error:
            if is_gone(error):
                return
            wrong.append(f"{error}")


def sweep(number):
    for name in names[number :: int(readers)]:
        try:
            read_one(name)
        except OSError as error:
            wrong.append(f"{error}")


threads = [
    threading.Thread(target=load if float(seconds) else sweep, args=(n,))
    for n in range(int(readers))
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for line in wrong:
    print(line, file=sys.stderr)
sys.exit(1 if wrong else 0)
