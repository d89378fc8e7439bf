#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""File handles, as NFS servers use them.

    handles.py take MOUNT NAME...     a line for each: the handle in hexadecimal, and the name
    handles.py open MOUNT <LINES      a line for each: the name, and the name of the file that is
                                      opened by the handle, or of the errno
"""
import ctypes
import errno
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
BYTES_MAX = 128


class Handle(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint), ("type", ctypes.c_int), ("bytes", ctypes.c_ubyte * BYTES_MAX)]


def take(path):
    handle, mount = Handle(size=BYTES_MAX), ctypes.c_int()
    if LIBC.name_to_handle_at(AT_FDCWD, os.fsencode(path), ctypes.byref(handle), ctypes.byref(mount), 0) < 0:
        sys.exit(f"{path}: {os.strerror(ctypes.get_errno())}")
    return bytes(handle).hex()


def opened(mount_fd, text):
    handle = Handle.from_buffer_copy(bytes.fromhex(text))
    fd = LIBC.open_by_handle_at(mount_fd, ctypes.byref(handle), os.O_RDONLY)
    if fd < 0:
        return errno.errorcode[ctypes.get_errno()]
    name = os.path.basename(os.readlink(f"/proc/self/fd/{fd}"))
    os.close(fd)
    return name


def main():
    command, mount = sys.argv[1:3]
    if command == "take":
        for name in sys.argv[3:]:
            print(take(os.path.join(mount, name)), name)
    else:
        mount_fd = os.open(mount, os.O_RDONLY)
        for line in sys.stdin:
            text, name = line.rstrip("\n").split(" ", 1)
            print(name, opened(mount_fd, text))


main()
