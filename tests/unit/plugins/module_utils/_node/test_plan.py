# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._node.declared import declared_node
from ansible_collections.flotilla.swarm.plugins.module_utils._node.plan import NodePlan, plan_nodes
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import nodes, quorum
from ansible_collections.flotilla.swarm.tests.unit.support.nodes import raw_node
from hypothesis import assume, given
from hypothesis import strategies as st


def planned(
    raws: list[dict[str, t.Any]], *wanted: dict[str, t.Any], own_id: str | None = None
) -> list[NodePlan]:
    return plan_nodes([declared_node(options) for options in wanted], raws, nodes.views(raws), own_id)


def three() -> list[dict[str, t.Any]]:
    return [raw_node(f"m{number}", role="manager", leader=number == 1) for number in (1, 2, 3)]


def test_a_node_as_declared_has_no_plan() -> None:
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
    assert [plan.node["id"] for plan in made] == ["w2", "w3", "w1", "m2", "m1"]
    assert [plan.sentence for plan in made] == [
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
    assert [plan.node["id"] for plan in made] == ["m4", "w1"]
    assert made[0].demotes
    assert made[0].sentence == "m4: demoted and removed"


def test_the_last_manager_is_neither_demoted_nor_removed() -> None:
    raws = [raw_node("m1", role="manager"), raw_node("w1")]
    for wanted in ({"hostname": "m1", "role": "worker"}, {"hostname": "m1", "state": "absent"}):
        with pytest.raises(Refused) as refused:
            planned(raws, wanted)
        assert str(refused.value) == (
            "m1 is the swarm's last manager; promote another node before it is demoted or removed."
        )
    made = planned(raws, {"hostname": "m1", "role": "worker"}, {"hostname": "w1", "role": "manager"})
    assert [plan.node["id"] for plan in made] == ["w1", "m1"]


def test_a_step_that_would_cost_the_quorum_is_refused_with_the_numbers() -> None:
    raws = three()
    raws[2] = raw_node("m3", role="manager", state="down", reachability="unreachable")
    with pytest.raises(Refused) as refused:
        planned(raws, {"hostname": "m2", "role": "worker"})
    assert str(refused.value) == (
        "Without m2 the swarm would lose its quorum (2 of 3 managers are reachable); bring the unreachable managers back or "
        "promote another node first."
    )


def test_a_promotion_in_progress_counts_once() -> None:
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


def test_only_a_member_of_the_raft_group_is_demoted_before_it_is_removed() -> None:
    raws = [
        raw_node("m1", role="manager"),
        raw_node("m2", role="manager"),
        raw_node("m3", role="manager"),
        raw_node("w1", role="manager", reachability=None, state="down"),
    ]
    (plan,) = planned(raws, {"hostname": "m2", "state": "absent"})
    assert (plan.demotes, plan.sentence) == (True, "m2: demoted and removed")
    (plan,) = planned(raws, {"hostname": "w1", "state": "absent"})
    assert (plan.demotes, plan.sentence) == (False, "w1: removed")


def test_a_manager_to_be_cannot_be_demoted_yet() -> None:
    raws = [raw_node("m1", role="manager"), raw_node("w1", role="manager", reachability=None)]
    with pytest.raises(Refused) as refused:
        planned(raws, {"hostname": "w1", "role": "worker"})
    assert str(refused.value) == (
        "w1 is to be a manager and is none yet, so it cannot be demoted: run again once it is one, which takes up to a minute "
        "where its Engine runs; where it is lost for good, remove it with state=absent. Nothing was sent."
    )


def test_an_unknown_node_is_refused_with_those_that_are_known() -> None:
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
    assert sorted(plan.node["id"] for plan in made) == ["new", "old1", "old2"]
    by_id = planned(raws, {"hostname": "old1", "state": "absent"})
    assert [plan.node["id"] for plan in by_id] == ["old1"], "an ID means that one only"


def test_namesakes_that_are_all_down_are_removed_together() -> None:
    raws = [*three(), raw_node("old1", "w1", state="down"), raw_node("old2", "w1", state="down")]
    made = planned(raws, {"hostname": "w1", "state": "absent"})
    assert [plan.node["id"] for plan in made] == ["old1", "old2"]


def test_two_live_namesakes_are_not_removed_by_name() -> None:
    raws = [*three(), raw_node("one", "w1"), raw_node("two", "w1")]
    with pytest.raises(Refused, match=r"^2 nodes are called w1: .* name the node by its ID\.$"):
        planned(raws, {"hostname": "w1", "state": "absent"})


def test_a_missing_and_an_empty_value_differ() -> None:
    raws = [*three(), raw_node("w1", labels={"a": "", "b": "1"})]
    (plan,) = planned(raws, {"hostname": "w1", "labels": {"a": "x"}, "labels_to_remove": ["b"]})
    assert plan.sentence == "w1: labels.a: '' → x, labels.b: 1 → not set"


@pytest.mark.parametrize("state", ["down", "disconnected"])
def test_namesakes_that_are_gone_are_removed_with_the_live_one(state: str) -> None:
    raws = [*three(), raw_node("new", "w1"), raw_node("old", "w1", state=state)]
    made = planned(raws, {"hostname": "w1", "state": "absent"})
    assert sorted(plan.node["id"] for plan in made) == ["new", "old"]
    by_name = planned(raws, {"hostname": "w1", "labels": {"a": "1"}})
    assert [plan.node["id"] for plan in by_name] == ["new"], "the live one is meant"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            ["w1", "w1"],
            "w1 is declared more than once for the node w1 (abcdef111); declare every node once. Nothing was sent.",
        ),
        (
            ["w1", "abcdef111"],
            (
                "abcdef111 and w1 are declared more than once for the node w1 (abcdef111); declare every node once. Nothing was "
                "sent."
            ),
        ),
        (
            ["self", "m1"],
            "m1 and self are declared more than once for the node m1 (m1); declare every node once. Nothing was sent.",
        ),
    ],
)
def test_a_node_is_declared_once(names: list[str], sentence: str) -> None:
    """Each run would change it to and fro."""
    raws = [*three(), raw_node("abcdef111", "w1")]
    wanted = [
        {"hostname": name, "availability": availability}
        for name, availability in zip(names, ("drain", "active"), strict=True)
    ]
    with pytest.raises(Refused) as refused:
        planned(raws, *wanted, own_id="m1")
    assert str(refused.value) == sentence


