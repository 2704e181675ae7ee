# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kills a seed stands for. Pure."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass

FLOWS = ("site", "deploy", "rotation", "network", "stack")
# What each means is in ``kills.py``.
KINDS = ("killed", "interrupted", "control", "program", "engine", "stopped", "crashed", "cut")
# Seconds for which a host, its Engine or its network is away.
OUTAGE = (2.0, 20.0)


@dataclass(frozen=True)
class Case:
    """One kill.

    Attributes:
        number: from 1; with the seed it stands for all the rest.
        flow: what runs.
        kind: what is broken.
        host: on which host, where it is on one: its place among the hosts.
        moment: when, as a part of what the flow takes when nothing is broken.
        outage: seconds until it is mended.
    """

    number: int
    flow: str
    kind: str
    host: int
    moment: float
    outage: float


def cases(
    seed: int, hosts: int, flows: t.Sequence[str] = FLOWS, kinds: t.Sequence[str] = KINDS
) -> t.Iterator[Case]:
    """The kills of a seed without end: every flow meets every kind once before any does so again.

    A case depends on the seed, its number and the choice of flows and kinds, and on no other case's.
    """
    pairs = [(flow, kind) for flow in flows for kind in kinds]
    order: list[tuple[str, str]] = []
    number = 0
    while True:
        if not order:
            order = list(pairs)
            random.Random(f"{seed} from {number}").shuffle(order)
        flow, kind = order.pop()
        number += 1
        chance = random.Random(f"{seed} case {number}")
        yield Case(
            number, flow, kind, chance.randrange(hosts), chance.uniform(0.1, 1.0), chance.uniform(*OUTAGE)
        )
