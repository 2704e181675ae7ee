# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning secrets or configs against a swarm, and sending what the plans say. PRIVATE to the collection."""

from __future__ import annotations

import base64
import contextlib
import functools
import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._engine.client import Client, only
from .._engine.errors import Conflict, EngineError, FlotillaError, NotFound, Overtaken, Refused
from .._engine.wait import in_sequence
from .._options.option import check_once
from . import versions as content
from .compare import same_content
from .declared import ContentOrder, content_order
from .fingerprint import fingerprint
from .move import users
from .plan import ContentPlan, claimed, plan_content, prunable, relabelled
from .versions import Family, Raw, Version

_AT_A_TIME = 4


class Contents:
    """The secrets or the configs of a swarm that somebody declared.

    Args:
        client: a manager's Engine.
        family: which of both.
        orders: what is declared, each name once.
    """

    def __init__(self, client: Client, family: Family, orders: list[ContentOrder]) -> None:
        check_once([order.name for order in orders], family.word)
        self._client = client
        self._orders = orders
        self._fingerprints: dict[str, dict[str, str]] = {}
        #: Secrets or configs.
        self.family = family
        #: What ``plan`` planned.
        self.plans: list[ContentPlan] = []
        #: Sentences for the user that are no failure.
        self.warnings: list[str] = []

    def plan(self, leaving: t.AbstractSet[str] = frozenset()) -> list[ContentPlan]:
        """Plan all of them; nothing is changed.

        Args:
            leaving: the IDs of services that will be gone by the time something is removed.

        Raises:
            Refused: one of them cannot be done.
        """
        raws = self._near() if self._orders else []
        # A fingerprint is slow on purpose, and Python makes several at a time.
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            self.plans = list(pool.map(functools.partial(self._plan, raws), self._orders))
        self._refuse_in_use(leaving)
        return self.plans

    def send_all(self, plans: list[ContentPlan], done: list[ContentPlan]) -> None:
        """Carry out the plans. Afterwards they know the IDs of the versions that are current.

        Args:
            plans: what to do, one after the other.
            done: gets what was carried out, for those who have to tell of it after an error.

        Raises:
            FlotillaError: the Engine objects; the message begins with the name of the secret or config.
        """
        orders = [plan.order for plan in plans if plan.claims]
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            made = pool.map(self._fingerprint, orders)
            self._fingerprints = {order.name: labels for order, labels in zip(orders, made)}
        for plan in plans:
            try:
                self._send(plan)
            except FlotillaError as error:
                raise error.prefixed(f"{plan.order.name}: ") from None
            done.append(plan)

    def _send(self, plan: ContentPlan) -> None:
        if plan.action == "remove":
            for version in plan.stale:
                self._remove(version)
            return
        for version in plan.stale:
            if not version.owned:
                self._relabel(version, lambda now: claimed(now, plan.order.name))
        if plan.action in ("create", "rotate"):
            self._create(plan)
        elif plan.target is not None and plan.action != "none":
            marked = self._fingerprints.get(plan.order.name, {})
            self._relabel(
                plan.target,
                lambda now: {
                    **relabelled(plan.order, now, self._labels_before(plan, now), plan.number),
                    **marked,
                },
            )

    def current(self) -> dict[str, str]:
        """The ID that is meant by each name a service can use.

        What is planned and not made yet has an ID that no object has, so that a plan can already refer to it.
        """
        found = content.names(self._client.get(self.family.path))
        for plan in self.plans:
            # Taken out first: the first name of an ID is to be the object's own.
            found.pop(plan.order.name, None)
            if plan.order.state == "present":
                identity = plan.id or f"planned-{plan.order.name}"
                found.setdefault(plan.object_name, identity)
                found.setdefault(plan.order.name, identity)
        return found

    def prune(self, plans: list[ContentPlan]) -> list[str]:
        """Remove older versions that nobody needs, and say which."""
        told: list[str] = []
        if not any(prunable(plan, ()) for plan in plans):
            return told
        used = users(self._client.get("/services"), self.family)
        for plan in plans:
            for version in prunable(plan, used):
                try:
                    self._remove(version)
                except EngineError as error:
                    # Somebody began to use it just now.
                    self.warnings.append(f"{plan.order.name}: version {version.number} stays. {error}.")
                    continue
                plan.pruned.append(version.object_name)
                told.append(f"{plan.order.name}: older version removed ({version.object_name})")
        return told

    def _plan(self, raws: list[Raw], order: ContentOrder) -> ContentPlan:
        return plan_content(order, raws, functools.partial(same_content, self._client, self.family, order))

    def _near(self) -> list[Raw]:
        """All objects that can be versions of what is declared, and perhaps some more."""
        names = sorted({order.name[: content.SHARED] for order in self._orders})
        return t.cast("list[Raw]", self._client.get(self.family.path, filters=only("name", names) or None))

    def _refuse_in_use(self, leaving: t.AbstractSet[str]) -> None:
        removed = [plan for plan in self.plans if plan.action == "remove"]
        if not removed:
            return
        staying = [raw for raw in self._client.get("/services") if raw["ID"] not in leaving]
        used = users(staying, self.family)
        for plan in removed:
            names = sorted({name for version in plan.stale for name in used.get(version.id, [])})
            if names:
                raise Refused(
                    f"{plan.order.name} cannot be removed: {', '.join(names)} {'use' if len(names) > 1 else 'uses'} it; "
                    f"remove the {self.family.word} from there first. Nothing was sent."
                )

    def _create(self, plan: ContentPlan) -> None:
        order = plan.order
        body: dict[str, t.Any] = {
            "Name": plan.object_name,
            "Labels": {**plan.labels, **self._fingerprints[order.name]},
            **order.about,
        }
        if order.data is not None:
            body["Data"] = base64.b64encode(order.data).decode()
        try:
            plan.id = self._client.post(f"{self.family.path}/create", body)["ID"]
        except Conflict:
            raise self._overtaken(
                f"somebody else made a {self.family.word} {plan.object_name} just now; run again to bring it to what is "
                "declared."
            ) from None

    def _fingerprint(self, order: ContentOrder) -> dict[str, str]:
        if self.family.readable or order.data is None:
            return {}
        made = fingerprint(order.data)
        return {} if made is None else {content.FINGERPRINT: made}

    @staticmethod
    def _labels_before(plan: ContentPlan, now: Version) -> dict[str, str]:
        """Whose labels the declared ones are put on: an older version that comes back gets the current one's."""
        return plan.live.labels if plan.action == "revert" and plan.live else now.labels

    def _relabel(self, version: Version, labels: t.Callable[[Version], dict[str, str]]) -> None:
        """Write labels alone; the data stays as it is."""
        first = [version]

        def write() -> None:
            now = first.pop() if first else Version(self._read(version), version.number, version.owned)
            self._client.post(
                f"{self.family.path}/{now.id}/update",
                {"Name": now.object_name, "Labels": labels(now)},
                version=now.raw["Version"]["Index"],
            )

        in_sequence(write)

    def _read(self, version: Version) -> Raw:
        try:
            return t.cast("Raw", self._client.get(f"{self.family.path}/{version.id}"))
        except NotFound:
            raise self._overtaken(
                f"somebody else removed {version.object_name} just now; run again to make it anew."
            ) from None

    def _overtaken(self, sentence: str) -> FlotillaError:
        """An error after which all is planned anew, unless that would make a forced version a second time."""
        forced = any(order.force for order in self._orders)
        return FlotillaError(sentence) if forced else Overtaken(sentence)

    def _remove(self, version: Version) -> None:
        with contextlib.suppress(NotFound):
            self._client.delete(f"{self.family.path}/{version.id}")


def contents_of(client: Client, family: Family, declared: list[dict[str, t.Any]]) -> Contents:
    """The contents that modules' options declare.

    Raises:
        Refused: one of them cannot be.
    """
    return Contents(client, family, [content_order(family, one, read_file) for one in declared])


def read_file(path: str) -> bytes:
    """The file of ``data_src``, on this host."""
    with open(path, "rb") as file:
        return file.read()
