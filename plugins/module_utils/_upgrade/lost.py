# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What newer Engines do not have any longer, and whether it is in use. PRIVATE to the collection. Pure.

Of Docker's own list of deprecated features those with which an Engine does not start, or a service's tasks do not.
"""

from __future__ import annotations

import typing as t

from .._engine.engine_version import parse_version

Raw = t.Dict[str, t.Any]


class Lost(t.NamedTuple):
    """One feature.

    Attributes:
        kind: what it is, in words.
        name: its name.
        since: the first Engine that does not have it.
        instead: what to do before the upgrade.
    """

    kind: str
    name: str
    since: tuple[int, ...]
    instead: str


DAEMON, STORAGE, LOGS, LOG_OPTION = (
    "the key in daemon.json",
    "the storage driver",
    "the log driver",
    "the log option",
)
_MOVE = "bring the node into the swarm anew with overlay2"
_CLASSIC = "remove it, swarm mode needs none"
LOST = (
    Lost(DAEMON, "graph", (23, 0), "rename it to data-root"),
    *(Lost(DAEMON, f"cluster-{name}", (23, 0), _CLASSIC) for name in ("store", "store-opts", "advertise")),
    Lost(STORAGE, "aufs", (24, 0), _MOVE),
    Lost(STORAGE, "overlay", (24, 0), _MOVE),
    Lost(STORAGE, "devicemapper", (25, 0), _MOVE),
    Lost(DAEMON, "oom-score-adjust", (25, 0), "set OOMScoreAdjust of docker.service"),
    Lost(LOGS, "logentries", (25, 0), "use another driver"),
    Lost(LOG_OPTION, "fluentd-async-connect", (28, 0), "rename it to fluentd-async"),
    Lost(DAEMON, "api-cors-header", (28, 0), "let a proxy set the header"),
)


class Use(t.TypedDict):
    """A feature in use: ``where`` is the name of a service, or empty for the Engine itself."""

    kind: str
    name: str
    where: str


def of_engine(info: Raw, daemon: Raw) -> list[Use]:
    """What the Engine of a host uses.

    Args:
        info: of ``/info``.
        daemon: the content of daemon.json.
    """
    found: list[tuple[str, t.Any]] = [(DAEMON, key) for key in daemon]
    found += [(STORAGE, info.get("Driver")), (LOGS, info.get("LoggingDriver"))]
    found += [(LOG_OPTION, option) for option in daemon.get("log-opts") or {}]
    return _known(found, "")


def of_services(services: list[Raw]) -> list[Use]:
    """What services use, of ``/services``."""
    uses: list[Use] = []
    for raw in services:
        driver = (raw["Spec"].get("TaskTemplate") or {}).get("LogDriver") or {}
        found = [
            (LOGS, driver.get("Name")),
            *((LOG_OPTION, option) for option in driver.get("Options") or {}),
        ]
        uses += _known(found, raw["Spec"]["Name"])
    return uses


def of(uses: t.Iterable[Use], where: str) -> list[Use]:
    """What one of them uses."""
    return [use for use in uses if use["where"] == where]


def refusals(uses: t.Iterable[Use], target: str) -> list[str]:
    """Why an Engine of some version would not run what is in use, a sentence each without its beginning."""
    version = parse_version(target)
    found = []
    for use in uses:
        for lost in LOST:
            if (lost.kind, lost.name) == (use["kind"], use["name"]) and version >= lost.since:
                user = f"the service {use['where']} uses" if use["where"] else "its Engine uses"
                since = ".".join(map(str, lost.since))
                found.append(
                    f"{user} {lost.kind} {lost.name}, which Engines from {since} on do not have: {lost.instead}"
                )
    return found


def _known(found: t.Iterable[tuple[str, t.Any]], where: str) -> list[Use]:
    """Of what is in use, that which some Engine has lost: nothing else is read from a host."""
    names = {(lost.kind, lost.name) for lost in LOST}
    return [{"kind": kind, "name": name, "where": where} for kind, name in found if (kind, name) in names]
