# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb of ``swarm_rebalance``: evens out where tasks run. PRIVATE to the collection."""

from __future__ import annotations

from .._engine.client import Client
from .._engine.errors import FlotillaError, Refused
from .._maintenance.apply import read
from .._maintenance.plan import Live
from .._run.verb import Options, Result, Verb
from .apply import Balancing
from .options import INTERFACE
from .plan import Balance, hints, lines, plan


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Plan, and move unless it is check mode.

    Raises:
        FlotillaError: with ``actions`` among its facts for what was done before it.
    """
    most = options["max_moves"]
    live = read(client)
    _check(options["only"], live)
    found = plan(live, options["only"], most)
    told = {"summary": lines(found, live), "hints": hints(found)}
    if check_mode:
        return {**told, "changed": bool(found.moves or found.begun), "moves": found.moves, "actions": []}
    state = Balancing(client, options["timeout"])
    try:
        _even_out(state, options, client, found)
    except FlotillaError as error:
        raise error.after({"changed": state.changed, "actions": state.done, "moves": state.moved}) from None
    return {**told, "changed": state.changed, "moves": state.moved, "actions": state.done}


VERB = Verb(INTERFACE, work)


def _even_out(state: Balancing, options: Options, client: Client, found: Balance) -> None:
    """Move until nothing is left: a move may make the room that another one needs."""
    while found.begun or found.shifts:
        # What is begun is finished before anything is planned: it counts for max_moves, and the swarm places its tasks.
        for raw in found.begun:
            state.finish(raw)
        for shift in found.shifts if not found.begun else ():
            state.move(shift)
        live = read(client)
        names = options["only"] or [raw["Spec"]["Name"] for raw in live.services]
        left = None if options["max_moves"] is None else max(0, options["max_moves"] - state.moved)
        found = plan(live, set(names) - set(state.left_alone), left)


def _check(only: list[str] | None, live: Live) -> None:
    known = {raw["Spec"]["Name"] for raw in live.services}
    missing = [name for name in only or [] if name not in known]
    if missing:
        raise Refused(f"No service is called {', '.join(missing)}. Nothing was sent.")
