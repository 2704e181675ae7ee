# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.filter.swarm_drift import FilterModule

drift = FilterModule().filters()["swarm_drift"]
M1 = {"state": "manager", "node_id": "id-m1", "nodes": [{"id": "id-m1", "hostname": "m1"}]}
TOWER = {"com.docker.stack.namespace": "tower"}


def found(**more: t.Any) -> dict[str, t.Any]:
    return {"site": [], "deploy": {"actions": [], "undeclared": {}}, **more}


def test_nothing_differs() -> None:
    declared = {"services": [{"name": "web"}], "stacks": [{"name": "tower"}]}
    seen = found(
        services=[{"name": "web", "labels": {}}, {"name": "tower_one", "labels": TOWER}],
        networks=[{"name": "ingress", "ingress": True, "labels": {}}],
    )
    told = drift(["m1"], {"m1": M1}, declared, seen)
    assert (told["drift"], told["lines"], told["failures"]) == (False, ["Nothing differs."], [])


def test_each_kind_of_difference_is_a_line() -> None:
    nodes = [*M1["nodes"], {"id": "id-x", "hostname": "x9"}]
    seen = found(
        site=["m1: labels.a: not set → b"],
        deploy={
            "actions": ["web: updated (env)", "service tower_gone: removed"],
            "undeclared": {"services": ["tower_gone", "tower_old"]},
            "diff": [{"before_header": "web", "before": {"env": "(hidden)"}, "after": {"env": "(hidden)"}}],
        },
        services=[
            {"name": "extra", "labels": {}},
            {"name": "shop_one", "labels": {**TOWER, next(iter(TOWER)): "shop"}},
        ],
        secrets=[
            {"name": "key", "versions": [{"labels": {}}]},
            {"name": "ci-key", "versions": [{"labels": {}}]},
        ],
    )
    told = drift(["m1"], {"m1": {**M1, "nodes": nodes}}, {"stacks": [{"name": "tower"}]}, seen, ["ci-*"])
    assert told["drift"]
    assert told["lines"] == [
        "m1: labels.a: not set → b",
        "web: updated (env)",
        "service tower_gone: removed",
        "node x9: declared nowhere",
        "stack shop: declared nowhere",
        "secret key: declared nowhere",
        "service extra: declared nowhere",
        "service tower_old: declared nowhere",
    ]
    assert told["diff"] == [{"name": "web", "before": {"env": "(hidden)"}, "after": {"env": "(hidden)"}}]


def test_members_of_a_stack_that_are_declared_one_by_one_are_no_drift() -> None:
    told = drift(
        ["m1"],
        {"m1": M1},
        {"services": [{"name": "tower_one"}]},
        found(services=[{"name": "tower_one", "labels": TOWER}]),
    )
    assert not told["drift"]


def test_what_could_not_be_read_is_a_failure_and_its_node_no_drift() -> None:
    nodes = [*M1["nodes"], {"id": "id-w1", "hostname": "w1"}, {"id": "id-w2", "hostname": "w2"}]
    infos = {
        "m1": {**M1, "nodes": nodes},
        "w1": {},
        "w2": {"state": "no_engine", "why": "No Engine answers."},
    }
    told = drift(["m1", "w1", "w2"], infos, {}, found())
    assert told["failures"] == ["w1: was not reached.", "w2: No Engine answers."]
    assert not told["drift"]
