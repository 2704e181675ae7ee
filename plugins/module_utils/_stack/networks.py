# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks that stacks, and the list beside them, declare; one that several declare alike is one network.

PRIVATE to the collection. Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._engine.errors import Refused
from .._network.declared import DeclaredNetwork, declared_network
from .._network.options import NETWORK
from .._options.labels import NAMESPACE
from .declared import DeclaredStack


def declared_networks(stacks: t.Sequence[DeclaredStack]) -> list[DeclaredNetwork]:
    """The networks of all stacks, in their order.

    Args:
        stacks: the stacks; one without a name has what is declared beside all stacks.

    Raises:
        Refused: an option cannot work, or the same network is declared with different options.
    """
    found: list[DeclaredNetwork] = []
    # The names of the stacks that declare a network, by its name.
    declaring: dict[str, list[str]] = {}
    for stack in stacks:
        for options in stack.networks:
            network = declared_network(options)
            network = replace(network, stacks=(stack.name,) if stack.name else ())
            names = declaring.setdefault(network.name, [])
            if not names or stack.name in names:
                # What is declared twice in one place is refused later, as in any list.
                found.append(network)
            else:
                known = next(one for one in found if one.name == network.name)
                _check_same(known, names[0], network, stack.name)
                _unite(known, network, is_of_stacks=all(names))
            names.append(stack.name)
    return found


def _check_same(one: DeclaredNetwork, first: str, other: DeclaredNetwork, second: str) -> None:
    mine, its = _meaning(one), _meaning(other)
    differing = sorted(name for name in mine if mine[name] != its[name])
    if not differing:
        return
    what = f"declare the network {one.name} with different options ({', '.join(differing)})"
    way_out = "declare it alike, or in one of them, and with external: true in the other"
    if first:
        both = f"The stacks {first} and {second}"
    else:
        both = f"The list networks and the stack {second}"
        way_out = "declare it alike, or in the list alone, and with external: true in the stack"
    raise Refused(f"{both} {what}: {way_out}. Nothing was sent.")


def _meaning(network: DeclaredNetwork) -> dict[str, t.Any]:
    """What has to be declared alike: all but the label that names the stack; an option's default is no difference."""
    values = {option.name: network.values.get(option.name, option.default) for option in NETWORK}
    return {**values, "labels": _own_labels(network.values), "state": network.state}


def _own_labels(values: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {name: text for name, text in (values.get("labels") or {}).items() if name != NAMESPACE}


def _unite(known: DeclaredNetwork, other: DeclaredNetwork, is_of_stacks: bool) -> None:
    """Add what another one declares alike.

    Args:
        is_of_stacks: only stacks declare it, so that its label names the first one. What is declared beside all stacks belongs
            to none of them, and stays when they leave.
    """
    known.values = {**other.values, **known.values}
    if not is_of_stacks:
        known.values["labels"] = _own_labels(known.values)
    known.stacks += other.stacks
    known.recreate = known.recreate or other.recreate
