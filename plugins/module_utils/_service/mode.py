# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service's mode: how many tasks it has, and whether these end. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from .._options.option import INT, Option, Table
from .values import at_least

MODES = {
    "replicated": "Replicated",
    "global": "Global",
    "replicated-job": "ReplicatedJob",
    "global-job": "GlobalJob",
}
_count = at_least(0, "a number of tasks")


def _number(name: str, mode: str, key: str) -> Option:
    return Option(name, ("Mode", MODES[mode], key), INT, 1, limits=_count, explicit=True)


_OPTIONS: dict[str, Table] = {
    "replicated": (_number("replicas", "replicated", "Replicas"),),
    "replicated-job": (
        _number("replicas", "replicated-job", "TotalCompletions"),
        _number("max_concurrent", "replicated-job", "MaxConcurrent"),
    ),
}
_NAMES = ("replicas", "max_concurrent")


def mode_of(spec: dict[str, t.Any]) -> str:
    """The mode of a service's spec."""
    present = spec.get("Mode") or {}
    return next((mode for mode, key in MODES.items() if present.get(key) is not None), "replicated")


def is_job(mode: str) -> bool:
    """Whether the tasks of a mode are meant to end."""
    return mode.endswith("-job")


def mode_options(mode: str) -> Table:
    """The options that a mode has of its own."""
    return _OPTIONS.get(mode, ())


def bare(mode: str) -> dict[str, t.Any]:
    """The Engine's JSON of a mode of which nothing more is said."""
    return {MODES[mode]: {}}


def check_mode(service: str, mode: str, names: t.Iterable[str]) -> None:
    """Refuse options that a mode does not have.

    Raises:
        Refused: names the option and the modes that have it.
    """
    known = {option.name for option in mode_options(mode)}
    for name in names:
        if name in _NAMES and name not in known:
            fit = [other for other in MODES if name in {option.name for option in mode_options(other)}]
            raise Refused(f"{service}: {name} is for mode {' and '.join(fit)}, this service is {mode}.")
        # The Engine says so too, but only once everything else has been sent.
        if name.startswith(("update_config.", "rollback_config.")) and is_job(mode):
            raise Refused(f"{service}: {name} makes no sense for a {mode}, whose tasks are not updated.")
