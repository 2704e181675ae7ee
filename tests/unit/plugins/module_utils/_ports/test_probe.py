# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import socket
import threading

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._ports import wire
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.probe import (
    ProbeTarget,
    probe,
    problem_of,
)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.EPERM, "not_sent"),
        (errno.ETIMEDOUT, "silent"),
        (None, "silent"),
    ],
)
def test_error_numbers_become_problems(number: int | None, problem: str) -> None:
    assert problem_of(number) == problem


def test_each_kind_of_answer_on_this_machine_has_its_outcome() -> None:
    """A listener of ours on UDP and TCP, a TCP port that another process holds, a closed port, a name without address."""
    with contextlib.ExitStack() as sockets:
        ours = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        holder = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        datagrams = sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        closed = sockets.enter_context(socket.socket())
        datagrams.bind(("127.0.0.1", 0))
        closed.bind(("127.0.0.1", 0))

        def greet() -> None:
            connection, _address = ours.accept()
            with connection:
                connection.sendall(wire.answer("another run", "m2"))

        def reply() -> None:
            block, sender = datagrams.recvfrom(wire.SIZE)
            assert wire.is_question(block)
            datagrams.sendto(wire.answer_to(block, "m2"), sender)

        threads = [threading.Thread(target=work) for work in (greet, reply)]
        for thread in threads:
            thread.start()
        port_of = [sock.getsockname()[1] for sock in (ours, holder, datagrams, closed)]
        targets = [
            ProbeTarget("m2", "127.0.0.1", protocol, port)
            for protocol, port in zip(("tcp", "tcp", "udp", "tcp"), port_of, strict=True)
        ]
        outcomes = probe([*targets, targets[2], ProbeTarget("m3", "m3..example", "tcp", 1)], "r", 2.0)
        for thread in threads:
            thread.join()
    assert [(one.answered_by, one.answered_as, one.problem) for one in outcomes] == [
        ("listener", "m2", None),
        ("holder", None, None),
        ("listener", "m2", None),
        (None, None, "refused"),
        ("listener", "m2", None),
        (None, None, "unresolved"),
    ]
    assert all(0 <= one.seconds < 2 for one in outcomes)


def test_a_refused_port_is_asked_again_since_it_may_be_on_its_way_to_the_engine() -> None:
    """Between the listener and the Engine nobody holds the port for a moment."""
    with contextlib.ExitStack() as sockets:
        port = sockets.enter_context(socket.socket())
        port.bind(("127.0.0.1", 0))
        later = threading.Timer(0.6, port.listen)
        later.start()
        (outcome,) = probe([ProbeTarget("m2", "127.0.0.1", "tcp", port.getsockname()[1])], "r", 2.0)
        later.join()
    assert (outcome.answered_by, outcome.problem) == ("holder", None)
