# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._options.changes import side, visible_changes
from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import (
    DECLARED_LABEL,
    LABELS,
    remembered,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.option import (
    DURATION,
    INT,
    Option,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options.plan import (
    Plan,
    plan,
)
from hypothesis import given
from hypothesis import strategies as st

TABLE = (
    Option("size", ("Group", "Size"), INT, 1),
    Option("limit", ("Group", "Limit"), INT, 5),
    Option("period", ("Period",), DURATION, 10**9),
)
NAMES = [option.name for option in TABLE]
LABEL_ROW = Option("labels", ("Labels",), LABELS, {}, keyed=True)

declarations = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3))
label_sets = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["", "1", "2"]))
states = st.sampled_from(["owned", "merge", "replace"])


@st.composite
def specs(draw: st.DrawFn) -> dict[str, t.Any]:
    """A live spec, with things in it that no option knows."""
    spec: dict[str, t.Any] = {"Name": "x", "Unknown": {"Kept": [1, {"Deep": None}]}}
    for option in TABLE:
        if draw(st.booleans()):
            option.write(spec, draw(st.integers(0, 3)))
    if draw(st.booleans()):
        spec["Labels"] = draw(st.none() | label_sets)
    return spec


def made_of(
    spec: dict[str, t.Any],
    declared: dict[str, int],
    labels: dict[str, str] | None = None,
    state: str = "owned",
    remove: t.Iterable[str] = (),
    whole: bool = True,
) -> Plan:
    values = {**declared, **({} if labels is None else {"labels": labels})}
    return plan((*TABLE, LABEL_ROW), values, spec, whole, state=state, remove=remove)


@given(
    specs(), declarations, st.none() | label_sets, states, st.sets(st.sampled_from("abcde")), st.booleans()
)
def test_planning_after_applying_is_empty(
    spec: dict[str, t.Any],
    declared: dict[str, int],
    labels: dict[str, str] | None,
    state: str,
    remove: set[str],
    whole: bool,
) -> None:
    first = made_of(spec, declared, labels, state, remove, whole)
    second = made_of(first.spec, declared, labels, state, remove, whole)
    assert not second, second.changes
    assert second.spec == first.spec


@given(specs(), declarations, label_sets)
def test_the_live_spec_is_not_changed_and_no_change_is_the_same_spec(
    spec: dict[str, t.Any], declared: dict[str, int], labels: dict[str, str]
) -> None:
    before = copy.deepcopy(spec)
    made = made_of(spec, declared, labels)
    assert spec == before
    assert bool(made) == (made.spec != spec)


@given(specs(), declarations)
def test_what_is_not_declared_is_never_changed(spec: dict[str, t.Any], declared: dict[str, int]) -> None:
    made = made_of(spec, declared)
    assert made.spec["Unknown"] == spec["Unknown"]
    for option in TABLE:
        if option.name not in declared:
            assert option.read(made.spec) == option.read(spec)
        else:
            assert option.read(made.spec) == declared[option.name]
    assert set(made.changes) <= {*declared, DECLARED_LABEL}


@given(specs(), declarations, declarations, st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3)))
def test_what_was_declared_and_is_not_anymore_goes_back_to_its_default(
    spec: dict[str, t.Any], before: dict[str, int], now: dict[str, int], drift: dict[str, int]
) -> None:
    live = made_of(spec, before).spec
    for option in TABLE:
        if option.name in drift:
            option.write(live, drift[option.name])
    made = made_of(live, now)
    for option in TABLE:
        if option.name in now:
            assert option.read(made.spec) == now[option.name]
        elif option.name in before:
            assert option.read(made.spec) == option.default
        else:
            assert option.read(made.spec) == option.read(live)


@given(specs(), declarations, declarations)
def test_two_way_leaves_what_is_not_named(
    spec: dict[str, t.Any], before: dict[str, int], now: dict[str, int]
) -> None:
    live = made_of(spec, before).spec
    made = made_of(live, now, whole=False)
    for option in TABLE:
        assert option.read(made.spec) == now.get(option.name, option.read(live))
    assert DECLARED_LABEL not in made.changes


