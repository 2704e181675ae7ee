# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving services to the current versions of what they use, and what is known about that afterwards. PRIVATE to the collection.

Only the reference changes: the file that the container sees keeps its name, owner and mode.
"""

from __future__ import annotations

import copy
import functools
import typing as t
from dataclasses import dataclass, field

from .._engine.client import Client
from .._engine.errors import FlotillaError, NotFound
from .._engine.update import update
from .._forecast.blocked import Update
from .._options.changes import Changes
from .._options.option import Table
from .._rollout.history import History
from .._rollout.references import container_of, id_key, list_key, name_key, used
from .._rollout.removal import Removal
from .._rollout.resume import sent_again_if_paused
from .._rollout.roll_back import Move
from .._rollout.service import is_job, is_paused, mode_of, spec_to_return_to
from .._rollout.wait import Rollout
from .._run.plans import ObjectPlan, apply_all
from .plan import SecretPlan
from .versions import Raw

#: The ID of an older version to the ID and the name of the current one.
Replacements = t.Dict[str, t.Tuple[str, str]]


@dataclass
class ServiceMove(ObjectPlan):
    """One service that uses older versions.

    Attributes:
        service: the service as the Engine reports it.
        plans: the secrets or configs of which it uses older versions, each created or found by the time it is moved.
        action: ``move``, or ``resume`` where an earlier run has moved it and the update is paused.
        id: the ID of the service.
        changes: option name to (before, after) in the user's words.
        history: what a rollout of it knows from before, where it is resumed.
    """

    service: Raw
    plans: list[SecretPlan]
    id: str
    changes: Changes = field(default_factory=dict)
    action: str = "move"
    history: History = field(default_factory=History)

    @property
    def name(self) -> str:
        """The name of the service."""
        return str(self.service["Spec"]["Name"])

    @property
    def table(self) -> Table:
        """Nothing is hidden: a change has the number of a version only."""
        return ()

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        done = "moved" if self.action == "move" else "paused update sent again, which moves it"
        return f"{self.name}: {done} to {self.current}"

    @property
    def current(self) -> str:
        """The versions that the service gets, as a part of a sentence."""
        several = len({plan.family.word for plan in self.plans}) > 1
        return " and ".join(
            f"version {plan.number} of {plan.family.word + ' ' if several else ''}{plan.name}"
            for plan in self.plans
        )


class Moved(t.NamedTuple):
    """Which services were moved: a sentence each, what to wait for, and what the Engine warned of."""

    actions: list[str]
    rollouts: list[Rollout]
    warnings: list[str]


def plan_moves(
    services: list[Raw], plans: list[SecretPlan], may_go_on: t.Mapping[str, History] | None = None
) -> list[ServiceMove]:
    """The services to move to the current versions, and those whose move is paused and goes on, sorted by name.

    A job is not among them, since any change runs it again.

    Args:
        services: as the Engine reports them.
        plans: of the secrets or configs.
        may_go_on: the services whose paused update may go on, by ID; see ``_rollout/read.py``.
    """
    moves = []
    for service in sorted(services, key=lambda one: str(one["Spec"]["Name"])):
        behind = [] if is_job(mode_of(service["Spec"])) else _behind(service, plans)
        if behind:
            changes = dict(_change(service, plan) for plan in behind)
            moves.append(ServiceMove(service, behind, service["ID"], changes))
        elif may_go_on and service["ID"] in may_go_on and (moved := _moved_by(service, plans)):
            history = may_go_on[service["ID"]]
            moves.append(ServiceMove(service, moved, service["ID"], action="resume", history=history))
    return moves


def moved_and_paused(services: list[Raw], plans: list[SecretPlan]) -> list[Raw]:
    """The services that an earlier run has moved, and whose updates are paused."""
    return [service for service in services if is_paused(service) and _moved_by(service, plans)]


def jobs_behind(services: list[Raw], plans: list[SecretPlan]) -> list[str]:
    """A warning for each job that stays on an older version."""
    return [
        f"{service['Spec']['Name']} is a job and keeps an older version of {plan.name}, since a change would run it again; "
        "declare the job again with swarm_service to give it the current version."
        for service in services
        if is_job(mode_of(service["Spec"]))
        for plan in _behind(service, plans)
    ]


def earlier_moves(services: list[Raw], plans: list[SecretPlan]) -> list[Rollout]:
    """The rollouts of services that an earlier run moved: they may still go back to an older version."""
    return [
        Rollout(service["ID"], service["Spec"]["Name"], written=False)
        for service in services
        if _moved_by(service, plans)
    ]


def updates_of(moves: list[ServiceMove]) -> list[Update]:
    """What moving services does to them."""
    return [
        Update(
            move.name, move.service, with_current_versions(move.service["Spec"], _replacements(move.plans))
        )
        for move in moves
        if move.action == "move"
    ]


def move_services(client: Client, moves: list[ServiceMove]) -> Moved:
    """Move services to the versions that are current, once all of these exist.

    Raises:
        FlotillaError: the Engine objects to one of them; ``actions`` among the facts has what was done before.
    """
    applied = apply_all(moves, functools.partial(_move, client))
    rollouts = [rollout for moved in applied.returned for rollout in moved.rollouts]
    return Moved(applied.actions, rollouts, [text for moved in applied.returned for text in moved.warnings])


def moved_versions(plans: list[SecretPlan]) -> list[Move]:
    """What has to be known to bring services back to the versions that worked."""
    return [
        Move(
            plan.family.word,
            plan.name,
            plan.id,
            plan.number,
            {version.id: version.number for version in plan.older},
        )
        for plan in plans
        if plan.is_present and plan.older
    ]


def removals(plans: list[SecretPlan], word: str = "") -> list[Removal]:
    """The older versions that are removed once all rollouts are over, unless a service uses one.

    Args:
        plans: which were carried out.
        word: begins the sentences, where a result has several kinds of objects.
    """
    beginning = f"{word} " if word else ""
    return [
        Removal(
            plan.family.word,
            version.id,
            version.object_name,
            f"{beginning}{plan.name}: older version removed ({version.object_name})",
            f"{beginning}{plan.name}: version {version.number} stays",
            if_unused=True,
            entry=plan.name,
        )
        for plan in plans
        for version in plan.prunable
    ]


def with_current_versions(spec: Raw, replacements: Replacements) -> Raw:
    """A service's spec with the current versions of what it uses; the one that is given is not changed."""
    moved = copy.deepcopy(spec)
    container = container_of(moved)
    # No secret has the ID of a config.
    for word in ("secret", "config"):
        for reference in container.get(list_key(word)) or []:
            if reference.get(id_key(word)) in replacements:
                reference[id_key(word)], reference[name_key(word)] = replacements[reference[id_key(word)]]
    credential = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    if credential.get("Config") in replacements:
        credential["Config"] = replacements[credential["Config"]][0]
    return moved


