# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module is documentation only: its action does all the work (see ``action/test_swarm_plan.py``)."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.action.swarm_plan import ActionModule
from ansible_collections.flotilla.swarm.tests.unit.plugins.action.test_swarm_plan import formed, inactive, run
from ansible_collections.flotilla.swarm.tests.unit.support.modules import (
    Module,
    differences,
    mismatches,
)


@pytest.mark.parametrize("infos", [inactive("m1", "w1", "w2"), formed()], ids=["new", "formed"])
@pytest.mark.parametrize("check", [False, True])
def test_a_plan_is_what_is_documented(
    module: Module, infos: dict[str, dict[str, object]], check: bool
) -> None:
    found = run(infos, check=check)
    assert mismatches(module.documented, found, {"stage": "hosts"}) == []
    assert not set(module.documented) - set(found)


def test_its_options_are_those_of_the_action(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    specs: list[dict[str, t.Any]] = []
    monkeypatch.setattr(
        ActionModule,
        "validate_argument_spec",
        lambda _self, spec: (specs.append(spec), {"stage": "inventory"}),
    )
    run(inactive("m1", "w1", "w2"))
    assert differences(module.options, specs[0]) == []