@given(specs(), label_sets, label_sets, label_sets)
def test_labels_are_owned_key_by_key(
    spec: dict[str, t.Any], before: dict[str, str], by_others: dict[str, str], now: dict[str, str]
) -> None:
    live = made_of(spec, {}, before).spec
    # Somebody else adds labels of his own.
    theirs = {f"other-{name}": value for name, value in by_others.items()}
    live["Labels"] = {**live["Labels"], **theirs}
    after = made_of(live, {}, now).spec["Labels"]
    old = {name: value for name, value in (spec.get("Labels") or {}).items() if name not in before}
    expected = {**old, **theirs, **now}
    assert {name: value for name, value in after.items() if name != DECLARED_LABEL} == expected
    assert remembered(after) == {f"labels.{name}" for name in now}


@given(specs(), label_sets, label_sets)
def test_merge_removes_nothing_and_replace_removes_all_else(
    spec: dict[str, t.Any], owned: dict[str, str], labels: dict[str, str]
) -> None:
    live = made_of(spec, {}, owned).spec
    had = {name: value for name, value in live["Labels"].items() if name != DECLARED_LABEL}
    merged = made_of(live, {}, labels, "merge", whole=False).spec["Labels"]
    assert {name: value for name, value in merged.items() if name != DECLARED_LABEL} == {**had, **labels}
    replaced = made_of(live, {}, labels, "replace", whole=False).spec["Labels"]
    assert {name: value for name, value in replaced.items() if name != DECLARED_LABEL} == labels
    assert DECLARED_LABEL in replaced, "replacing a user's labels is not forgetting what was declared"


@given(specs(), label_sets, st.sets(st.sampled_from("abcde")))
def test_a_label_that_is_declared_and_to_be_removed_stays(
    spec: dict[str, t.Any], labels: dict[str, str], remove: set[str]
) -> None:
    after = made_of(spec, {}, labels, "merge", remove, whole=False).spec.get("Labels") or {}
    assert labels.items() <= after.items()
    assert not (remove - set(labels)) & set(after)


def test_a_label_that_another_client_removed_is_set_again() -> None:
    live = made_of({}, {}, {"a": "1"}).spec
    del live["Labels"]["a"]
    assert made_of(live, {}, {"a": "1"}).changes == {"labels.a": (None, "1")}


def test_a_label_removed_and_set_by_another_client_stays() -> None:
    live = made_of({}, {}, {"a": "1"}).spec
    live = made_of(live, {}, {}).spec
    live["Labels"]["a"] = "his"
    assert not made_of(live, {}, {})


def test_the_memory_cannot_be_removed_as_a_label() -> None:
    live = made_of({}, {}, {"a": "1"}).spec
    assert not plan((LABEL_ROW,), {}, live, state="merge", remove=[DECLARED_LABEL])


def test_removing_a_missing_label_is_no_change_on_an_undeclared_object() -> None:
    assert not plan((LABEL_ROW,), {}, {"Labels": {"b": "1"}}, remove=["a"])


def test_options_and_labels_remember_side_by_side() -> None:
    live = made_of({}, {"size": 2}, {"a": "1"}).spec
    assert live["Labels"][DECLARED_LABEL] == '["labels.a","size"]'
    assert made_of(live, {}, {"a": "1"}).changes["size"] == (2, 1)
    assert remembered(made_of(live, {"size": 2}, {}).spec["Labels"]) == {"size"}


def test_changes_are_shown_in_the_users_words_and_the_memory_only_alone() -> None:
    made = made_of({}, {"period": 90 * 10**9}, {"a": "1"})
    assert side(made.changes, after=False) == {"period": "1s"}
    assert side(made.changes, after=True) == {"period": "1m30s", "labels.a": "1"}
    only_memory = made_of({"Labels": {"a": "1"}}, {}, {"a": "1"}, whole=False)
    assert side(only_memory.changes, after=True) == {DECLARED_LABEL: '["labels.a"]'}
    assert visible_changes(only_memory.changes) == only_memory.changes


def test_a_reset_spares_what_the_collection_itself_remembers() -> None:
    table = (Option("labels", ("Labels",), LABELS, {}, keyed=True),)
    live = {"Labels": {"theirs": "1", "flotilla.moving": "net", "flotilla.declared": "[]"}}
    made = plan(table, {}, live, whole=True, reset=True)
    assert made.spec["Labels"] == {"flotilla.moving": "net", "flotilla.declared": "[]"}
