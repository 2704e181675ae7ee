# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is exported is declared again, and nothing is to be done."""

from __future__ import annotations

import base64
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._export import entries
from ansible_collections.flotilla.swarm.plugins.module_utils._export.entries import LeftOut
from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import DECLARED_LABEL
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.declared import declared_secret
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG, SECRET, Family
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.plan import SecretPlan, plan_secret
from ansible_collections.flotilla.swarm.tests.unit.support.services import (
    CATALOGUE,
    Params,
    declarations,
    planned,
    service,
)
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=150)
@given(declarations(), st.booleans())
def test_an_exported_service_is_no_change(params: Params, remembers: bool) -> None:
    """Whether another client made it or this collection."""
    live = service(params)
    if not remembers:
        del live["Spec"]["Labels"][DECLARED_LABEL]
    entry = entries.service(live, CATALOGUE)
    again = planned(entry, live)
    assert (again.action, again.changes) == ("none", {})
    # It makes the same service where there is none.
    assert entries.service(planned_anew(entry), CATALOGUE) == entry


def planned_anew(entry: Params) -> dict[str, t.Any]:
    return {"ID": "id2", "Version": {"Index": 1}, "Spec": planned(entry).spec}


def test_a_service_that_no_option_says_is_left_out() -> None:
    live = service({"name": "web", "image": "nginx:1"})
    live["Spec"]["TaskTemplate"]["ContainerSpec"]["Mounts"] = [
        {"Type": "bind", "Source": "/a", "Target": "/a", "BindOptions": {"ReadOnlyNonRecursive": True}}
    ]
    with pytest.raises(LeftOut, match="no option says all of mounts"):
        entries.service(live, CATALOGUE)
    with pytest.raises(LeftOut, match="it runs no container"):
        entries.service({"Spec": {"Name": "plugin", "TaskTemplate": {"PluginSpec": {}}}}, CATALOGUE)


def test_a_network_is_exported_without_what_the_swarm_assigned() -> None:
    live = {
        "Id": "n1",
        "Name": "front",
        "Scope": "swarm",
        "Driver": "overlay",
        "Attachable": True,
        "Labels": {"a": "b", DECLARED_LABEL: "[]"},
        "Options": {"com.docker.network.driver.overlay.vxlanid_list": "4097", "encrypted": "", "x": "y"},
        "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.0.1.0/24", "Gateway": "10.0.1.1"}]},
    }
    assert entries.network(live) == {
        "name": "front",
        "attachable": True,
        "encrypted": True,
        "ipam_config": [{"subnet": "10.0.1.0/24", "gateway": "10.0.1.1"}],
        "labels": {"a": "b"},
        "driver_options": {"x": "y"},
    }


def content(data: bytes, **labels: str) -> dict[str, t.Any]:
    return {"ID": "c1", "Spec": {"Name": "conf", "Labels": labels, "Data": base64.b64encode(data).decode()}}


def test_a_config_has_its_data_and_a_secret_its_name() -> None:
    raw = content(b"a: {{ b }}\n", x="y")
    assert entries.content(CONFIG, "conf", [raw]) == {
        "name": "conf",
        "data": "a: {{ b }}\n",
        "labels": {"x": "y"},
        "take_over": False,
    }
    binary = entries.content(CONFIG, "conf", [content(b"\xff\x00")])
    assert (binary["data"], binary["data_is_b64"]) == ("/wA=", True)
    assert entries.content(SECRET, "conf", [raw]) == {"name": "conf", "take_over": False}


def test_what_is_not_taken_over_is_written_once_it_differs_and_has_to_exist() -> None:
    raw = content(b"text")

    def plan(family: Family, raws: list[dict[str, t.Any]], **entry: t.Any) -> SecretPlan:
        declared = declared_secret(
            family, {"name": "conf", "take_over": False, **entry}, lambda _path, _most: b""
        )
        return plan_secret(family, declared, raws, lambda version: declared.data in (None, b"text"))

    assert plan(CONFIG, [raw], data="text").action == "none"
    assert plan(CONFIG, [raw], data="text", labels={"a": "b"}).action == "adopt"
    assert plan(CONFIG, [raw], data="other").action == "rotate"
    assert plan(SECRET, [raw]).action == "none"
    with pytest.raises(Refused, match="there is no such secret on the swarm, and its data is not declared"):
        plan(SECRET, [])
