# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change on which service. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import kernel
from .._options.changes import visible_changes
from .._options.hidden import Changes
from .._options.labels import DECLARED_LABEL, memory, remembered, visible
from .._options.log_options import check_log_options
from .._options.option import Table
from .._options.plan import plan
from .._options.value_types import lists
from .._rollout.references import container_of
from .._rollout.service import MODES, is_paused, mode_of, update_state
from .._run.plans import ObjectPlan
from .declared import DeclaredService, check_mode
from .image import Pinned, same_image
from .options import table
from .ports import check_endpoint

Raw = t.Dict[str, t.Any]

_DONE = {
    "create": "created",
    "update": "updated",
    "resume": "paused update sent again",
    "rebuild": "removed and created again, since its mode changed",
    "roll_back": "rolled back",
    "remove": "removed",
}


@dataclass
class ServicePlan(ObjectPlan):
    """What is done to one service.

    Attributes:
        action: ``create``, ``update``, ``resume``, ``rebuild``, ``roll_back``, ``remove`` or ``none``.
        live: the service as the Engine reports it, ``None`` where there is none.
        spec: what is sent.
        changes: option name to (before, after) in the user's words.
        id: the service's ID; of a new one, once it is created.
    """

    declared: DeclaredService
    action: str
    live: Raw | None = None
    spec: Raw = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    id: str = ""

    def __post_init__(self) -> None:
        """Take the ID of the live service."""
        self.id = self.id or str((self.live or {}).get("ID", ""))

    @property
    def name(self) -> str:
        """The service's name."""
        return self.declared.name

    @property
    def table(self) -> Table:
        """The options of a service."""
        return table()

    @property
    def is_written(self) -> bool:
        """Whether ``spec`` is sent."""
        return self.action in ("create", "update", "rebuild")

    @property
    def sentence(self) -> str:
        """What is done to the service."""
        what = f" ({', '.join(sorted(visible_changes(self.changes)))})" if self.action == "update" else ""
        return f"{self.name}: {_DONE[self.action]}{what}"


def plan_service(declared: DeclaredService, live: Raw | None, pinned: Pinned | None = None) -> ServicePlan:
    """Plan one service, and look at what is to be sent as a whole.

    Args:
        declared: what is declared, with the IDs of what it refers to.
        live: the service as the Engine reports it, ``None`` where there is none.
        pinned: the declared image as its registry has it, where the registry was asked.

    Raises:
        Refused: it cannot be done, and why.
    """
    planned = _planned(declared, live, pinned)
    if planned.is_written:
        try:
            check_endpoint(planned.spec)
            _check_changed(planned)
        except ValueError as error:
            raise Refused(f"{declared.name}: {error}. Nothing was sent.") from None
    return planned


def final_spec(plan: ServicePlan) -> Raw:
    """The spec that a service will have; an empty one where it is gone, or is what only the Engine knows."""
    if plan.is_written:
        return plan.spec
    return {} if plan.action in ("remove", "roll_back") else (plan.live or {}).get("Spec") or {}


def over_limits(plan: ServicePlan) -> list[str]:
    """Sentences about resources that are reserved beyond what a task may take, which the swarm allows."""
    found = []
    for name in ("cpus", "memory") if plan.is_written else ():
        limit, reserved = (_value(plan, f"{group}.{name}") for group in ("limits", "reservations"))
        if limit and reserved > limit and _changes(plan, f"limits.{name}", f"reservations.{name}"):
            found.append(
                f"reservations.{name} is above limits.{name}: each task keeps more of a node from others than it may use itself."
            )
    return found


def _check_changed(plan: ServicePlan) -> None:
    """Refuse what no task starts with, where it is what changes: a service that is there may have been so before."""
    checks: dict[str, tuple[tuple[str, ...], t.Callable[..., None]]] = {
        "user": (("user",), kernel.user),
        "groups": (("groups",), lists(kernel.group)),
        "cap_add and cap_drop": (("cap_add", "cap_drop"), kernel.one_way),
        "logging.options": (("logging.driver", "logging.options"), check_log_options),
    }
    for what, (names, check) in checks.items():
        if _changes(plan, *names):
            try:
                check(*(_canonical(plan, name) for name in names))
            except ValueError as error:
                raise ValueError(f"{what}: {error}") from None


def _changes(plan: ServicePlan, *names: str) -> bool:
    """Whether one of these options is sent anew."""
    changed = [part for part in plan.changes if part.startswith(tuple(f"{name}." for name in names))]
    return plan.action != "update" or bool(changed) or any(name in plan.changes for name in names)


def _value(plan: ServicePlan, name: str) -> t.Any:
    return _ROWS[name].read(plan.spec)


def _canonical(plan: ServicePlan, name: str) -> t.Any:
    return _ROWS[name].type.canonical(_value(plan, name))


_ROWS = {option.name: option for option in table()}


