# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live swarm as the lists that an inventory declares: the verb of swarm_export_info. PRIVATE to the collection."""

from __future__ import annotations

import base64
import json
import typing as t
import zlib

from .._engine.client import Client
from .._network.attachments import Raw
from .._options.labels import NAMESPACE
from .._rollout.references import PREDEFINED, is_of_swarm
from .._run.interface import Interface
from .._run.verb import Options, Result, Verb
from .._secret.options import CONFIG, SECRET, Family
from .._secret.versions import declared_name, names, users_own
from .._service.references import Catalogue
from .._swarm.nodes import Node
from .._swarm.state import on_manager
from . import entries
from .entries import Entry, LeftOut

LISTS = ("swarm_networks", "swarm_secrets", "swarm_configs", "swarm_services")
_NOTHING: Result = {**{name: [] for name in LISTS}, "left_out": []}
_NODES = (
    "nodes: their labels and availability are not exported; declare them in swarm_labels_node of each host"
)


class _Export:
    """What is exported, and what is left out.

    Args:
        stacks: what belongs to stacks is exported, too.
    """

    def __init__(self, stacks: bool) -> None:
        self.found: dict[str, list[Entry]] = {name: [] for name in LISTS}
        self.left_out: list[str] = []
        self._stacks = stacks
        self._skipped: set[str] = set()

    def add(self, word: str, name: str, labels: Raw | None, make: t.Callable[[], Entry]) -> None:
        """Export one object."""
        stack = (labels or {}).get(NAMESPACE)
        if stack and not self._stacks:
            self._skipped.add(stack)
            return
        try:
            self.found[f"swarm_{word}s"].append(make())
        except LeftOut as reason:
            self.left_out.append(f"{word} {name}: left out, since {reason}")

    def result(self) -> Result:
        """The lists, sorted by name."""
        skipped = [
            f"stack {name}: left out; declare its Compose file in swarm_stacks"
            for name in sorted(self._skipped)
        ]
        return {
            **{name: sorted(found, key=lambda one: str(one["name"])) for name, found in self.found.items()},
            "left_out": [*self.left_out, *skipped, _NODES],
        }


def read(client: Client, _nodes: list[Node], stacks: bool) -> Result:
    """A swarm as lists of declarations.

    Args:
        client: a manager's Engine.
        _nodes: all nodes.
        stacks: what belongs to stacks is exported, too.
    """
    export = _Export(stacks)
    networks, services = client.get("/networks"), client.get("/services")
    of_swarm = [raw for raw in networks if is_of_swarm(raw)]
    contents = {family.word: users_own(client.get(family.path)) for family in (SECRET, CONFIG)}
    for raw in of_swarm:
        # Every swarm has one by itself.
        if not raw.get("Ingress"):
            export.add("network", raw["Name"], raw.get("Labels"), lambda raw=raw: entries.network(raw))  # type: ignore[misc]
    for family in (SECRET, CONFIG):
        _add_contents(export, family, contents[family.word])
    catalogue = Catalogue(
        {**_predefined(client, of_swarm, services), **{raw["Name"]: raw["Id"] for raw in of_swarm}},
        names(contents["secret"]),
        names(contents["config"]),
    )
    for raw in services:
        spec = raw["Spec"]
        export.add(
            "service",
            spec["Name"],
            spec.get("Labels"),
            lambda raw=raw: entries.service(raw, catalogue),  # type: ignore[misc]
        )
    return export.result()


def _add_contents(export: _Export, family: Family, raws: list[Raw]) -> None:
    labels = {declared_name(raw) or raw["Spec"]["Name"]: raw["Spec"].get("Labels") for raw in raws}
    for name in labels:
        export.add(
            family.word,
            name,
            labels[name],
            lambda name=name: entries.content(family, name, raws),  # type: ignore[misc]
        )


def _predefined(client: Client, of_swarm: list[Raw], services: list[Raw]) -> dict[str, str]:
    """The swarm's networks that no list shows, read only where a service may be on one."""
    known = {raw["Id"] for raw in of_swarm}
    used = {
        network["Target"]
        for raw in services
        for network in (raw["Spec"].get("TaskTemplate") or {}).get("Networks") or []
    }
    if used <= known:
        return {}
    return {name: client.get(f"/networks/{name}", scope="swarm")["Id"] for name in sorted(PREDEFINED)}


def lines(found: Result) -> list[str]:
    """What was exported and what not, without a value of any of it."""
    if found["state"] != "manager":
        return [found["why"]]
    made = []
    for kind in LISTS:
        exported = [one["name"] for one in found[kind]]
        made += [f"{kind}: {', '.join(exported)}"] if exported else []
    return [*(made or ["There is nothing to export."]), *found["left_out"]]


def work(options: Options, _check_mode: bool, client: Client) -> Result:
    """Export the swarm."""
    include = options["stacks"] == "include"
    found = on_manager(client, lambda nodes, _own: read(client, nodes, include), dict(_NOTHING))
    result: Result = {"changed": False, **found, "summary": lines(found)}
    if options["packed"]:
        lists = {name: result.pop(name) for name in LISTS}
        result["packed"] = base64.b64encode(zlib.compress(json.dumps(lists).encode())).decode()
    return result


VERB = Verb(
    Interface(
        {
            "stacks": {"type": "str", "choices": ["include", "skip"], "default": "include"},
            "packed": {"type": "bool", "default": False},
        }
    ),
    work,
)
