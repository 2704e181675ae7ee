# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to break a run, and to mend what was broken.

===========  ==========================================================================================
killed       SIGKILL for ``ansible-playbook`` and its process group; its workers see their task to an end
interrupted  SIGINT for the process group: Ctrl-C
control      the control node is gone: every process of the run, and its SSH connections, by SIGKILL
program      the Python on the host that does the work, by SIGKILL
engine       ``dockerd`` by SIGKILL; systemd starts it again
stopped      the Engine is stopped, and started again after the outage
crashed      the host is off at once, and started again after the outage
cut          the host's network is away for the outage
===========  ==========================================================================================
"""

from __future__ import annotations

import contextlib
import signal
import time
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Host, Lab

from .cases import Case
from .running import Playbook

# What a program on a host is started with, and a module (see ``plugins/plugin_utils/_program``); it does not match itself.
PROGRAMS = r"^[^ ]*python3 -I -S|ansible-tm[p]|Ansiball[Z]"
# Looks for a second, a program may be there for a fraction of one.
_KILL_PROGRAM = f"for i in $(seq 50); do pkill -KILL -f '{PROGRAMS}' && exit; sleep 0.02; done; exit 1"


@contextlib.contextmanager
def broken(lab: Lab, case: Case, run: Playbook) -> t.Iterator[str]:
    """Break something of a run, and mend it at the end; yields what was hit.

    The run goes on meanwhile, as far as it can.
    """
    host = lab.hosts[case.host]
    since = time.monotonic()
    hit, mend = _BREAKS[case.kind](host, run)
    try:
        yield hit
    finally:
        if mend is not None:
            time.sleep(max(0.0, case.outage - (time.monotonic() - since)))
            mend()


_Broken = tuple[str, t.Callable[[], None] | None]


def _killed(_host: Host, run: Playbook) -> _Broken:
    run.signal(signal.SIGKILL)
    return "ansible-playbook", None


def _interrupted(_host: Host, run: Playbook) -> _Broken:
    run.signal(signal.SIGINT)
    return "ansible-playbook", None


def _control(_host: Host, run: Playbook) -> _Broken:
    run.kill_all()
    return "control node", None


def _program(host: Host, run: Playbook) -> _Broken:
    """Kill the first program that is seen on this host or, since most work is done on one, on the first."""
    while run.runs:
        for name in dict.fromkeys([host.name, host.lab.hosts[0].name]):
            if host.lab.host(name).run(_KILL_PROGRAM, check=False, over="exec").rc == 0:
                return name, None
    return "nothing: no program ran any more", None


def _engine(host: Host, _run: Playbook) -> _Broken:
    host.run("systemctl kill --signal=KILL docker.service", check=False, over="exec")
    return host.name, host.start_engine


def _stopped(host: Host, _run: Playbook) -> _Broken:
    host.stop_engine()
    return host.name, host.start_engine


def _crashed(host: Host, _run: Playbook) -> _Broken:
    host.kill()
    return host.name, host.start


def _cut(host: Host, _run: Playbook) -> _Broken:
    host.cut()
    return host.name, host.heal


_BREAKS: dict[str, t.Callable[[Host, Playbook], _Broken]] = {
    "killed": _killed,
    "interrupted": _interrupted,
    "control": _control,
    "program": _program,
    "engine": _engine,
    "stopped": _stopped,
    "crashed": _crashed,
    "cut": _cut,
}