def test_a_node_that_is_named_to_be_changed_and_to_be_removed_is_refused() -> None:
    raws = [*three(), raw_node("old", "w1", state="down")]
    with pytest.raises(Refused, match=r"^old and w1 are declared more than once for the node w1 \(old\); "):
        planned(raws, {"hostname": "w1", "state": "absent"}, {"hostname": "old", "labels": {"a": "1"}})


def test_a_node_is_named_by_six_characters_of_its_id() -> None:
    raws = [*three(), raw_node("abcdef111", "w1")]
    assert [plan.node["id"] for plan in planned(raws, {"hostname": "abcdef", "labels": {"a": "1"}})] == [
        "abcdef111"
    ]
    with pytest.raises(Refused, match=r"^No node is called abcde; "):
        planned(raws, {"hostname": "abcde", "labels": {"a": "1"}})


def test_the_labels_of_the_collection_itself_stay_whatever_is_declared() -> None:
    own = {"flotilla.declared": "[]", "flotilla.other": "x"}
    raws = [*three(), raw_node("w1", labels={**own, "theirs": "1"})]
    wanted = {
        "hostname": "w1",
        "labels": {},
        "labels_state": "replace",
    }
    (plan,) = planned(raws, wanted)
    assert plan.changes == {"labels.theirs": ("1", None)}


@pytest.mark.parametrize(
    ("labels", "to_remove", "sentence"),
    [
        ({}, ["flotilla.other"], "labels_to_remove: label 'flotilla.other' is reserved for the collection"),
        ({}, ["a", ""], "labels_to_remove: entry 2 is empty: name a label."),
        ({"a": "1"}, ["a"], "label 'a' is in labels and in labels_to_remove: take it out of one of them."),
    ],
)
def test_labels_that_cannot_be_removed_are_refused(
    labels: dict[str, str], to_remove: list[str], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        declared_node({"hostname": "w1", "labels": labels, "labels_to_remove": to_remove})
    assert str(refused.value).startswith(f"Node w1: {sentence}")


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
        why = ("lose its quorum", "last manager", "no manager can remove itself")
        assert any(words in str(refused) for words in why)
        return
    for plan in made:
        node_id = plan.node["id"]
        if plan.promotes:
            group.add(node_id)
            up.add(node_id)
        elif plan.demotes:
            group.discard(node_id)
            up.discard(node_id)
        assert group
        assert len(up & group) >= quorum.majority(len(group)), plan.sentence
    assert own_id not in [plan.node["id"] for plan in made if plan.action == "remove"]
    asked = [plan.node["id"] for plan in made if plan.demotes]
    assert own_id not in asked[:-1], "the node that is asked goes last"


def test_replacing_labels_without_any_removes_all_but_the_memory() -> None:
    raws = [raw_node("m1", role="manager", labels={"a": "1", "b": "2", "flotilla.declared": '["labels.a"]'})]
    [made] = planned(raws, {"hostname": "m1", "labels_state": "replace"})
    assert made.sentence == "m1: labels.a: 1 → not set, labels.b: 2 → not set"
    assert planned([raw_node("m1", role="manager")], {"hostname": "m1", "labels_state": "replace"}) == []
    assert planned(raws, {"hostname": "m1", "labels_state": "owned"}) == []


def test_remove_is_another_word_for_absent() -> None:
    assert declared_node({"hostname": "w1", "state": "remove"}).absent
