# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user who wants to test a role finds a scenario to copy."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_each_role_has_a_scenario_that_runs_it() -> None:
    scenarios = ROOT / "extensions" / "molecule" / "role"
    for role in (path.name for path in (ROOT / "roles").iterdir()):
        converge = (scenarios / role / "converge.yml").read_text(encoding="utf-8")
        assert f"role: flotilla.swarm.{role}\n" in converge
        assert (scenarios / role / "molecule.yml").is_file()
