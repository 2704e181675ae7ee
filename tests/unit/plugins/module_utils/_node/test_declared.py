# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._node.declared import declared_node


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"labels": {"ssd": True}},
            "Node w1: labels: label 'ssd' is a yes or no, not a string: put it in quotes.",
        ),
        (
            {"labels": {"a b": "x"}},
            "Node w1: labels: label 'a b' is not a label name: use letters, digits and . _ - / between them.",
        ),
        (
            {"labels": {"flotilla.moving": "x"}},
            "Node w1: labels: label 'flotilla.moving' is reserved for the collection itself: leave it out.",
        ),
        (
            {"labels": {"flotilla.declared": "x"}},
            "Node w1: labels: label 'flotilla.declared' is reserved for the collection itself: leave it out.",
        ),
    ],
)
def test_labels_that_cannot_work_are_refused_with_their_node(params: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        declared_node({"hostname": "w1", **params})
    assert str(refused.value) == sentence


def test_what_is_left_out_is_not_declared() -> None:
    declared = declared_node({"hostname": "w1", "labels": None, "role": None, "availability": None})
    assert (declared.values, declared.labels_state, declared.labels_to_remove, declared.absent) == (
        {},
        "merge",
        [],
        False,
    )
    assert declared_node({"hostname": "w1", "labels": {}}).values == {"labels": {}}


def test_what_is_declared_is_kept_in_the_form_of_the_engine() -> None:
    declared = declared_node(
        {
            "hostname": "w1",
            "role": "manager",
            "availability": "drain",
            "labels": {"a": "1"},
            "labels_state": "owned",
            "labels_to_remove": ["b"],
            "state": "present",
        }
    )
    assert (declared.name, declared.absent) == ("w1", False)
    assert declared.values == {"role": "manager", "availability": "drain", "labels": {"a": "1"}}
    assert (declared.labels_state, declared.labels_to_remove) == ("owned", ["b"])
    assert declared_node({"hostname": "w1", "state": "absent"}).absent
