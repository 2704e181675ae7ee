# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module is documentation only: its action does all the work (see ``action/test_swarm_show.py``)."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.action.swarm_show import ActionModule
from ansible_collections.flotilla.swarm.tests.unit.plugins.action.test_swarm_show import run
from ansible_collections.flotilla.swarm.tests.unit.support.modules import (
    Module,
    differences,
    mismatches,
)


def test_its_result_and_its_options_are_those_of_the_action(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mismatches(module.documented, run(lines=["a"]), {}) == []
    specs: list[dict[str, t.Any]] = []
    monkeypatch.setattr(
        ActionModule, "validate_argument_spec", lambda _self, spec: (specs.append(spec), {"lines": []})
    )
    run(lines=[])
    assert differences(module.options, specs[0]) == []
