# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb of ``swarm_operation``: one operation at a time on a swarm. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import Client
from .._engine.errors import Conflict, Overtaken, Refused
from .._engine.update import create, remove, update
from .._rollout.snapshot import seconds
from .._run.verb import Options, Result, Verb
from . import marker
from .marker import Marker
from .options import INTERFACE


def work(options: Options, check_mode: bool, client: Client) -> Result:
    """Begin an operation, go on with it, or end it.

    Raises:
        Refused: somebody else operates.
    """
    now = seconds(client.info()["SystemTime"])
    held = _held(client)
    if options["state"] == "absent":
        return _end(options, check_mode, client, held)
    if held and held.run == options["run"]:
        return _go_on(options, check_mode, client, held, now)
    warnings: list[str] = []
    if held:
        if _is_in_force(held, options, now):
            return _refused(held, check_mode, now)
        warnings.append(
            f"{held.view(now)['sentence']}, and that run does not go on: its marker was taken over."
        )
    if not check_mode:
        _begin(options, client, held)
    return {"changed": True, "holder": None, "warnings": warnings}


VERB = Verb(INTERFACE, work)


def _held(client: Client) -> Marker | None:
    found = client.get("/configs", filters={"name": [marker.NAME]})
    # The Engine's filter lets through whatever begins so.
    return next((marker.read(raw) for raw in found if raw["Spec"]["Name"] == marker.NAME), None)


def _is_in_force(held: Marker, options: Options, now: float) -> bool:
    return held.counts(now) and not options["take_over"] and held.run != options["ended_run"]


def _refused(held: Marker, check_mode: bool, now: float) -> Result:
    found = held.view(now)
    sentence = (
        f"{found['sentence']}, and two operations at once would disturb each other. Wait until it has ended, or take over with "
        f"-e swarm_take_over=true if you know that it does not run any longer."
    )
    if check_mode:
        return {"changed": False, "holder": found, "warnings": [sentence]}
    raise Refused(f"{sentence} Nothing was changed.", {"holder": found})


def _begin(options: Options, client: Client, held: Marker | None) -> None:
    if held:
        remove(client, f"/configs/{held.id}")
    try:
        create(
            client,
            "/configs",
            marker.body(options["name"], options["operator"], options["run"], options["ttl"]),
        )
    except Conflict:
        raise Overtaken("Somebody else began an operation at the same moment.") from None


def _go_on(options: Options, check_mode: bool, client: Client, held: Marker, now: float) -> Result:
    changed = held.operation != options["name"] or held.needs_renewal(now)
    if changed and not check_mode:
        update(
            client, f"/configs/{held.id}", lambda raw: marker.renewed(raw, options["name"]), arrived=_differ
        )
    return {"changed": changed, "holder": None, "warnings": []}


def _differ(before: dict[str, t.Any], live: dict[str, t.Any]) -> bool:
    return bool(before["Spec"] != live["Spec"])


def _end(options: Options, check_mode: bool, client: Client, held: Marker | None) -> Result:
    ends = held is not None and (held.run == options["run"] or options["take_over"])
    if held and ends and not check_mode:
        remove(client, f"/configs/{held.id}")
    return {"changed": ends, "holder": None, "warnings": []}
