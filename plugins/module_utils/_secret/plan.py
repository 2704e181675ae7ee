# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change about a secret or a config. PRIVATE to the collection. Pure.

The current version is compared with what is declared. If an older version has the declared content, that one becomes current
again; any other content needs a new version. Labels are changed in place.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options.changes import Changes
from .._options.labels import DECLARED_LABEL
from .._options.option import Table
from .._options.plan import Plan, plan
from .._run.plans import ObjectPlan
from . import versions
from .declared import DeclaredSecret
from .options import LABELS_OPTION, Family
from .versions import Raw, Version

_DONE = {
    "create": "created",
    "adopt": "taken over as version {number}, since its content is the declared one",
    "rotate": "version {number} created ({object_name})",
    "revert": "an older version with this content became version {number} ({object_name})",
    "relabel": "labels updated ({labels})",
    "remove": "removed",
}


@dataclass
class SecretPlan(ObjectPlan):
    """What is done to one secret or config.

    Attributes:
        family: which of both.
        declared: what the user declared.
        action: ``create``, ``adopt``, ``rotate``, ``revert``, ``relabel``, ``remove`` or ``none``.
        live: the current version as it is now, ``None`` where there is none.
        target: the version that is written, ``None`` where a new one is created.
        older: the versions that are not current afterwards, the newest first; with ``remove``, all of them.
        changes: option name to (before, after) in the user's words.
        labels: all labels of the version that is written, without a fingerprint.
        number: the number of the version that is current afterwards.
        object_name: its own name.
        id: its ID, empty until it is created.
    """

    family: Family
    declared: DeclaredSecret
    action: str
    live: Version | None = None
    target: Version | None = None
    older: list[Version] = field(default_factory=list)
    changes: Changes = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    number: int = 0
    object_name: str = ""
    id: str = ""

    @property
    def name(self) -> str:
        """The declared name."""
        return self.declared.name

    @property
    def table(self) -> Table:
        """The options of the family."""
        return self.family.table

    @property
    def is_present(self) -> bool:
        """Whether it exists afterwards."""
        return self.declared.state == "present"

    @property
    def needs_fingerprint(self) -> bool:
        """Whether a version is current afterwards that has no fingerprint of ours."""
        if self.target is None:
            return self.action in ("create", "rotate")
        return not self.target.owned and self.action != "none"

    @property
    def prunable(self) -> list[Version]:
        """The older versions that are not kept; a service may still use one."""
        keep = self.declared.keep
        return self.older[keep:] if self.is_present and keep >= 0 else []

    @property
    def sentence(self) -> str:
        """What is done, for the user."""
        labels = sorted(name[len("labels.") :] for name in self.changes if name.startswith("labels."))
        done = _DONE[self.action].format(
            number=self.number,
            object_name=self.object_name,
            labels=", ".join(labels) or "the record of which are declared",
        )
        return f"{self.name}: {done}"


def plan_secret(
    family: Family, declared: DeclaredSecret, raws: list[Raw], same: t.Callable[[Version], bool]
) -> SecretPlan:
    """Plan one secret or config.

    Args:
        family: which of both.
        declared: what the user declared.
        raws: objects as the Engine lists them, at least all that can be its versions.
        same: whether a version's content is the declared one.
    """
    if declared.state == "absent":
        existing = versions.versions_of(raws, declared.name, with_namesake=True)
        action, live = ("remove", existing[0]) if existing else ("none", None)
        return SecretPlan(family, declared, action, live, older=existing)
    existing = versions.versions_of(raws, declared.name)
    equal = None if declared.force else next((version for version in existing if same(version)), None)
    if equal is None:
        return _new_version(family, declared, existing, raws)
    if equal is existing[0]:
        return _in_place(family, declared, existing)
    return _older_version(family, declared, existing, equal)


def versioned_changes(family: Family, declared: DeclaredSecret, spec: Raw) -> Changes:
    """What differs about the options of which another value needs a new version; one that is left out has its default."""
    return plan(family.versioned, declared.values, spec, reset=True).changes


def labels_of_current(planned: SecretPlan, now: Version) -> dict[str, str]:
    """All labels of the version that becomes current, made from what it has now, when it is written."""
    # An older version that becomes current gets the labels of the one before.
    before = planned.live.labels if planned.action == "revert" and planned.live else now.labels
    fingerprint = {name: text for name, text in now.labels.items() if name == versions.FINGERPRINT}
    return {**_labelled(planned.declared, before, planned.number)[0], **fingerprint}


def labels_of_older(name: str, now: Version) -> dict[str, str]:
    """All labels of an object of another client that becomes an older version."""
    ours = {versions.NAME: name, versions.NUMBER: str(now.number)}
    return {**versions.without_internal(now.labels), **ours}


def _new_version(
    family: Family, declared: DeclaredSecret, existing: list[Version], raws: list[Raw]
) -> SecretPlan:
    live = existing[0] if existing else None
    if declared.exists_already:
        missing = "" if live else f"there is no such {family.word} on the swarm, and "
        raise Refused(
            f"{declared.name}: {missing}its data is not declared, so no version of it can be created: add data. Nothing was sent."
        )
    taken = {raw["Spec"]["Name"] for raw in raws}
    object_name, number = versions.free_name(
        declared.name, live.number + 1 if live else 1, declared.rolling, taken
    )
    labels, changes = _labelled(declared, live.labels if live else {}, number)
    changes.update(versioned_changes(family, declared, live.raw["Spec"] if live else {}))
    if live:
        changes["content"] = _numbers(live.number, number)
    return SecretPlan(
        family,
        declared,
        "rotate" if live else "create",
        live,
        None,
        existing,
        changes,
        labels,
        number,
        object_name,
    )


def _older_version(
    family: Family, declared: DeclaredSecret, existing: list[Version], equal: Version
) -> SecretPlan:
    live = existing[0]
    number = live.number + 1
    labels, changes = _labelled(declared, live.labels, number)
    changes.update(versioned_changes(family, declared, live.raw["Spec"]))
    changes["content"] = _numbers(live.number, number)
    others = [version for version in existing if version is not equal]
    return SecretPlan(
        family,
        declared,
        "revert",
        live,
        equal,
        others,
        changes,
        labels,
        number,
        equal.object_name,
        equal.id,
    )


def _in_place(family: Family, declared: DeclaredSecret, existing: list[Version]) -> SecretPlan:
    live = existing[0]
    labels, changes = _labelled(declared, live.labels, live.number)
    if not declared.takes_over and changes.keys() <= {DECLARED_LABEL}:
        changes = {}
    action = "relabel" if changes else "none"
    if not live.owned and (declared.takes_over or changes):
        action = "adopt"
        changes["owner"] = ("another client", "this collection")
    return SecretPlan(
        family,
        declared,
        action,
        live,
        live,
        existing[1:],
        changes,
        labels,
        live.number,
        live.object_name,
        live.id,
    )


def _labelled(
    declared: DeclaredSecret, before: dict[str, str], number: int
) -> tuple[dict[str, str], Changes]:
    """All labels, without a fingerprint, and what changes about the user's."""
    planned: Plan = plan((LABELS_OPTION,), declared.values, {"Labels": versions.without_internal(before)})
    ours = {versions.NAME: declared.name, versions.NUMBER: str(number)}
    return {**planned.spec["Labels"], **ours}, planned.changes


def _numbers(before: int, after: int) -> tuple[str, str]:
    return f"version {before}", f"version {after}"
