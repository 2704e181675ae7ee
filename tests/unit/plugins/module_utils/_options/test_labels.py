# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._options import labels as all_labels
from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import (
    DECLARED_LABEL,
    labels,
    memory,
    node_labels,
    owned_keys,
    remembered,
    visible,
)
from hypothesis import given
from hypothesis import strategies as st

names = st.sampled_from(["a", "b", "c", "d", "flotilla.declared", "flotilla.moving"])
dictionaries = st.dictionaries(names, st.sampled_from(["", "1", "2"]))
own = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2"]))
BOTH = pytest.mark.parametrize("rule", [labels, node_labels])


@pytest.mark.parametrize("name", ["zone", "a", "com.example/rack-1", "a_b", "A.b", "0"])
def test_names_that_a_constraint_can_use_are_labels_of_nodes(name: str) -> None:
    assert node_labels({name: "x"}) == {name: "x"}


@pytest.mark.parametrize("name", ["-a", "a-", "a b", "a==b", "\u00e4", ".a", "a\n"])
def test_a_name_that_no_constraint_could_use_is_refused_for_nodes_only(name: str) -> None:
    with pytest.raises(ValueError) as refused:
        node_labels({name: "x"})
    assert str(refused.value) == (
        f"label {name!r} is not a label name: use letters, digits and . _ - / between them"
    )
    assert labels({name: "x"}) == {name: "x"}


@BOTH
@pytest.mark.parametrize("name", ["flotilla.declared", "flotilla.moving", "flotilla.x"])
def test_the_labels_of_the_collection_are_reserved(rule: t.Any, name: str) -> None:
    with pytest.raises(ValueError) as refused:
        rule({"good": "x", name: "x"})
    assert str(refused.value) == f"label {name!r} is reserved for the collection itself: leave it out"


@BOTH
@pytest.mark.parametrize("name", ["", None, True])
def test_a_label_has_a_name(rule: t.Any, name: t.Any) -> None:
    with pytest.raises(ValueError) as refused:
        rule({name: "x"})
    assert str(refused.value) == f"{name!r} is not a label name: put a name in quotes"


@BOTH
def test_the_label_that_is_wrong_is_named(rule: t.Any) -> None:
    assert rule({"a": "1", "b": ""}) == {"a": "1", "b": ""}
    with pytest.raises(ValueError) as refused:
        rule({"good": "x", "ssd": True})
    assert str(refused.value) == "label 'ssd' is a yes or no, not a string: put it in quotes"


@BOTH
def test_labels_are_a_dictionary(rule: t.Any) -> None:
    with pytest.raises(ValueError) as refused:
        rule(["a=b"])
    assert str(refused.value) == "is a list, not a dictionary"


def test_a_user_does_not_see_the_labels_of_the_collection() -> None:
    assert visible({"a": "1", DECLARED_LABEL: "[]", "flotilla.moving": "{}"}) == {"a": "1"}
    assert visible(None) == {}


@given(dictionaries, own, st.sets(names), st.sampled_from(["owned", "merge", "replace"]), st.sets(names))
def test_what_is_declared_is_there_and_what_is_the_collections_stays(
    before: dict[str, str], declared: dict[str, str], ours: set[str], state: str, remove: set[str]
) -> None:
    after = owned_keys(before, declared, ours, state, remove)
    assert declared.items() <= after.items()
    assert visible(after).keys() <= {*before, *declared}
    for name, text in before.items():
        if name.startswith(all_labels.OWN):
            assert after[name] == text


@given(dictionaries, own, st.sets(names), st.sets(names))
def test_states_differ_in_what_they_remove(
    before: dict[str, str], declared: dict[str, str], ours: set[str], remove: set[str]
) -> None:
    def gone(state: str) -> set[str]:
        return set(visible(before)) - set(owned_keys(before, declared, ours, state, remove))

    removable = set(visible(before)) - set(declared)
    assert gone("merge") == removable & remove
    assert gone("owned") == removable & (remove | ours)
    assert gone("replace") == removable


@given(st.sets(st.text(max_size=5)))
def test_the_memory_reads_back_as_itself(remembers: set[str]) -> None:
    assert remembered({DECLARED_LABEL: memory(remembers)}) == remembers


def test_a_damaged_memory_counts_as_empty() -> None:
    for damaged in ("", "{", "5", '{"a":1}', "[1]", "null"):
        assert remembered({DECLARED_LABEL: damaged}) == set()
    assert remembered(None) == set()
