# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._node.plan import Step, order, steps
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes, quorum
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from hypothesis import assume, given
from hypothesis import strategies as st


def planned(raws: list[dict[str, t.Any]], *wanted: dict[str, t.Any], own_id: str | None = None) -> list[Step]:
    return steps([order(params) for params in wanted], raws, nodes.views(raws), own_id)


def three() -> list[dict[str, t.Any]]:
    return [raw_node(f"m{number}", role="manager", leader=number == 1) for number in (1, 2, 3)]


def test_what_is_so_already_takes_no_step() -> None:
    wanted = {"hostname": "m1", "role": "manager", "availability": "active", "labels": {}}
    assert planned(three(), wanted, {"hostname": "m2"}) == []


def test_promotions_come_before_demotions_and_the_node_that_is_asked_last_of_all() -> None:
    raws = [*three(), raw_node("w1"), raw_node("w2"), raw_node("w3")]
    made = planned(
        raws,
        {"hostname": "m1", "role": "worker"},
        {"hostname": "m2", "role": "worker"},
        {"hostname": "w1", "labels": {"a": "1"}},
        {"hostname": "w2", "role": "manager"},
        {"hostname": "w3", "role": "manager"},
        own_id="m1",
    )
    assert [step.node["id"] for step in made] == ["w2", "w3", "w1", "m2", "m1"]
    assert [step.sentence for step in made] == [
        "w2: role: worker → manager",
        "w3: role: worker → manager",
        "w1: labels.a: not set → 1",
        "m2: role: manager → worker",
        "m1: role: manager → worker",
    ]


def test_dead_managers_go_first() -> None:
    raws = [
        *three(),
        raw_node("m4", role="manager", state="down", reachability="unreachable"),
        raw_node("w1"),
    ]
    made = planned(
        raws, {"hostname": "w1", "role": "manager"}, {"hostname": "m4", "state": "absent"}, own_id="m1"
    )
    assert [step.node["id"] for step in made] == ["m4", "w1"]
    assert made[0].demotes
    assert made[0].sentence == "m4: removed"


def test_the_last_manager_is_neither_demoted_nor_removed() -> None:
    raws = [raw_node("m1", role="manager"), raw_node("w1")]
    for wanted in ({"hostname": "m1", "role": "worker"}, {"hostname": "m1", "state": "absent"}):
        with pytest.raises(Refused) as refused:
            planned(raws, wanted)
        assert str(refused.value) == (
            "m1 is the swarm's last manager; promote another node before it is demoted or removed."
        )
    made = planned(raws, {"hostname": "m1", "role": "worker"}, {"hostname": "w1", "role": "manager"})
    assert [step.node["id"] for step in made] == ["w1", "m1"]


def test_a_step_that_would_cost_the_quorum_is_refused_with_the_numbers() -> None:
    raws = three()
    raws[2] = raw_node("m3", role="manager", state="down", reachability="unreachable")
    with pytest.raises(Refused) as refused:
        planned(raws, {"hostname": "m2", "role": "worker"})
    assert str(refused.value) == (
        "Without m2 the swarm would lose its quorum (2 of 3 managers are reachable); bring the unreachable managers back or "
        "promote another node first."
    )


def test_a_promotion_on_its_way_counts_once() -> None:
    raws = [raw_node("m1", role="manager"), raw_node("w1", role="manager", reachability=None)]
    made = planned(raws, {"hostname": "w1", "role": "manager", "labels": {"a": "1"}})
    assert not made[0].promotes
    with pytest.raises(Refused, match="last manager"):
        planned(raws, {"hostname": "m1", "role": "worker"})


def test_the_last_manager_can_be_labelled() -> None:
    raws = [raw_node("m1", role="manager")]
    assert len(planned(raws, {"hostname": "m1", "labels": {"a": "1"}, "availability": "drain"})) == 1


def test_managers_can_be_reduced_to_one_step_by_step() -> None:
    raws = [raw_node(f"m{number}", role="manager") for number in range(1, 6)]
    made = planned(raws, *({"hostname": f"m{number}", "role": "worker"} for number in (2, 3, 4, 5)))
    assert len(made) == 4


def test_removing_a_node_calls_its_promotion_off_first() -> None:
    raws = [raw_node("m1", role="manager"), raw_node("w1", role="manager", reachability=None, state="down")]
    (step,) = planned(raws, {"hostname": "w1", "state": "absent"})
    assert step.demotes
    (step,) = planned([*raws, raw_node("w2", state="down")], {"hostname": "w2", "state": "absent"})
    assert not step.demotes


