# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in front of a host's Engine and loses the answer to one write; runs on the host, with its Python alone.

    python3 losing_proxy.py SOCKET PLAN

The file PLAN has a number and a word: which write is hit, counted from when the file is written, and how. ``after``: the Engine
carries it out, and the connection ends. ``before``: the connection ends, and the Engine gets nothing. ``kill``: the Engine
carries it out, and the process that asked for it is killed.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import threading

ENGINE = "/var/run/docker.sock"


def main(path: str, plan: str) -> None:
    """Serve for ever, one thread for each connection: every one has a single request."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(16)
    while True:
        client, _address = server.accept()
        threading.Thread(target=serve, args=(client, plan), daemon=True).start()


def serve(client: socket.socket, plan: str) -> None:
    """Hand one request on."""
    request = read_request(client)
    how = "" if request.startswith(b"GET ") else due(plan)
    if how != "before":
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(ENGINE)
            engine.sendall(request)
            answer = b"".join(iter(lambda: engine.recv(65536), b""))
        if how == "kill":
            asking = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            os.kill(struct.unpack("3i", asking)[0], signal.SIGKILL)
        elif not how:
            client.sendall(answer)
    client.close()


def read_request(client: socket.socket) -> bytes:
    """A whole request."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(65536)
    head, _blank, body = request.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body


def due(plan: str) -> str:
    """What happens to this write."""
    with open(plan, encoding="ascii") as file:
        left, how = file.read().split()
    with open(plan, "w", encoding="ascii") as file:
        file.write(f"{int(left) - 1} {how}")
    return how if int(left) == 1 else ""


if __name__ == "__main__":
    main(*sys.argv[1:])
