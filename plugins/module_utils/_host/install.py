# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Installing the packages of an Engine with apt: the verb of ``swarm_engine_packages``. PRIVATE to the collection."""

from __future__ import annotations

import functools
import os
import subprocess
import typing as t

from .._engine.errors import FlotillaError
from .._engine.wait import Deadline, Wait, waiting_for
from .._run.verb import Options, Result, Verb
from .apt import PACKAGES_INTERFACE, did_something, reasons, step_of

# Another program may hold the lock, such as the unattended upgrades of a host that was just started.
_LOCK = ["-o", "DPkg::Lock::Timeout=120"]
_UPDATE = ["apt-get", "-q", *_LOCK, "update"]
_INSTALL = ["apt-get", "-q", "-y", *_LOCK, "-o", "Dpkg::Options::=--force-confold"]
_INSTALL += ["--allow-change-held-packages", "--no-install-recommends", "install"]
# After a power cut in the middle of an installation, dpkg wants this before anything else.
_REPAIR = ["dpkg", "--configure", "-a", "--force-confold"]
_INTERRUPTED = "dpkg was interrupted"
_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}

Run = t.Callable[[t.List[str], t.Callable[[str], None]], t.Tuple[int, t.List[str]]]


def run(argv: list[str], see: t.Callable[[str], None]) -> tuple[int, list[str]]:
    """Run a program to its end, however long that takes.

    Args:
        argv: the program and its arguments.
        see: gets each line as it is printed.

    Returns:
        Its exit status, 127 where it cannot be started, and its lines.
    """
    lines: list[str] = []
    try:
        program = subprocess.Popen(
            argv,
            # The standard input may be the program that runs this function (see program.py).
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **_ENVIRONMENT},
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        return 127, [f"{argv[0]}: {error.strerror}"]
    with program:
        for line in t.cast("t.IO[str]", program.stdout):
            lines.append(line.rstrip())
            see(lines[-1])
    return program.returncode, lines


def install(names: list[str], extras: list[str], run: Run = run) -> bool:
    """Install packages. The package lists are updated only where the installation fails without.

    Args:
        names: what to install, with a version where one is wanted (``docker.io=20.10.24``).
        extras: what is installed where the release has it.
        run: runs a program.

    Returns:
        Whether anything was changed.

    Raises:
        FlotillaError: it failed, with the reasons that apt gave.
    """
    with waiting_for(f"installing {names[0]}", Deadline(float("inf"))) as wait:
        see = functools.partial(_say, wait, wait.doing)
        status, lines = _attempt(names, extras, run, see)
        if status and any(_INTERRUPTED in line for line in lines):
            run(_REPAIR, see)
            status, lines = _attempt(names, extras, run, see)
        if status:
            status, more = run(_UPDATE, see)
            lines += more
            if not status:
                status, more = _attempt(names, extras, run, see)
                lines += more
    if status:
        why = reasons(lines) or "see /var/log/apt/term.log"
        raise FlotillaError(f"apt could not install {names[0]}: {why}")
    return did_something(lines)


def update_lists(wait: Wait, run: Run = run) -> None:
    """Update the package lists.

    Args:
        wait: what is waited for meanwhile.
        run: runs a program.

    Raises:
        FlotillaError: it failed, with the reasons that apt gave.
    """
    status, lines = run(_UPDATE, functools.partial(_say, wait, wait.doing))
    if status:
        raise FlotillaError(
            f"apt could not update the package lists: {reasons(lines) or 'see apt-get update'}"
        )


def _attempt(
    names: list[str], extras: list[str], run: Run, see: t.Callable[[str], None]
) -> tuple[int, list[str]]:
    there = [name for name in extras if any(run(["apt-cache", "madison", name], lambda _line: None)[1])]
    return run([*_INSTALL, *names, *there], see)


def _say(wait: Wait, doing: str, line: str) -> None:
    step = step_of(line)
    if step:
        wait.doing = f"{doing}: {step}"


def work(options: Options, check_mode: bool, _client: None) -> Result:
    """Install the packages.

    Raises:
        FlotillaError: it failed.
    """
    names: list[str] = options["name"]
    changed = bool(names) and (check_mode or install(names, options["extras"]))
    return {"changed": changed, "actions": [f"installed {', '.join(names)}"] if changed else []}


VERB = Verb(PACKAGES_INTERFACE, work)
