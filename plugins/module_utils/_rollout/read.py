# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading snapshots of many services with few requests. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .._engine.client import FEW, Client, filter_by
from .._swarm import nodes
from . import snapshot as snapshots
from .history import History, with_what_ended
from .resume import cause_may_be_gone
from .service import is_paused

Snapshots = t.Dict[str, snapshots.Snapshot]
Raw = t.Dict[str, t.Any]
# The Engine gives up after 20 s when the swarm has no leader.
_PATIENCE = 25.0


def read_snapshots(client: Client, wanted: list[tuple[str, str, bool]]) -> Snapshots:
    """Read a snapshot of each service, by its ID, with four or five requests however many services there are.

    Args:
        client: a manager's Engine.
        wanted: ID and name of each service, and whether it is being removed.
    """
    # Services are read before their tasks. If another client writes a service in between, the tasks that are up to date are
    # those of the newer spec: the rollout looks less done than it is, never more.
    services = _services(client, wanted)
    removed = [(service_id, name) for service_id, name, _gone in wanted if service_id not in services]
    up_to_date = _up_to_date(client, services, wanted)
    raws: dict[str, list[Raw]] = {}
    for raw in _tasks(client, list(services), [name for _id, name in removed], len(wanted)):
        raws.setdefault(raw.get("ServiceID", ""), []).append(raw)
    raw_nodes = client.get("/nodes", timeout=_PATIENCE)
    all_nodes = nodes.views(raw_nodes)
    changed = {raw["ID"]: raw["UpdatedAt"] for raw in raw_nodes if raw.get("UpdatedAt")}
    return {
        service_id: snapshots.snapshot_of(
            name, services.get(service_id), raws.get(service_id, []), up_to_date, all_nodes, changed
        )
        for service_id, name, _gone in wanted
    }


def resumable(client: Client, services: t.Iterable[Raw]) -> dict[str, History]:
    """The services whose paused update is sent again; nothing is read where none is paused.

    Args:
        client: a manager's Engine.
        services: as the Engine reports them.

    Returns:
        By ID what a rollout knows from before: tasks of the same spec have failed already, and do not count again.
    """
    paused = [(raw["ID"], raw["Spec"]["Name"], False) for raw in services if is_paused(raw)]
    found = read_snapshots(client, paused) if paused else {}
    return {
        service_id: with_what_ended(snapshot)
        for service_id, snapshot in found.items()
        if cause_may_be_gone(snapshot)
    }


def _services(client: Client, wanted: list[tuple[str, str, bool]]) -> dict[str, Raw]:
    ids = [service_id for service_id, _name, _gone in wanted]
    raws = client.get("/services", timeout=_PATIENCE, filters=filter_by("id", ids) or None)
    return {raw["ID"]: raw for raw in raws if raw["ID"] in ids}


def _up_to_date(client: Client, services: dict[str, Raw], wanted: list[tuple[str, str, bool]]) -> set[str]:
    ids = [service_id for service_id, _name, gone in wanted if service_id in services and not gone]
    if not ids:
        return set()
    filters = {"_up-to-date": ["true"], **filter_by("service", ids)}
    return {raw["ID"] for raw in client.get("/tasks", timeout=_PATIENCE, filters=filters)}


def _tasks(client: Client, ids: list[str], removed: list[str], count: int) -> list[Raw]:
    if count > FEW:
        return t.cast("list[Raw]", client.get("/tasks", timeout=_PATIENCE))
    raws = []
    if ids:
        raws += client.get("/tasks", timeout=_PATIENCE, filters={"service": ids})
    if removed:
        # The filter by service refuses one that is removed; its tasks can still be found by their names, which begin with
        # the service's.
        raws += client.get("/tasks", timeout=_PATIENCE, filters={"name": [f"{name}." for name in removed]})
    return raws
