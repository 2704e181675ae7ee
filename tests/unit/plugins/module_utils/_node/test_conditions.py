# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What playbooks for community.docker rely on where they change nodes: what a run changes, and which labels are left."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

ID = "node-of-its-own"


class Steps:
    """Runs of the module on one node, each in check mode before."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self.engine = MemoryEngine()

    def run(self, **options: t.Any) -> bool:
        """Whether a run changes something, which check mode says before, without a write."""
        writes = len(self.engine.writes)
        foreseen = self._module.run(self.engine, check_mode=True, hostname=ID, wait=False, **options)
        assert len(self.engine.writes) == writes
        done = self._module.run(self.engine, hostname=ID, wait=False, **options)
        assert done["changed"] == foreseen["changed"] == (len(self.engine.writes) > writes)
        assert done["node"]["Spec"] == self.spec
        return bool(done["changed"])

    @property
    def spec(self) -> dict[str, t.Any]:
        """The node's spec."""
        return t.cast("dict[str, t.Any]", self.engine.objects["nodes"][0]["Spec"])


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The module and a manager."""
    return Steps(Module("swarm_node", monkeypatch))


@pytest.mark.parametrize("availability", ["pause", "drain"])
def test_the_availability_is_changed_once_and_back(steps: Steps, availability: str) -> None:
    assert [steps.run(availability=one) for one in (availability, availability)] == [True, False]
    assert steps.spec["Availability"] == availability
    assert [steps.run(availability=one) for one in ("active", "active")] == [True, False]


def test_a_role_that_the_node_has_is_no_change(steps: Steps) -> None:
    assert not steps.run(role="manager")


def test_labels_are_added_to_those_that_are_there(steps: Steps) -> None:
    assert [steps.run(labels={"a": "1"}) for _time in range(2)] == [True, False]
    assert steps.spec["Labels"] == {"a": "1"}
    assert [steps.run(labels={"b": "2", "c": 3}) for _time in range(2)] == [True, False]
    assert [steps.run(labels={"a": "one", "b": "two"}) for _time in range(2)] == [True, False]
    assert steps.spec["Labels"] == {"a": "one", "b": "two", "c": "3"}
    assert not steps.run(labels={})
    assert not steps.run()


def test_labels_are_removed_by_their_names(steps: Steps) -> None:
    steps.run(labels={"a": "1", "b": "2", "c": "3", "d": ""})
    assert [steps.run(labels_to_remove=["a"]) for _time in range(2)] == [True, False]
    assert [steps.run(labels_to_remove=["b", "d", "never"]) for _time in range(2)] == [True, False]
    assert steps.spec["Labels"] == {"c": "3"}
    # Both at once.
    assert [steps.run(labels={"e": "5"}, labels_to_remove=["c"]) for _time in range(2)] == [True, False]
    assert steps.spec["Labels"] == {"e": "5"}


def test_labels_are_replaced_by_others_or_by_none(steps: Steps) -> None:
    steps.run(labels={"a": "1", "b": "2"})
    replaced = [steps.run(labels={"b": "2", "c": "3"}, labels_state="replace") for _time in range(2)]
    assert (replaced, steps.spec["Labels"]) == ([True, False], {"b": "2", "c": "3"})
    assert [steps.run(labels_state="replace") for _time in range(2)] == [True, False]
    assert steps.spec["Labels"] == {}


def test_a_label_that_is_both_wanted_and_to_be_removed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """community.docker warns, and keeps it."""
    engine = MemoryEngine()
    module = Module("swarm_node", monkeypatch)
    told = module.refuses(engine, hostname=ID, labels={"a": "1"}, labels_to_remove=["a"])
    assert "a" in told and engine.writes == []
