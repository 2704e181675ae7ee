# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module is documentation only: its action does all the work (see ``action/test_swarm_report.py``)."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.action import swarm_report
from ansible_collections.flotilla.swarm.tests.unit.plugins.action.test_swarm_report import NAMES, run
from ansible_collections.flotilla.swarm.tests.unit.support.modules import (
    Module,
    differences,
    mismatches,
)


def test_its_result_and_its_options_are_those_of_the_action(
    module: Module, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    specs: list[dict[str, t.Any]] = []
    checked = swarm_report.ActionModule.validate_argument_spec

    def validate(action: t.Any, spec: dict[str, t.Any]) -> t.Any:
        specs.append(spec)
        return checked(action, spec)

    monkeypatch.setattr(swarm_report.ActionModule, "validate_argument_spec", validate)
    assert mismatches(module.documented, run(dest=str(tmp_path / "cluster.html"), **NAMES), {}) == []
    assert differences(module.options, specs[0]) == []