def _move(client: Client, move: ServiceMove) -> Moved:
    replacements = _replacements(move.plans)

    def change(live: Raw) -> Raw | None:
        if move.action == "resume":
            return sent_again_if_paused(live)
        moved = with_current_versions(live["Spec"], replacements)
        return None if moved == live["Spec"] else moved

    try:
        # What was read is sent as long as no other client was faster.
        written = update(client, f"/services/{move.id}", change, known=move.service)
    except NotFound:
        # Another client has just removed it, so it uses nothing any longer.
        move.action = "none"
        return Moved([], [], [])
    except FlotillaError as error:
        raise error.prefixed(f"could not be moved to {move.current}: ") from None
    if not written.changed:
        move.action = "none"
        return Moved([], [], [])
    return Moved([], [Rollout(move.id, move.name, history=move.history)], written.warnings)


def _replacements(plans: list[SecretPlan]) -> Replacements:
    """What stands in the place of every version that is not current any longer."""
    return {
        version.id: (plan.id, plan.object_name) for plan in plans if plan.is_present for version in plan.older
    }


def _moved_by(service: Raw, plans: list[SecretPlan]) -> list[SecretPlan]:
    """The secrets or configs of which a service may still go back to an older version, and uses none now."""
    previous = spec_to_return_to(service)
    return [
        plan
        for plan in plans
        for old in [set(_replacements([plan]))]
        if _used(previous, [plan]) & old and not _used(service["Spec"], [plan]) & old
    ]


def _behind(service: Raw, plans: list[SecretPlan]) -> list[SecretPlan]:
    """The secrets or configs of which a service uses an older version."""
    return [plan for plan in plans if _used(service["Spec"], [plan]) & set(_replacements([plan]))]


def _change(service: Raw, plan: SecretPlan) -> tuple[str, tuple[str, str]]:
    ids = _used(service["Spec"], [plan])
    numbers = sorted(version.number for version in plan.older if version.id in ids)
    before = ", ".join(f"version {number}" for number in numbers)
    return f"{plan.family.words}.{plan.name}", (before, f"version {plan.number}")


def _used(spec: Raw, plans: list[SecretPlan]) -> set[str]:
    """The IDs of what a spec refers to, as far as plans are about such."""
    return {identity for word in {plan.family.word for plan in plans} for identity in used(spec, word)}
