# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks that stacks declare; one that several declare alike is one network. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._engine.errors import Refused
from .._network.declared import DeclaredNetwork, declared_network
from .._options.labels import NAMESPACE
from .declared import DeclaredStack


def declared_networks(stacks: t.Sequence[DeclaredStack]) -> list[DeclaredNetwork]:
    """The networks of all stacks, in their order.

    Raises:
        Refused: an option cannot work, or stacks declare the same network with different options.
    """
    found: list[DeclaredNetwork] = []
    shared: dict[str, DeclaredNetwork] = {}
    for stack in stacks:
        for options in stack.networks:
            network = declared_network(options)
            if not stack.name:
                # What is declared beside all stacks belongs to none of them.
                found.append(network)
                continue
            network = replace(network, stacks=(stack.name,))
            known = shared.get(network.name)
            if known is None or stack.name in known.stacks:
                shared[network.name] = network
                found.append(network)
                continue
            _check_same(known, network)
            known.stacks += network.stacks
            known.recreate = known.recreate or network.recreate
    return found


def _check_same(one: DeclaredNetwork, other: DeclaredNetwork) -> None:
    mine, its = _values(one), _values(other)
    differing = sorted(name for name in {*mine, *its} if mine.get(name) != its.get(name))
    if differing:
        raise Refused(
            f"The stacks {one.stacks[0]} and {other.stacks[0]} declare the network {one.name} with different options "
            f"({', '.join(differing)}): declare it alike, or in one of them, and with external: true in the other. Nothing was "
            "sent."
        )


def _values(network: DeclaredNetwork) -> dict[str, t.Any]:
    """What two stacks have to declare alike: all but the label that names the stack."""
    labels = {name: text for name, text in network.values.get("labels", {}).items() if name != NAMESPACE}
    return {**network.values, "labels": labels}
