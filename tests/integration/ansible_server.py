# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-playbook`` for many runs: loaded once, each run is a fork. ``ansible_server.py SOCKET``.

To load Ansible costs more than most runs of these tests. A run is what ``ansible-playbook`` itself would do from there
on, in a process of its own. It ends when its standard input does, so it never outlives who started it.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import sys
import typing as t

# What a run loads in any case, apart from what depends on the run.
_LOADED = (
    "ansible.cli.playbook",
    "ansible.executor.module_common",
    "ansible.executor.playbook_executor",
    "ansible.executor.process.worker",
    "ansible.executor.task_queue_manager",
    "ansible.inventory.manager",
    "ansible.plugins.connection.ssh",
    "ansible.plugins.strategy.linear",
    "ansible.vars.manager",
)
_LONGEST_REQUEST = 1 << 16


def serve(path: str) -> None:
    """Answer each connection by a run, until standard input ends."""
    for name in _LOADED:
        importlib.import_module(name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    # Whoever asked hears of a run's end by its connection, so nobody has to wait for the process.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready = select.select([listener, sys.stdin], [], [])[0]
        if sys.stdin in ready:
            return
        connection = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            _run(connection)
        connection.close()


def _run(connection: socket.socket) -> t.NoReturn:
    """Run the command line that the connection asks for, into the two files it hands over, and tell the exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    connection.sendall(f"{os.getpid()}\n".encode())
    asked, descriptors, _flags, _address = socket.recv_fds(connection, _LONGEST_REQUEST, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(descriptors[0], 1)
    os.dup2(descriptors[1], 2)
    status: t.Any = 1
    try:
        importlib.import_module("ansible.cli.playbook").PlaybookCLI.cli_executor(json.loads(asked))
    except SystemExit as end:
        status = end.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(f"{status}\n".encode())
        # Without what the server registered for its own end: the folder for temporary files is every run's.
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