def _planned(declared: DeclaredService, live: Raw | None, pinned: Pinned | None) -> ServicePlan:
    if declared.state == "absent":
        return ServicePlan(declared, "remove" if live else "none", live)
    if live is None:
        if declared.state == "rolled_back":
            raise Refused(f"{declared.name} cannot be rolled back: there is no such service.")
        if not declared.whole:
            raise Refused(f"{declared.name} does not exist yet, and a new service needs an image.")
        return _create(declared, pinned)
    if declared.state == "rolled_back":
        return _roll_back(declared, live)
    if declared.mode and declared.mode != mode_of(live["Spec"]):
        return _rebuild(declared, live, pinned)
    return _update(declared, live, pinned)


def resumes(plan: ServicePlan, resumable: t.Container[str]) -> bool:
    """Whether all that is left to do for a service is to go on with its paused update.

    Args:
        plan: the service's plan.
        resumable: the IDs of services whose paused update may go on, see ``_rollout/resume.py``.
    """
    if plan.action != "none" or plan.declared.state != "present" or plan.live is None:
        return False
    return is_paused(plan.live) and (plan.declared.retries or plan.id in resumable)


def _update(declared: DeclaredService, live: Raw, pinned: Pinned | None) -> ServicePlan:
    mode = mode_of(live["Spec"])
    check_mode(declared.name, mode, declared.values)
    values = dict(declared.values)
    if "image" in values:
        values["image"] = _image(declared, live["Spec"], pinned)
    made = plan(
        table(mode),
        values,
        live["Spec"],
        whole=declared.whole,
        reset=declared.reset,
        # A task without an image adds labels and owns none.
        state="owned" if declared.whole else "merge",
    )
    if "image" in made.changes:
        _set_platforms(made.spec, pinned)
    if declared.force:
        template = made.spec.setdefault("TaskTemplate", {})
        before = force_count(made.spec)
        template["ForceUpdate"] = before + 1
        made.changes["force_update"] = (before, before + 1)
    return ServicePlan(declared, "update" if made else "none", live, made.spec, made.changes)


def force_count(spec: Raw) -> int:
    """How often a service was restarted without another change."""
    return int((spec.get("TaskTemplate") or {}).get("ForceUpdate") or 0)


def _image(declared: DeclaredService, spec: Raw, pinned: Pinned | None) -> str:
    """The image to write: the live one where it is what was declared, so that no task is replaced for nothing."""
    live = str(container_of(spec).get("Image") or "")
    if same_image(declared.values["image"], live) and not (pinned and declared.resolve == "always"):
        return live
    return pinned.image if pinned else str(declared.values["image"])


def _set_platforms(spec: Raw, pinned: Pinned | None) -> None:
    """Tell the scheduler the platforms of an image, as far as they are known."""
    if pinned and pinned.platforms:
        spec["TaskTemplate"].setdefault("Placement", {})["Platforms"] = pinned.platforms


def _create(declared: DeclaredService, pinned: Pinned | None) -> ServicePlan:
    mode = declared.mode or "replicated"
    check_mode(declared.name, mode, declared.values)
    values = dict(declared.values)
    if pinned:
        values["image"] = pinned.image
    if mode == "replicated-job" and "replicas" in values:
        # As Docker's own command line has it: all at once, unless something else was declared.
        values.setdefault("max_concurrent", values["replicas"])
    empty = {"Name": declared.name, "Mode": {MODES[mode]: {}}, "TaskTemplate": {"ContainerSpec": {}}}
    made = plan(table(mode), values, empty, whole=True)
    # What was not declared is not remembered either.
    names = remembered(made.spec["Labels"]) - (set(values) - set(declared.values))
    made.spec["Labels"][DECLARED_LABEL] = memory(names)
    _set_platforms(made.spec, pinned)
    return ServicePlan(declared, "create", None, made.spec, made.changes)


def _rebuild(declared: DeclaredService, live: Raw, pinned: Pinned | None) -> ServicePlan:
    """A mode cannot be changed in place, so the service is removed and created again."""
    mode = mode_of(live["Spec"])
    if not declared.whole:
        raise Refused(
            f"{declared.name} is {mode}: to make it {declared.mode}, the service has to be removed and created again, so "
            "declare all of it, with its image."
        )
    created = _create(declared, pinned)
    return ServicePlan(declared, "rebuild", live, created.spec, {"mode": (mode, declared.mode)})


def _roll_back(declared: DeclaredService, live: Raw) -> ServicePlan:
    if update_state(live) in ("rollback_started", "rollback_completed"):
        return ServicePlan(declared, "none", live)
    previous = live.get("PreviousSpec")
    if not previous:
        raise Refused(f"{declared.name} cannot be rolled back: the swarm remembers no earlier state of it.")
    changes: Changes = {}
    for option in table(mode_of(live["Spec"])):
        before, after = option.read(live["Spec"]), option.read(previous)
        if option.keyed:
            # The collection's own labels go back too, and are not shown.
            before, after = visible(before), visible(after)
        if not option.same(before, after):
            changes.update(option.as_changes(before, after))
    return ServicePlan(declared, "roll_back", live, copy.deepcopy(live["Spec"]), changes)
