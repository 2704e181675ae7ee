# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning secrets or configs against a swarm, and carrying out each plan. PRIVATE to the collection."""

from __future__ import annotations

import base64
import functools
import os
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

from .._engine.client import Client, filter_by
from .._engine.errors import Conflict, FlotillaError, NotFound, Overtaken, Refused
from .._engine.update import create, remove, update
from .._options.fingerprint import SALT, fingerprint
from .._options.one_or_many import check_case, check_once
from .._options.option import check_versions
from .._rollout.references import users
from .._run.steps import step
from . import drivers, versions
from .compare import same_content
from .declared import DeclaredSecret
from .options import Family
from .plan import SecretPlan, labels_of_current, labels_of_older, plan_secret
from .seal import seal, sealed
from .versions import Raw, Version

# A fingerprint is slow on purpose, and Python computes several at a time.
_THREADS = 4


class Secrets:
    """The secrets or the configs of a swarm that a user declares.

    Args:
        client: a manager's Engine.
        family: which of both.
        declared: what is declared.

    Raises:
        Refused: one is declared twice, or has an option that the Engine does not know.
    """

    def __init__(self, client: Client, family: Family, declared: list[DeclaredSecret]) -> None:
        check_once([one.name for one in declared], family.word)
        for one in declared:
            try:
                check_versions(family.table, one.values, client.api(), client.where)
            except Refused as error:
                raise error.prefixed(f"{one.name}: ") from None
        self._client = client
        self._declared = declared
        self._fingerprints: dict[str, str] | None = None
        self._seal: dict[str, str] = {}
        self._raws: list[Raw] = []
        self._begun: list[Future[SecretPlan]] | None = None
        #: Secrets or configs.
        self.family = family
        #: What ``plan`` planned.
        self.plans: list[SecretPlan] = []
        #: Sentences for the user that are no failure.
        self.warnings: list[str] = []

    def begin(self) -> None:
        """Read what there is, and begin to compare contents, which goes on while something else is done."""
        self._raws = self._candidates() if self._declared else []
        pool = ThreadPoolExecutor(_THREADS)
        known = pool.submit(self._sealed)
        self._begun = [pool.submit(self._plan, declared, known) for declared in self._declared]
        pool.shutdown(wait=False)

    def plan(self, leaving: t.AbstractSet[str] = frozenset()) -> list[SecretPlan]:
        """Plan all of them; nothing is changed.

        Args:
            leaving: the IDs of services that do not exist any longer when something is removed.

        Raises:
            Refused: a service uses one that is declared absent.
        """
        if self._begun is None:
            self.begin()
        self.plans = [one.result() for one in self._begun or []]
        self._begun = None
        new = [plan for plan in self.plans if plan.action in ("create", "rotate")]
        check_case(
            (plan.object_name for plan in new), (raw["Spec"]["Name"] for raw in self._raws), self.family.word
        )
        self._refuse_in_use(leaving)
        named = {one.name: one.values["driver"]["Name"] for one in self._declared if one.values.get("driver")}
        self.warnings += drivers.warnings(
            self._client, {plan.name: named[plan.name] for plan in new if plan.name in named}
        )
        return self.plans

    def apply(self, plan: SecretPlan) -> None:
        """Carry out one plan; afterwards it has the ID of the version that is current.

        Raises:
            Overtaken: another client created or removed the same object.
            FlotillaError: the Engine objects; ``actions`` among its facts has what was done all the same.
        """
        if plan.action == "none":
            return
        if plan.action == "remove":
            self._remove(plan)
            return
        done: list[str] = []
        try:
            for version in plan.older:
                if not version.owned:
                    with step(
                        done, f"{plan.name}: {version.object_name} taken over as version {version.number}"
                    ):
                        self._relabel(version, functools.partial(labels_of_older, plan.name))
            with step(done, plan.sentence):
                self._make_current(plan)
        except FlotillaError as error:
            raise error.after({"actions": done}) from None

    def _make_current(self, plan: SecretPlan) -> None:
        """Create or relabel the version that is current afterwards."""
        if plan.target is None:
            plan.id = self._create(plan)
            return
        marked = self._marks_of(plan)
        self._relabel(plan.target, lambda now: {**labels_of_current(plan, now), **marked})

    def current(self) -> dict[str, str]:
        """The ID that each name means which a service can use.

        One that is planned and not created yet has an ID that no object has, so that a plan can already refer to it.
        """
        ids = versions.names(self._client.get(self.family.path))
        for plan in self.plans:
            # Taken out first: the first name of an ID has to be the object's own.
            ids.pop(plan.name, None)
            if plan.is_present:
                identity = plan.id or f"planned-{plan.name}"
                ids.setdefault(plan.object_name, identity)
                ids.setdefault(plan.name, identity)
        return ids

    def _plan(self, declared: DeclaredSecret, known: Future[set[str]]) -> SecretPlan:
        same = functools.partial(same_content, self._client, self.family, declared, known.result())
        return plan_secret(self.family, declared, self._raws, same)

    def _sealed(self) -> set[str]:
        """The fingerprints of current versions that are known at once to be those of what is declared."""
        found = [(versions.versions_of(self._raws, one.name)[:1], one.data) for one in self._declared]
        return sealed([(current[0], data) for current, data in found if current and data is not None])

    def _candidates(self) -> list[Raw]:
        """All objects that can be versions of what is declared, and perhaps some more."""
        beginnings = sorted({one.name[: versions.SHARED] for one in self._declared})
        return t.cast(
            "list[Raw]", self._client.get(self.family.path, filters=filter_by("name", beginnings) or None)
        )

    def _refuse_in_use(self, leaving: t.AbstractSet[str]) -> None:
        removed = [plan for plan in self.plans if plan.action == "remove"]
        if not removed:
            return
        staying = [raw for raw in self._client.get("/services") if raw["ID"] not in leaving]
        used_by = users(staying, self.family.word)
        for plan in removed:
            names = sorted({name for version in plan.older for name in used_by.get(version.id, [])})
            if names:
                use, services = ("use", "these services") if len(names) > 1 else ("uses", "this service")
                raise Refused(
                    f"{plan.name} cannot be removed: {', '.join(names)} {use} it; remove the {self.family.word} from "
                    f"{services} first. Nothing was sent."
                )

    def _create(self, plan: SecretPlan) -> str:
        """Create a version, and return its ID."""
        declared = plan.declared
        body: Raw = {
            "Name": plan.object_name,
            "Labels": {**plan.labels, **self._marks_of(plan)},
        }
        for option in self.family.versioned:
            if option.name in declared.values:
                option.write(body, declared.values[option.name])
        if declared.data is not None:
            body["Data"] = base64.b64encode(declared.data).decode()
        try:
            return create(self._client, self.family.path, body).id
        except Conflict:
            raise self._overtaken(
                f"another client has just created the {self.family.word} {plan.object_name}; run again to bring it to what "
                "is declared."
            ) from None

    def _marks_of(self, plan: SecretPlan) -> dict[str, str]:
        """The labels by which the data is recognized; those of all plans are computed together, with the first of them."""
        if self.family.readable:
            return {}
        if self._fingerprints is None:
            self._fingerprints = self._new_fingerprints()
            known = {self._fingerprint_after(one): one.declared.data for one in self.plans}
            self._seal = seal({text: data for text, data in known.items() if text and data is not None})
        text = self._fingerprints.get(plan.name)
        return {**self._seal, **({versions.FINGERPRINT: text} if text else {})}

    def _new_fingerprints(self) -> dict[str, str]:
        """The fingerprint of each secret that needs one, where this Python can compute it."""
        data = {one.name: one.declared.data for one in self.plans if one.needs_fingerprint}
        with ThreadPoolExecutor(_THREADS) as pool:
            texts = pool.map(
                lambda one: None if one is None else fingerprint(one, os.urandom(SALT)), data.values()
            )
            return {name: text for name, text in zip(data, texts) if text}

    def _fingerprint_after(self, plan: SecretPlan) -> str | None:
        """The fingerprint that the current version of a secret has when all plans are carried out."""
        kept = plan.target.labels.get(versions.FINGERPRINT) if plan.target else None
        return (self._fingerprints or {}).get(plan.name, kept)

    def _relabel(self, version: Version, labels: t.Callable[[Version], dict[str, str]]) -> None:
        """Write the labels of a version; its content stays as it is."""

        def change(raw: Raw) -> Raw | None:
            now = Version(raw, version.number, version.owned)
            wanted = labels(now)
            return None if wanted == now.labels else {"Name": now.object_name, "Labels": wanted}

        try:
            written = update(
                self._client, f"{self.family.path}/{version.id}", change, known=dict(version.raw)
            )
        except NotFound:
            raise self._overtaken(
                f"another client has just removed {version.object_name}; run again to create a new version."
            ) from None
        self.warnings += written.warnings

    def _overtaken(self, sentence: str) -> FlotillaError:
        """An error after which all is planned again, unless that would create a forced version a second time."""
        forced = any(declared.force for declared in self._declared)
        return FlotillaError(sentence) if forced else Overtaken(sentence)

    def _remove(self, plan: SecretPlan) -> None:
        removed: list[str] = []
        for version in plan.older:
            try:
                with step(removed, f"{plan.name}: version {version.number} removed ({version.object_name})"):
                    remove(self._client, f"{self.family.path}/{version.id}")
            except FlotillaError as error:
                raise error.after({"actions": removed}) from None
