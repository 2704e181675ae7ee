# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of an inventory: in no swarm, or all in one; and what a plan of them refuses."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import build
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import (
    address_of,
    manager_info,
    member,
    raw_node,
    remote_managers,
    swarm_info,
)

NAMES = ("m1", "m2", "m3", "w1", "w2")


def raw(name: str, role: str = "", **more: t.Any) -> dict[str, t.Any]:
    """A node of ``/nodes``, a manager where its name begins with m, with its labels in force."""
    more.setdefault("labels", {"flotilla.declared": "[]"})
    more.setdefault("address", address_of(name))
    return raw_node(
        more.pop("node_id", f"id-{name}"),
        name,
        role or ("manager" if name[0] == "m" else "worker"),
        leader=name == "m1",
        **more,
    )


FIVE = [raw(name) for name in NAMES]


def fresh(names: t.Iterable[str] = NAMES, **variables: t.Any) -> list[Member]:
    """Hosts in no swarm."""
    return [member(name, swarm=swarm_info("inactive", name=name), **variables) for name in names]


def formed(raws: list[dict[str, t.Any]] | None = None, **variables: t.Any) -> list[Member]:
    """Hosts in one swarm."""
    raws = copy.deepcopy(raws or FIVE)
    return [
        member(
            name,
            swarm=manager_info(raws, name)
            if name[0] == "m"
            else swarm_info("worker", f"id-{name}", name, remote_managers=remote_managers(raws)),
            **variables,
        )
        for name in NAMES
    ]


def refusal(members: list[Member], by_size: bool = False) -> str:
    """The sentence with which a plan is refused."""
    with pytest.raises(Refused) as refused:
        build(members, by_size)
    return str(refused.value)
