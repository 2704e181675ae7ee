# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that has more replicas for a while, and the way back."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._balance import marks
from hypothesis import given
from hypothesis import strategies as st

SPEC: dict[str, t.Any] = {"Name": "web", "Labels": {"a": "b"}, "Mode": {"Replicated": {"Replicas": 4}}}


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_way_back_leads_to_the_same_spec(had: int, more: int) -> None:
    before = {**SPEC, "Mode": {"Replicated": {"Replicas": had}}}
    raised = marks.raised(before, more)
    assert raised["Mode"]["Replicated"]["Replicas"] == had + more
    assert marks.beyond(raised) == more
    lowered = marks.lowered(raised)
    assert lowered is not None
    assert marks.lowered(lowered) is None
    assert marks.done(lowered) == before
    assert marks.done(before) is None


@pytest.mark.parametrize("replicas", [4, 5, 9])
def test_who_sets_other_replicas_wins(replicas: int) -> None:
    spec = {**marks.raised(SPEC, 2), "Mode": {"Replicated": {"Replicas": replicas}}}
    assert marks.lowered(spec) is None
    assert marks.beyond(spec) == 0
    assert marks.done(spec) == {**SPEC, "Mode": {"Replicated": {"Replicas": replicas}}}


@pytest.mark.parametrize("text", ["", "4", "4+", "x+y", "4+2 "])
def test_a_damaged_mark_changes_no_replicas(text: str) -> None:
    spec = {**SPEC, "Labels": {marks.LABEL: text}}
    assert marks.lowered(spec) is None
    assert marks.done(spec) == {**SPEC, "Labels": {}}
