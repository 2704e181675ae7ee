# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Compose files that users have, read as a whole. What they come to on real Engines is proven in integration."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._network.options import NETWORK
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import declared, given
from ansible_collections.flotilla.swarm.plugins.module_utils._service.mode import mode_options
from ansible_collections.flotilla.swarm.plugins.module_utils._service.options import SERVICE
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.check import checked
from ansible_collections.flotilla.swarm.plugins.plugin_utils._compose.compose import Stack, read_stack

SHAPES = Path(__file__).parents[4] / "shapes"
FILES = sorted(path.name for path in SHAPES.glob("*.yml") if path.name != "several-live.yml")
NAMESPACE = "com.docker.stack.namespace"


def read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise LookupError(str(error.strerror)) from None


def shape(*names: str) -> Stack:
    variables = {"REGISTRY": "registry:5000", "STACK": "shape"}
    return read_stack("shape", [str(SHAPES / name) for name in names], read, variables)


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 14


@pytest.mark.parametrize("name", FILES)
def test_a_shape_is_what_the_modules_take(name: str) -> None:
    stack = shape(name, "several-live.yml") if name == "several-base.yml" else shape(name)
    assert stack.services
    for service in stack.services:
        params = checked(service, stack.where(service["name"]))
        table = (*SERVICE, *mode_options(service["mode"]))
        wanted = declared(table, params)
        known = {option.name for option in table} | {"name", "mode", "state", "resolve_image", "undeclared"}
        # Nothing that was read is unknown to the table, and nothing that it knows gets lost.
        assert {
            key for key in service if not isinstance(service[key], dict) or key.endswith("labels")
        } <= known
        assert set(wanted) == {option.name for option in table if given(params, option.name) is not None}
        assert service["labels"][NAMESPACE] == service["container_labels"][NAMESPACE] == "shape"
    for network in stack.networks:
        assert declared(NETWORK, network)["labels"][NAMESPACE] == "shape"
    made = {network["name"] for network in stack.networks}
    named = {network["name"] for service in stack.services for network in service["networks"]}
    assert named - made <= {*stack.external["networks"], "host"}


def test_reading_does_not_depend_on_anything_but_the_files() -> None:
    for name in FILES:
        assert shape(name) == shape(name)


@pytest.mark.parametrize("name", FILES)
def test_no_shape_needs_a_warning(name: str) -> None:
    assert shape(name).warnings == []


def test_the_bytes_of_files_reach_the_swarm_as_they_are() -> None:
    found = {config["name"]: config["data"] for config in shape("elasticsearch.yml").configs}
    assert base64.b64decode(found["shape_jvm"]) == (SHAPES / "files" / "jvm.options").read_bytes()
    assert base64.b64decode(found["shape_jvm"]) == b"-Xss1m \n-XX:+UseG1GC"
