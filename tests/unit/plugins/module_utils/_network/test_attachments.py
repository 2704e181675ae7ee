# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._network.attachments import (
    MOVING_LABEL,
    awaits_network,
    detached,
    reattached,
    uses,
)
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]

FRONT = {"Id": "idfront", "Name": "front"}
NEW = {"Id": "idnew", "Name": "front"}
BACK = {"Id": "idback", "Name": "back"}
INGRESS = {"Id": "idin", "Name": "ingress", "Ingress": True}

_attachments = st.lists(
    st.fixed_dictionaries(
        {"Target": st.sampled_from(["idfront", "idback", "idother"])},
        optional={"Aliases": st.just(["www"]), "DriverOpts": st.just({"a": "b"})},
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one["Target"],
)
_ports = st.lists(
    st.sampled_from(
        [
            {"TargetPort": 80, "PublishedPort": 80, "PublishMode": "ingress"},
            {"TargetPort": 81, "PublishedPort": 81},
            {"TargetPort": 82, "PublishedPort": 82, "PublishMode": "host"},
        ]
    ),
    min_size=1,
    max_size=3,
    unique_by=str,
)
specs = st.fixed_dictionaries(
    {
        "Name": st.just("web"),
        "Labels": st.dictionaries(st.sampled_from(["a", "b"]), st.just("1")),
        "TaskTemplate": st.fixed_dictionaries(
            {"ContainerSpec": st.just({"Image": "tiny"})}, optional={"Networks": _attachments}
        ),
    },
    optional={
        "Networks": _attachments,
        "UpdateConfig": st.just({"Parallelism": 2, "Delay": 5, "FailureAction": "rollback"}),
        "EndpointSpec": st.fixed_dictionaries({"Mode": st.just("vip")}, optional={"Ports": _ports}),
    },
)


@given(specs)
def test_a_service_that_is_detached_and_reattached_is_as_before(spec: Raw) -> None:
    before = copy.deepcopy(spec)
    left = detached(spec, FRONT, "front")
    assert spec == before
    assert not uses(left, FRONT)
    assert awaits_network(left, "front")
    back = reattached(left, "front", "idfront")
    assert back == before


@given(specs)
def test_two_networks_at_a_time_do_not_disturb_each_other(spec: Raw) -> None:
    left = detached(detached(detached(spec, FRONT, "front"), BACK, "back"), INGRESS, "ingress")
    assert left["UpdateConfig"]["Parallelism"] == 0
    assert not any(uses(left, network) for network in (FRONT, BACK, INGRESS))
    back = reattached(reattached(reattached(left, "ingress", "idin"), "back", "idback"), "front", "idfront")
    assert back == spec


def test_everything_else_is_kept_and_the_new_network_is_the_target() -> None:
    spec = {
        "Labels": {"a": "1"},
        "TaskTemplate": {
            "Networks": [{"Target": "idback"}, {"Target": "idfront", "Aliases": ["www"]}, {"Target": "x"}]
        },
    }
    back = reattached(detached(spec, FRONT, "front"), "front", "idnew")
    assert back["TaskTemplate"]["Networks"] == [
        {"Target": "idback"},
        {"Target": "idnew", "Aliases": ["www"]},
        {"Target": "x"},
    ]
    assert back["Labels"] == {"a": "1"}
    assert "UpdateConfig" not in back


def test_all_tasks_leave_at_once_whatever_becomes_of_them() -> None:
    spec = {"UpdateConfig": {"Parallelism": 1, "Delay": 10**10, "FailureAction": "pause"}, **_on("idfront")}
    left = detached(spec, FRONT, "front")
    assert left["UpdateConfig"] == {"Parallelism": 0, "FailureAction": "continue", "Order": "stop-first"}
    assert "Networks" not in left["TaskTemplate"]


def test_a_service_that_another_client_reattached_is_not_attached_twice() -> None:
    left = detached(_on("idfront"), FRONT, "front")
    left["TaskTemplate"]["Networks"] = [{"Target": "idnew", "Aliases": ["theirs"]}]
    back = reattached(left, "front", "idnew")
    assert back["TaskTemplate"]["Networks"] == [{"Target": "idnew", "Aliases": ["theirs"]}]
    assert MOVING_LABEL not in back["Labels"]


def test_a_network_given_by_its_name_counts() -> None:
    assert uses(_on("front"), FRONT)
    assert not uses(_on("other"), FRONT)


@pytest.mark.parametrize("text", ["", "x", "[]", '{"left": 5}', "null"])
def test_a_damaged_memory_is_none(text: str) -> None:
    spec = {"Labels": {MOVING_LABEL: text}, **_on("idfront")}
    assert not awaits_network(spec, "front")
    assert awaits_network(detached(spec, FRONT, "front"), "front")


def _on(target: str) -> Raw:
    return {"TaskTemplate": {"Networks": [{"Target": target}]}}
