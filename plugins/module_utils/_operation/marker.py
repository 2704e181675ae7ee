# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The marker of an operation: who operates on a swarm, what, since when. PRIVATE to the collection. Pure.

It is a config of a fixed name, since the swarm gives a name only once, whichever managers are asked at the same moment
(swarmkit ``manager/controlapi/config.go``: a second one of that name is refused). Its times are those of the Engine.
"""

from __future__ import annotations

import base64
import typing as t

from .._options.labels import OPERATION
from .._rollout.snapshot import seconds

Raw = t.Dict[str, t.Any]

#: The name of the config.
NAME = "flotilla-operation"
_OPERATOR, _RUN, _TTL = f"{OPERATION}.operator", f"{OPERATION}.run", f"{OPERATION}.ttl"
# How often it was renewed: an update with the same labels would not need to be one.
_RENEWED = f"{OPERATION}.renewed"
# The Engine takes no config without data.
_DATA = base64.b64encode(b"Somebody operates on the swarm, see the labels of this config.\n").decode()


class Marker(t.NamedTuple):
    """A marker that stands.

    Attributes:
        id: of the config.
        operation: what is done, such as ``upgrade``.
        operator: who does it.
        run: which run of which process.
        since: Unix time of its beginning.
        seen: Unix time of its last sign of life.
        ttl: seconds after the last sign of life in which it counts.
    """

    id: str
    operation: str
    operator: str
    run: str
    since: float
    seen: float
    ttl: float

    def counts(self, now: float) -> bool:
        """Whether it has given a sign of life not too long ago."""
        return now - self.seen <= self.ttl

    def needs_renewal(self, now: float) -> bool:
        """Whether a good part of its time is over."""
        return now - self.seen > self.ttl / 4

    def view(self, now: float) -> Raw:
        """What the module returns."""
        return {
            "operation": self.operation,
            "operator": self.operator,
            "run": self.run,
            "minutes": int((now - self.since) / 60),
            "sentence": f"{self.operator} began {self.operation} {_ago(now - self.since)}",
        }


def read(raw: Raw) -> Marker:
    """A marker from its config as the Engine reports it."""
    labels = raw["Spec"].get("Labels") or {}
    return Marker(
        raw["ID"],
        labels.get(OPERATION, "something"),
        labels.get(_OPERATOR, "somebody"),
        labels.get(_RUN, ""),
        seconds(raw["CreatedAt"]),
        seconds(raw["UpdatedAt"]),
        float(labels.get(_TTL, 0)),
    )


def body(operation: str, operator: str, run: str, ttl: float) -> Raw:
    """The config of a new marker."""
    labels = {OPERATION: operation, _OPERATOR: operator, _RUN: run, _TTL: f"{ttl:g}"}
    return {"Name": NAME, "Labels": labels, "Data": _DATA}


def renewed(raw: Raw, operation: str) -> Raw:
    """The spec of a config that gives a sign of life."""
    labels = raw["Spec"].get("Labels") or {}
    count = int(labels.get(_RENEWED, 0)) + 1
    return {**raw["Spec"], "Labels": {**labels, OPERATION: operation, _RENEWED: str(count)}}


def _ago(duration: float) -> str:
    minutes = int(duration / 60)
    if minutes < 1:
        return "less than a minute ago"
    return f"{minutes} minute{'s' if minutes != 1 else ''} ago"
