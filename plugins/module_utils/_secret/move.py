# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services moved to the current versions of what they use. PRIVATE to the collection.

Only the reference changes: the file that the container sees keeps its name, owner and mode.
"""

from __future__ import annotations

import copy
import typing as t

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotFound
from .._engine.wait import in_sequence
from .._rollout.wait import Rollout
from .._service.mode import is_job, mode_of
from .plan import ContentPlan
from .versions import Family, Raw

# States of an update from which the swarm may go back to what was before.
_UNSETTLED = ("updating", "paused", "rollback_started", "rollback_paused")
# Old ID to the ID and the name of what stands in its place.
Moves = t.Dict[str, t.Tuple[str, str]]


def users(services: list[Raw], family: Family) -> dict[str, list[str]]:
    """The names of the services that use each object, or may go back to it, by its ID."""
    found: dict[str, list[str]] = {}
    for service in services:
        before = _before(service)
        for identity in sorted(used(service["Spec"], family) | used(before, family)):
            found.setdefault(identity, []).append(service["Spec"]["Name"])
    return found


def moves(plans: list[ContentPlan]) -> Moves:
    """What stands in the place of every version that is not current any more."""
    return {
        version.id: (plan.id or f"planned-{plan.order.name}", plan.object_name)
        for plan in plans
        if plan.action != "remove"
        for version in plan.stale
    }


def rewired(spec: dict[str, t.Any], family: Family, moved: Moves) -> dict[str, t.Any]:
    """A service's spec with other versions of what it uses; the one that is given is not changed."""
    made = copy.deepcopy(spec)
    container = _container(made)
    for reference in container.get(family.list_key) or []:
        if reference.get(family.id_key) in moved:
            reference[family.id_key], reference[family.name_key] = moved[reference[family.id_key]]
    credential = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    if family.readable and credential.get("Config") in moved:
        credential["Config"] = moved[credential["Config"]][0]
    return made


def to_move(
    services: list[Raw],
    family: Family,
    plans: list[ContentPlan],
) -> list[Raw]:
    """The services that use a version that is not current, and note them in the plans.

    A job is not among them, since any change runs it again.
    """
    old = moves(plans)
    found = [
        service
        for service in sorted(services, key=lambda one: str(one["Spec"]["Name"]))
        if not is_job(mode_of(service["Spec"])) and used(service["Spec"], family) & set(old)
    ]
    for plan in plans:
        stale = set(moves([plan]))
        plan.services = [
            service["Spec"]["Name"] for service in found if used(service["Spec"], family) & stale
        ]
    return found


def jobs_behind(services: list[Raw], family: Family, plans: list[ContentPlan]) -> list[str]:
    """A sentence for each job that stays on an older version."""
    return [
        f"{service['Spec']['Name']} is a job and keeps an older version of {plan.order.name}, since a change would run it "
        "again; declare it anew with swarm_service to give it the current one."
        for plan in plans
        for service in services
        if is_job(mode_of(service["Spec"])) and used(service["Spec"], family) & set(moves([plan]))
    ]


def rewire(
    client: Client,
    family: Family,
    plans: list[ContentPlan],
    services: list[Raw],
) -> list[Rollout]:
    """Move services to the current versions, and return what there is to wait for.

    Args:
        client: a manager's Engine.
        family: secrets or configs.
        plans: which were sent.
        services: those that may be moved, as they were read just now.

    Raises:
        FlotillaError: the Engine objects to one of them; the message names it.
    """
    old = moves(plans)
    rollouts: list[Rollout] = []
    for service in to_move(services, family, plans):
        name = service["Spec"]["Name"]
        try:
            if _move(client, service, family, old):
                rollouts.append(Rollout(service["ID"], name))
        except FlotillaError as error:
            moved = [rollout.name for rollout in rollouts]
            for plan in plans:
                plan.services = [one for one in plan.services if one in moved]
            raise FlotillaError(f"{name} could not be moved to another {family.word}: {error}") from None
    return rollouts


def on_their_way(services: list[Raw], family: Family, plans: list[ContentPlan]) -> list[Rollout]:
    """What an earlier run moved and nobody has seen through: it may still go back to the older version."""
    old = set(moves(plans))
    return [
        Rollout(service["ID"], service["Spec"]["Name"], written=False)
        for service in services
        if used(_before(service), family) & old and not used(service["Spec"], family) & old
    ]


def _move(client: Client, service: Raw, family: Family, moved: Moves) -> bool:
    first = [service]

    def write() -> bool:
        # What was read is sent as long as nobody else was faster.
        now = first.pop() if first else client.get(f"/services/{service['ID']}")
        made = rewired(now["Spec"], family, moved)
        if made == now["Spec"]:
            return False
        client.post(f"/services/{now['ID']}/update", made, version=now["Version"]["Index"])
        return True

    try:
        return in_sequence(write)
    except NotFound:
        # Somebody removed it just now, and it uses nothing any more.
        return False


def _before(service: Raw) -> dict[str, t.Any]:
    """The spec that a service whose update has not ended may go back to."""
    unsettled = (service.get("UpdateStatus") or {}).get("State") in _UNSETTLED
    return (service.get("PreviousSpec") or {}) if unsettled else {}


def _container(spec: dict[str, t.Any]) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {})


def used(spec: dict[str, t.Any], family: Family) -> set[str]:
    """The IDs of the objects that a service's spec refers to."""
    return {str(reference.get(family.id_key)) for reference in _container(spec).get(family.list_key) or []}
