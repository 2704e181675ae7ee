# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a stack to what is declared, or removing it. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError
from .._options.changes import difference
from .._rollout.waiting import Waiting, go_on
from .._run.verb import Verb
from .apply import Stack
from .auth import give_credentials
from .declared import DeclaredStack, declared_stack
from .options import INTERFACE
from .undeclared import Undeclared

Result = t.Dict[str, t.Any]


def work(options: Result, check_mode: bool, client: Client) -> Result | Waiting:
    """Bring a stack to what is declared, or remove all that belongs to it.

    Raises:
        FlotillaError: something was refused or failed; what was done until then is among its facts.
    """
    waits = options["wait"] if options["detach"] is None else not options["detach"]
    seconds = options["wait_timeout"]
    if options["state"] == "absent":
        return _remove(client, options["name"], check_mode, waits, seconds)
    declared = declared_stack(options)
    give_credentials(declared.services, options["registry_auth"], options["with_registry_auth"])
    stack = Stack(client, declared, seconds, options["show_values"])
    stack.plan()
    stack.check_held_ports(options)
    stack.foresee(seconds if waits else None)
    if check_mode:
        return {**stack.foreseen(waits), "warnings": stack.warnings}
    result, rollouts = stack.apply()
    result["warnings"] = stack.warnings
    return Waiting(rollouts, seconds, result, stack.removals()) if waits else result


VERB = Verb(INTERFACE, work, go_on)


def _remove(client: Client, name: str, check_mode: bool, waits: bool, seconds: float) -> Result | Waiting:
    """Remove all that belongs to a stack, and wait until nothing is left of it."""
    belonging = Undeclared(client, DeclaredStack(name, prune="all"))
    names = belonging.names()
    actions = [f"{kind[: -len('s')]} {one}: removed" for kind, found in names.items() for one in found]
    nothing: Result = {kind: [] for kind in names}
    result: Result = {
        "changed": bool(actions),
        "actions": actions,
        "diff": [difference(name, names, nothing)],
    }
    if check_mode or not actions:
        return result
    done: list[str] = []
    try:
        rollouts = belonging.remove_services(done, lambda one: f"service {one}: removed")
    except FlotillaError as error:
        raise error.after({**result, "changed": bool(done), "actions": done}) from None
    result.update(changed=bool(done), actions=done)
    return Waiting(rollouts, seconds, result, belonging.removals()) if waits else result
