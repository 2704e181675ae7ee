# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as users have them: what ``docker stack deploy`` makes of them, and what the module does."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.shapes import Shapes

MISSING = "missing"
_CONTAINER = r"TaskTemplate\.ContainerSpec\."
# Every way in which a stack that the module made differs from one that the command line made; guide_stacks tells them.
# By path: what stands there in that of the command line, and why.
DIFFERENCES: dict[str, tuple[t.Any, str]] = {
    r"Labels\.flotilla\.(declared|name|version|fingerprint)": (MISSING, "the collection's own memory"),
    r"EndpointSpec\.Mode": ("vip", "the Engine's default, which the module does not write out"),
    r"EndpointSpec": (MISSING, "the same"),
    _CONTAINER + r"Privileges\.NoNewPrivileges": (False, "an object of the command line that says nothing"),
    _CONTAINER + r"Privileges\.(CredentialSpec|SELinuxContext)": (None, "the same"),
    _CONTAINER + r"Privileges": (MISSING, "the same"),
    _CONTAINER + r"Mounts\[\d+\]\.VolumeOptions": ({}, "the same, for an external volume"),
}
# What the Engine chose, or what is another one whenever it is made.
_CHOSEN = ("Id", "Created", "Containers", "Peers", "ConfigID", "SecretID", "vxlanid_list", "Services")
_NETWORK = (
    "Name",
    "Scope",
    "Driver",
    "EnableIPv6",
    "IPAM",
    "Internal",
    "Attachable",
    "Ingress",
    "Options",
    "Labels",
)
# The subnet that a shape declares; the Engine chooses all others.
_DECLARED_SUBNET = "10.213.7.0/24"


@pytest.fixture
def shapes(cluster: Stage) -> t.Iterator[Shapes]:
    found = Shapes(cluster)
    found.clear()
    found.furnish()
    try:
        yield found
    finally:
        found.clear()


def test_docker_stack_deploy_and_the_module_agree(shapes: Shapes) -> None:
    """K1, K2: each shape taken over from the command line, unchanged, removed, and deployed by the module alone."""
    shapes.by_command_line()
    shapes.stage.until(shapes.settled, 120)
    theirs, tasks = shapes.specs(), shapes.tasks()

    taken = shapes.by_module(wait=False)
    assert {name: result.get("msg") for name, result in taken.items() if result["failed"]} == {}
    after = shapes.tasks()
    assert {task: slot for task, slot in tasks.items() if task not in after} == {}
    assert after == tasks

    writes = shapes.stage.writes()
    again = shapes.by_module()
    changed = {name for name, result in again.items() if result["changed"] or result["failed"]}
    assert changed == set()
    assert writes.seen() == []
    assert shapes.tasks() == tasks

    # All services go at the same time, and what they used goes after them.
    for wait in (False, True):
        gone = shapes.by_module(state="absent", wait=wait)
        assert {name: result.get("msg") for name, result in gone.items() if result["failed"]} == {}
    assert shapes.specs() == {"service": {}, "network": {}, "secret": {}, "config": {}}

    shapes.pause()
    made = shapes.by_module(wait=False)
    assert {name: result.get("msg") for name, result in made.items() if result["failed"]} == {}
    assert unexplained(theirs, shapes.specs()) == []


def unexplained(theirs: dict[str, t.Any], ours: dict[str, t.Any]) -> list[str]:
    """What differs beside what is explained."""
    one, other = dict(flat(alike(theirs))), dict(flat(alike(ours)))
    found = []
    for path in sorted(set(one) | set(other)):
        within = "".join(path[2:]).lstrip(".")
        pair = one.get(path, MISSING), other.get(path, MISSING)
        if pair[0] != pair[1] and not _explained(within, pair[0]):
            found.append(f"{''.join(path)}: {pair[0]} / {pair[1]}")
    return found


def _explained(path: str, theirs: t.Any) -> bool:
    return any(re.fullmatch(known, path) and theirs == value for known, (value, _why) in DIFFERENCES.items())


def alike(specs: dict[str, t.Any]) -> dict[str, t.Any]:
    """The specs without what the Engine chose, networks by their names, lists without an order in one order."""
    names = {network["Id"]: name for name, network in specs["network"].items()}

    def settle(value: t.Any, key: str = "") -> t.Any:
        if isinstance(value, dict):
            kept = {
                inner: settle(part, inner) for inner, part in value.items() if not inner.endswith(_CHOSEN)
            }
            if key == "IPAM":
                kept["Config"] = [part for part in kept["Config"] or [] if part["Subnet"] == _DECLARED_SUBNET]
            return kept
        if key == "Target":
            return names.get(value, value)
        if key == "Constraints":
            return sorted(part.replace(" ", "") for part in value or [])
        if isinstance(value, list):
            settled = [settle(part) for part in value]
            return sorted(settled, key=str) if key in ("Aliases", "Ports") else _by_target(settled)
        return value

    networks = {name: {key: one[key] for key in _NETWORK} for name, one in specs["network"].items()}
    return {kind: settle(found) for kind, found in {**specs, "network": networks}.items()}


def _by_target(values: list[t.Any]) -> list[t.Any]:
    if values and all(isinstance(value, dict) and "Target" in value for value in values):
        return sorted(values, key=lambda value: str(value["Target"]))
    return values


def flat(value: t.Any, path: tuple[str, ...] = ()) -> t.Iterator[tuple[tuple[str, ...], t.Any]]:
    """The leaves by their paths."""
    if isinstance(value, (dict, list)) and value:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(part, (*path, f"[{key}]" if isinstance(key, int) else f".{key}"))
    else:
        yield path, value
