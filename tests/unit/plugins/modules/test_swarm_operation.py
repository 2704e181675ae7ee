# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils import basic
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.client import Client
from ansible_collections.flotilla.swarm.plugins.module_utils._secret import info
from ansible_collections.flotilla.swarm.plugins.module_utils._secret.options import CONFIG
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module
from ansible_collections.flotilla.swarm.tests.unit.support.rows import MemoryEngine

ANN: dict[str, t.Any] = {"name": "upgrade", "operator": "ann@north", "run": "north/1 7 70"}
BEN: dict[str, t.Any] = {"name": "recover", "operator": "ben@south", "run": "south/1 8 80"}


def at(engine: MemoryEngine, time: str) -> MemoryEngine:
    """The Engine at a later moment of the day."""
    engine.clock = f"2026-11-20T{time}:00Z"
    return engine


def held() -> MemoryEngine:
    """An Engine whose swarm Ann upgrades since noon."""
    return at(MemoryEngine(), "12:00")


def test_a_second_operator_is_refused_until_the_first_one_has_ended(module: Module) -> None:
    engine = held()
    assert module.run(engine, **ANN)["changed"]
    sentence = module.refuses(at(engine, "12:05"), **BEN)
    assert sentence.startswith("ann@north began upgrade 5 minutes ago, and two operations at once")
    assert sentence.endswith("Nothing was changed.")
    assert not module.run(engine, **BEN, state="absent")["changed"]
    assert module.run(engine, **ANN, state="absent")["changed"]
    assert engine.objects["configs"] == []
    assert module.run(engine, **BEN)["changed"]


def test_check_mode_says_who_operates_and_writes_nothing(module: Module) -> None:
    engine = held()
    assert module.run(engine, check_mode=True, **ANN)["changed"]
    assert engine.writes == []
    module.run(engine, **ANN)
    found = module.run(at(engine, "13:00"), check_mode=True, **BEN)
    assert not found["changed"]
    assert found["holder"] == {
        "operation": "upgrade",
        "operator": "ann@north",
        "run": "north/1 7 70",
        "minutes": 60,
        "sentence": "ann@north began upgrade 60 minutes ago",
    }
    assert len(engine.writes) == 1


def test_a_sign_of_life_keeps_a_marker_in_force_and_costs_nothing_too_early(module: Module) -> None:
    engine = held()
    module.run(engine, **ANN)
    assert not module.run(at(engine, "12:15"), **ANN)["changed"]
    assert len(engine.writes) == 1
    assert module.run(at(engine, "12:50"), **ANN)["changed"]
    module.refuses(at(engine, "13:50"), **BEN)
    assert module.run(at(engine, "13:51"), **BEN)["changed"]
    [raw] = engine.objects["configs"]
    assert raw["Spec"]["Labels"]["flotilla.operation.operator"] == "ben@south"


def test_a_run_that_was_killed_or_that_one_knows_to_be_over_is_taken_over(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, sentence: told.append(sentence))
    for more in ({"ended_run": ANN["run"]}, {"take_over": True}):
        engine = held()
        module.run(engine, **ANN)
        assert module.run(engine, **BEN, **more)["changed"]
        assert told.pop() == (
            "ann@north began upgrade less than a minute ago, and that run does not go on: its marker was taken over."
        )
        assert "ben@south began recover" in module.refuses(engine, **ANN)
    module.refuses(engine, **ANN, ended_run="another")
    assert module.run(engine, **ANN, state="absent", take_over=True)["changed"]
    assert engine.objects["configs"] == []


class _Raced(MemoryEngine):
    """Somebody else is first, in the moment between the look and the write."""

    def _answer(self, method: str, steps: list[str], sent: t.Any) -> tuple[int, t.Any]:
        if steps == ["configs", "create"] and not self.objects["configs"]:
            labels = {"flotilla.operation": "upgrade", "flotilla.operation.ttl": "3600"}
            self._create("configs", {"Name": "flotilla-operation", "Labels": labels})
            return 409, {
                "message": "rpc error: code = AlreadyExists desc = config flotilla-operation already exists"
            }
        return super()._answer(method, steps, sent)


def test_of_two_at_the_same_moment_one_is_refused(module: Module) -> None:
    assert "somebody began upgrade less than a minute ago" in module.refuses(_Raced(), **BEN)


def test_no_other_module_lists_the_marker(module: Module) -> None:
    engine = held()
    module.run(engine, **ANN)
    assert info.read(Client(t.cast(t.Any, engine)), CONFIG, None)["configs"] == []
