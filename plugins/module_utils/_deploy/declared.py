# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares for a swarm as a whole. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._engine.errors import Refused
from .._stack.declared import DeclaredStack
from .options import BESIDE, LISTS, STACKS

Options = t.Dict[str, t.Any]


def declared_beside(options: Options) -> DeclaredStack:
    """What is declared beside all stacks, as a stack without a name.

    Raises:
        Refused: nothing is declared at all, an entry has no name, or it belongs to a single host.
    """
    if not any(options[kind] for kind in LISTS):
        variables = ", ".join(f"swarm_{kind}" for kind in LISTS)
        raise Refused(
            f"Nothing is declared: set one of {', '.join(LISTS)} ({variables} in the inventory, for the playbook). "
            "Nothing was sent."
        )
    for network in options["networks"]:
        if network["config_only"]:
            raise Refused(
                f"{network['name']}: config_only is for a network of each host, and this module writes to the swarm alone; "
                "declare it with swarm_network on every host. Nothing was sent."
            )
    beside = DeclaredStack("")
    for kind, module in BESIDE.items():
        setattr(beside, kind, module.listed(options[kind]))
    return beside


def declared_stacks(options: Options) -> list[Options]:
    """The options of each stack.

    Raises:
        Refused: an entry has no name.
    """
    return STACKS.listed(options["stacks"])
