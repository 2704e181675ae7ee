# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Engine that is stopped for a while, and starts again whatever happens to the run. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import typing as t

from .._engine.errors import FlotillaError, Refused
from .._run.commands import Run, run_command

# One name for all runs: systemd refuses a second timer of it, so that two runs never stop the same Engine.
_TIMER = "flotilla-backup-starts-docker"
# The socket first: it would start the service again.
_UNITS = ("docker.socket", "docker.service")


@contextlib.contextmanager
def stopped(seconds: float, run: Run = run_command) -> t.Iterator[None]:
    """Stop the Engine, and start it afterwards.

    A timer of systemd starts it where this program does not come to its end. What is done meanwhile has to be done before the
    timer is due, or it fails.

    Args:
        seconds: after which the timer starts the Engine.
        run: runs a program.

    Raises:
        Refused: it cannot be stopped safely; it was not.
        FlotillaError: it did not stop, did not stay stopped or did not start.
    """
    units = [unit for unit in _UNITS if run(["systemctl", "is-active", "--quiet", unit])[0] == 0]
    _arm(seconds, run)
    try:
        _do(run, "stop", *units)
        yield
        if run(["systemctl", "is-active", "--quiet", "docker.service"])[0] == 0:
            raise FlotillaError(
                f"The Engine was started while its files were in use here, by somebody or after {seconds:g} s by the timer "
                "that this run had set: nothing of this run can be used."
            )
    finally:
        # Engines that were restarted often are not started again by systemd without this.
        run(["systemctl", "reset-failed", *_UNITS])
        _do(run, "start", *(units or ["docker.service"]))
        run(["systemctl", "stop", f"{_TIMER}.timer"])


def _arm(seconds: float, run: Run) -> None:
    run(["systemctl", "reset-failed", f"{_TIMER}.service"])
    status, _out, errors = run(
        [
            "systemd-run",
            f"--unit={_TIMER}",
            f"--on-active={seconds:g}",
            "--timer-property=AccuracySec=1s",
            "systemctl",
            "start",
            *_UNITS[1:],
        ]
    )
    if status:
        raise Refused(
            "The Engine is not stopped, since systemd takes no timer that would start it again if this run were interrupted "
            f"(another run may be at it: systemctl list-timers {_TIMER}.timer): {errors.strip()}. Nothing was changed."
        )


def _do(run: Run, what: str, *units: str) -> None:
    status, _out, errors = run(["systemctl", what, *units]) if units else (0, "", "")
    if status:
        raise FlotillaError(f"systemctl {what} {' '.join(units)} failed: {errors.strip()}")
