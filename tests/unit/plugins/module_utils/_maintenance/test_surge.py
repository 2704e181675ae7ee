# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The spec of a service for the time in which it leaves nodes, and back."""

from __future__ import annotations

import typing as t

import hypothesis.strategies as st
from ansible_collections.flotilla.swarm.plugins.module_utils._maintenance import surge
from hypothesis import given

Raw = dict[str, t.Any]

_CONSTRAINT = surge.constraint("now")
_PLACEMENTS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "Constraints": st.none()
        | st.lists(st.sampled_from(["node.role==worker", "node.labels.a!=b"]), max_size=2),
        "MaxReplicas": st.integers(0, 3),
    },
)
_UPDATE_CONFIGS = st.none() | st.fixed_dictionaries(
    {}, optional={"Parallelism": st.integers(0, 3), "Order": st.sampled_from(["start-first", "stop-first"])}
)


@st.composite
def specs(draw: st.DrawFn) -> Raw:
    """Specs as Engines report them: what is absent, and what is there and empty."""
    spec: Raw = {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": "i"}}}
    placement, update_config = draw(_PLACEMENTS), draw(_UPDATE_CONFIGS)
    if placement is not None:
        spec["TaskTemplate"]["Placement"] = placement
    if update_config is not None:
        spec["UpdateConfig"] = update_config
    spec["Labels"] = draw(st.dictionaries(st.sampled_from(["a", "flotilla.declared"]), st.just("x")))
    return spec


@given(specs())
def test_the_spec_comes_back_as_it_was(spec: Raw) -> None:
    away = surge.surging(spec, "now")
    assert away
    assert surge.surging(away, "later") is None
    assert _CONSTRAINT in away["TaskTemplate"]["Placement"]["Constraints"]
    assert away["UpdateConfig"]["Order"] == "start-first"
    # A number that is missing in an object that is there means all at once.
    assert "UpdateConfig" in spec or away["UpdateConfig"]["Parallelism"] == 1
    assert surge.settled(away) == spec
    assert surge.settled(spec) is None


@given(specs(), specs())
def test_what_another_client_declared_meanwhile_stays(spec: Raw, declared: Raw) -> None:
    away = surge.surging(spec, "now")
    assert away
    template = {**declared["TaskTemplate"]}
    theirs = {**away, "TaskTemplate": template, "UpdateConfig": declared.get("UpdateConfig") or {"Delay": 7}}
    found = surge.settled(theirs)
    assert found
    assert not surge.is_surging(found)
    assert found["TaskTemplate"] == template
    assert _CONSTRAINT not in str(found)


def test_the_next_move_of_a_task_that_has_moved_has_another_constraint() -> None:
    spec: Raw = {"Labels": {}, "TaskTemplate": {}}
    first, second = surge.surging(spec, "1"), surge.surging(spec, "2")
    assert first
    assert second
    assert first["TaskTemplate"] != second["TaskTemplate"]


def test_what_an_engine_adds_is_no_change_of_another_client() -> None:
    spec: Raw = {"Labels": {}, "TaskTemplate": {}}
    away = surge.surging(spec, "now")
    assert away
    away["UpdateConfig"].update(Monitor=5_000_000_000, MaxFailureRatio=0)
    away["TaskTemplate"]["Placement"]["Preferences"] = None
    assert surge.settled(away) == spec


def test_a_damaged_memory_costs_only_itself() -> None:
    away = surge.surging({"Labels": {}, "TaskTemplate": {}}, "now")
    assert away
    away["Labels"][surge.LABEL] = "{"
    assert _CONSTRAINT not in str(surge.settled(away))