def test_a_node_nobody_knows_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Refused) as refused:
        planned(three(), {"hostname": "m9", "labels": {}})
    assert str(refused.value) == "No node is called m9; the swarm knows m1, m2, m3."
    assert planned(three(), {"hostname": "m9", "state": "absent"}) == []


def test_removal_takes_the_down_namesakes_along() -> None:
    raws = [
        *three(),
        raw_node("new", "w1"),
        raw_node("old1", "w1", state="down"),
        raw_node("old2", "w1", state="down"),
    ]
    made = planned(raws, {"hostname": "w1", "state": "absent"})
    assert sorted(step.node["id"] for step in made) == ["new", "old1", "old2"]
    by_id = planned(raws, {"hostname": "old1", "state": "absent"})
    assert [step.node["id"] for step in by_id] == ["old1"], "an ID means that one only"


def test_namesakes_that_are_all_down_are_removed_together() -> None:
    raws = [*three(), raw_node("old1", "w1", state="down"), raw_node("old2", "w1", state="down")]
    made = planned(raws, {"hostname": "w1", "state": "absent"})
    assert [step.node["id"] for step in made] == ["old1", "old2"]


def test_two_live_namesakes_are_not_removed_by_name() -> None:
    raws = [*three(), raw_node("one", "w1"), raw_node("two", "w1")]
    with pytest.raises(Refused, match=r"^2 nodes are called w1: .* name the node by its ID\.$"):
        planned(raws, {"hostname": "w1", "state": "absent"})


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"labels": {"ssd": True}},
            "Node w1: label 'ssd' is True, a yes or no, not a string: put it in quotes.",
        ),
        (
            {"labels": {"a b": "x"}},
            "Node w1: label 'a b' is not a label name: use letters, digits and . _ - / between them.",
        ),
        (
            {"labels": {"flotilla.declared": "x"}},
            "Node w1: label 'flotilla.declared' is where the collection remembers what was declared; choose another.",
        ),
    ],
)
def test_labels_that_cannot_work_are_refused_with_their_node(params: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        order({"hostname": "w1", **params})
    assert str(refused.value) == sentence


def test_an_order_says_nothing_of_what_was_left_out() -> None:
    told = order({"hostname": "w1", "labels": None, "role": None, "availability": None})
    assert (told.scalars, told.labels, told.labels_state, told.labels_to_remove, told.absent) == (
        {},
        None,
        "merge",
        [],
        False,
    )
    assert order({"hostname": "w1", "labels": {}}).labels == {}


def test_values_are_shown_so_that_nothing_and_empty_differ() -> None:
    raws = [*three(), raw_node("w1", labels={"a": "", "b": "1"})]
    (step,) = planned(raws, {"hostname": "w1", "labels": {"a": "x"}, "labels_to_remove": ["b"]})
    assert step.sentence == "w1: labels.a: '' → x, labels.b: 1 → not set"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["manager", "lost", "worker"]),
            st.sampled_from(["manager", "worker", "absent", ""]),
        ),
        min_size=1,
        max_size=7,
    ),
    st.data(),
)
def test_each_step_keeps_the_majority_or_nothing_is_done(
    hosts: list[tuple[str, str]], data: st.DataObject
) -> None:
    raws, wanted = [], []
    for number, (live, role) in enumerate(hosts):
        down: dict[str, t.Any] = {"state": "down", "reachability": "unreachable"}
        lost = down if live == "lost" else {}
        raws.append(raw_node(f"node-{number}", role="worker" if live == "worker" else "manager", **lost))
        if role == "absent":
            wanted.append({"hostname": f"node-{number}", "state": "absent"})
        elif role and live != "lost":
            wanted.append({"hostname": f"node-{number}", "role": role})
    up = {f"node-{number}" for number, (live, _role) in enumerate(hosts) if live == "manager"}
    group = up | {f"node-{number}" for number, (live, _role) in enumerate(hosts) if live == "lost"}
    assume(len(up) >= quorum.majority(len(group)))
    own_id = data.draw(st.sampled_from(sorted(up)))
    try:
        made = planned(raws, *wanted, own_id=own_id)
    except Refused as refused:
        assert "lose its quorum" in str(refused) or "last manager" in str(refused)
        return
    for step in made:
        node_id = step.node["id"]
        if step.promotes:
            group.add(node_id)
            up.add(node_id)
        elif step.demotes:
            group.discard(node_id)
            up.discard(node_id)
        assert group
        assert len(up & group) >= quorum.majority(len(group)), step.sentence
    asked = [step.node["id"] for step in made if step.demotes]
    assert own_id not in asked[:-1], "the node that is asked goes last"
