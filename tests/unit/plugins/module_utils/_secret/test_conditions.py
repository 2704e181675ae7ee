# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What playbooks for community.docker rely on where they have secrets and configs: what a run changes, and which names result."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

Raw = dict[str, t.Any]
DATA, OTHER = "open sesame!", "close sesame!"


class Steps:
    """Runs of the module, each in check mode before."""

    def __init__(self, word: str, module: Module) -> None:
        self.word = word
        self.module = module
        self.engine = MemoryEngine()

    def run(self, **options: t.Any) -> Raw:
        """The result of a run; check mode says before whether it changes something, without a write."""
        writes = len(self.engine.writes)
        foreseen = self.module.run(self.engine, check_mode=True, name="word", **options)
        assert len(self.engine.writes) == writes
        done = self.module.run(self.engine, name="word", **options)
        assert done["changed"] == foreseen["changed"] == (len(self.engine.writes) > writes)
        assert DATA not in str(done) and OTHER not in str(done)
        return done

    def names(self) -> list[str]:
        """The names on the swarm."""
        return sorted(one["Spec"]["Name"] for one in self.engine.objects[f"{self.word}s"])


@pytest.fixture(params=["secret", "config"])
def steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The module and a manager."""
    return Steps(request.param, Module(f"swarm_{request.param}", monkeypatch))


def test_the_same_data_is_no_change_however_it_is_given(steps: Steps, tmp_path: Path) -> None:
    source = tmp_path / "data"
    source.write_text(DATA, encoding="utf-8")
    first = steps.run(data=DATA)
    assert first["changed"] and first[f"{steps.word}_name"] == "word"
    in_base64 = {"data": base64.b64encode(DATA.encode()).decode(), "data_is_b64": True}
    for same in ({"data": DATA}, {"data_src": str(source)}, in_base64):
        again = steps.run(**same)
        assert not again["changed"]
        assert again[f"{steps.word}_id"] == first[f"{steps.word}_id"]


def test_other_data_makes_another_one(steps: Steps) -> None:
    first, changed = steps.run(data=DATA), steps.run(data=OTHER)
    assert changed["changed"] and changed[f"{steps.word}_id"] != first[f"{steps.word}_id"]
    assert not steps.run(data=OTHER)["changed"]
    assert [steps.run(data=OTHER, force=True)["changed"] for _time in range(2)] == [True, True]


def test_labels_are_set_kept_changed_and_emptied(steps: Steps) -> None:
    def run(labels: Raw) -> bool:
        return bool(steps.run(data=DATA, labels=labels)["changed"])

    assert [run({"a": "1"}), run({"a": 1}), run({"a": "2"}), run({"a": "2"})] == [True, False, True, False]
    assert [run({}), run({})] == [True, False]


def test_rolling_versions_have_numbers_and_go_together(steps: Steps) -> None:
    key = f"{steps.word}_name"
    first = steps.run(data=DATA, rolling_versions=True)
    assert (first["changed"], first[key]) == (True, "word_v1")
    assert not steps.run(data=DATA, rolling_versions=True)["changed"]
    second = steps.run(data=OTHER, rolling_versions=True)
    assert (second["changed"], second[key]) == (True, "word_v2")
    steps.engine.objects[f"{steps.word}s"].append(
        {
            "ID": "another",
            "Version": {"Index": 1},
            "CreatedAt": "",
            "UpdatedAt": "",
            "Spec": {"Name": "word_vault", "Labels": {}},
        }
    )
    assert steps.run(state="absent", rolling_versions=True)["changed"]
    assert steps.names() == ["word_vault"]
    assert not steps.run(state="absent", rolling_versions=True)["changed"]


def test_what_is_missing_is_an_error_and_what_is_not_there_is_no_change_to_remove(steps: Steps) -> None:
    assert "name" in steps.module.refuses(steps.engine, state="present")
    told = steps.module.refuses(steps.engine, name="word", state="present")
    assert "data" in told and "data_src" in told
    assert not steps.run(state="absent")["changed"]
    assert steps.engine.writes == []
