# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change about a secret or a config. PRIVATE to the collection. Pure.

The current version is compared with what is declared. Equal data of an older version brings that one back, anything
else makes a new version; labels are changed in place.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._options.plan import Changes, Plan, plan_labels, side
from . import versions as content
from .declared import ContentOrder
from .versions import Raw, Version

_DONE = {
    "create": "created",
    "adopt": "taken over as version {number}, since its content is what is declared",
    "rotate": "version {number} made ({object_name})",
    "revert": "made version {number} of an older one with this content ({object_name})",
    "relabel": "labels changed ({labels})",
    "remove": "removed",
}


@dataclass
class ContentPlan:
    """What is done to one secret or config.

    Attributes:
        action: ``create``, ``adopt``, ``rotate``, ``revert``, ``relabel``, ``remove`` or ``none``.
        live: the current version as it is now, ``None`` where there is none.
        target: the version that is written, ``None`` where a new one is made.
        stale: the versions that are not current afterwards, the newest first; with ``remove``, all of them.
        changes: option name to (before, after) in the user's words.
        labels: all labels of the version that is written.
        number: the number of the version that is current afterwards.
        object_name: its own name.
        id: its ID, empty until it is made.
        services: the names of the services that were moved to it, filled by whoever moves them.
        pruned: the names of the objects that were removed because nobody needs them, filled by whoever removes them.
    """

    order: ContentOrder
    action: str
    live: Version | None = None
    target: Version | None = None
    stale: list[Version] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    number: int = 0
    object_name: str = ""
    id: str = ""
    services: list[str] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)

    @property
    def claims(self) -> bool:
        """Whether a version that was not ours before is current afterwards."""
        made = self.action in ("create", "rotate")
        return made or (self.target is not None and not self.target.owned and self.action != "none")

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        labels = sorted(name[len("labels.") :] for name in self.changes if name.startswith("labels."))
        done = _DONE[self.action].format(
            number=self.number, object_name=self.object_name, labels=", ".join(labels) or "the memory of them"
        )
        return f"{self.order.name}: {done}"

    def diff(self, after: bool) -> dict[str, t.Any]:
        """One side of the diff, without any data."""
        if self.action == ("remove" if after else "create"):
            return {"state": "absent"}
        return {"state": "present", **side(self.changes, after)}


def plan_content(order: ContentOrder, raws: list[Raw], same: t.Callable[[Version], bool]) -> ContentPlan:
    """Plan one secret or config.

    Args:
        order: what is declared.
        raws: objects as the Engine lists them, at least all that can be its versions.
        same: whether a version's content is the declared one.
    """
    if order.state == "absent":
        found = content.versions_of(raws, order.name, with_namesake=True)
        return ContentPlan(order, "remove" if found else "none", found[0] if found else None, stale=found)
    found = content.versions_of(raws, order.name)
    if not found:
        return _new(order, [], raws)
    equal = None if order.force else next((version for version in found if same(version)), None)
    if equal is None:
        return _new(order, found, raws)
    if equal is not found[0]:
        return _back(order, found, equal)
    return _in_place(order, found)


def prunable(plan: ContentPlan, used: t.Container[str]) -> list[Version]:
    """The versions that nobody needs: not current, not to be kept, used by no service.

    Args:
        plan: of one secret or config.
        used: the IDs of objects that services use.
    """
    if plan.order.state == "absent" or plan.order.keep < 0:
        return []
    return [version for version in plan.stale[plan.order.keep :] if version.id not in used]


def _new(order: ContentOrder, found: list[Version], raws: list[Raw]) -> ContentPlan:
    live = found[0] if found else None
    taken = {raw["Spec"]["Name"] for raw in raws}
    object_name, number = content.free_name(order.name, live.number + 1 if live else 1, order.rolling, taken)
    labels, changes = _labelled(order, live.labels if live else {}, number)
    plan = ContentPlan(
        order, "rotate" if live else "create", live, None, found, changes, labels, number, object_name
    )
    if live:
        plan.changes["content"] = _versions(live.number, number)
    return plan


def _back(order: ContentOrder, found: list[Version], older: Version) -> ContentPlan:
    number = found[0].number + 1
    labels, changes = _labelled(order, found[0].labels, number)
    changes["content"] = _versions(found[0].number, number)
    rest = [version for version in found if version is not older]
    return ContentPlan(
        order, "revert", found[0], older, rest, changes, labels, number, older.object_name, older.id
    )


def _in_place(order: ContentOrder, found: list[Version]) -> ContentPlan:
    live = found[0]
    labels, changes = _labelled(order, live.labels, live.number)
    action = "relabel" if changes else "none"
    if not live.owned:
        action = "adopt"
        changes["owner"] = ("somebody else", "this collection")
    return ContentPlan(
        order, action, live, live, found[1:], changes, labels, live.number, live.object_name, live.id
    )


def relabelled(order: ContentOrder, version: Version, live: dict[str, str], number: int) -> dict[str, str]:
    """The labels of a version that somebody else has changed meanwhile."""
    kept = {name: value for name, value in version.labels.items() if name == content.FINGERPRINT}
    return {**_labelled(order, live, number)[0], **kept}


def claimed(version: Version, name: str) -> dict[str, str]:
    """The labels of somebody else's object that becomes an older version."""
    theirs = {label: value for label, value in version.labels.items() if label not in content.OURS}
    return {**theirs, content.NAME: name, content.NUMBER: str(version.number)}


def _labelled(order: ContentOrder, before: dict[str, str], number: int) -> tuple[dict[str, str], Changes]:
    """All labels, without a fingerprint, and what changes about the user's."""
    made = Plan({"Labels": {name: value for name, value in before.items() if name not in content.OURS}})
    plan_labels(made, order.labels)
    ours = {content.NAME: order.name, content.NUMBER: str(number)}
    return {**made.spec["Labels"], **ours}, made.changes


def _versions(before: int, after: int) -> tuple[str, str]:
    return f"version {before}", f"version {after}"
