# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares for a stack, each part as the module of its own takes it. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .options import KINDS, PRUNE
from .order import Needs

Options = t.Dict[str, t.Any]


@dataclass
class DeclaredStack:
    """A declared stack, or what is declared beside all stacks.

    Attributes:
        name: the stack's name; empty for what belongs to no stack.
        services, networks, secrets, configs: the options of each.
        prune: ``none``, ``services``, or ``all`` for networks, secrets and configs too: remove what is of this stack and
            is declared no longer.
        needs: which services are sent after which, see ``order.py``.
        is_present: whether the stack shall exist; otherwise everything that belongs to it is removed.
    """

    name: str
    services: list[Options] = field(default_factory=list)
    networks: list[Options] = field(default_factory=list)
    secrets: list[Options] = field(default_factory=list)
    configs: list[Options] = field(default_factory=list)
    prune: str = "none"
    is_present: bool = True
    needs: Needs = field(default_factory=dict)


def declared_stack(options: Options) -> DeclaredStack:
    """What the options of a stack declare; ``_declared`` and ``_declared_data`` among them come from the action.

    Raises:
        Refused: an option that cannot work.
    """
    if options["state"] == "absent":
        return DeclaredStack(options["name"], prune="all", is_present=False)
    if options["_declared"] is None:
        raise Refused("compose is missing: name the Compose files of the stack. Nothing was sent.")
    prune = PRUNE.get(str(options["prune"]).lower())
    if prune is None:
        raise Refused(f"prune is {options['prune']!r}, none of false, true, all. Nothing was sent.")
    stack = DeclaredStack(options["name"], prune=prune, needs=options["_declared"].get("needs") or {})
    for kind in KINDS:
        setattr(stack, kind, list(options["_declared"].get(kind) or []))
    _add_data(stack, options["_declared_data"] or {})
    for service in stack.services:
        service.update({name: options[name] for name in ("undeclared", "retry_paused")})
        # The pull_policy of a Compose file goes before.
        service.setdefault("resolve_image", options["resolve_image"])
    for network in stack.networks:
        network["recreate"] = options["recreate"]
    return stack


def _add_data(stack: DeclaredStack, data: Options) -> None:
    """Put the contents of secrets and configs, which travel apart since none may be shown, where they belong."""
    for kind, entries in (("secrets", stack.secrets), ("configs", stack.configs)):
        for entry in entries:
            content = data.get(f"{kind}/{entry['name']}")
            if content is not None:
                entry.update(data=content, data_is_b64=True)
