# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module has a test of its own name, and a row in the table of what holds for every module."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CASES

ROOT = Path(__file__).resolve().parents[3]
NAMES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
TESTS = ROOT / "tests" / "unit" / "plugins" / "modules"


def test_each_module_has_a_unit_test_of_its_name() -> None:
    tested = {path.stem[len("test_") :] for path in TESTS.glob("test_*.py")}
    assert tested - {"every_module", "every_secret"} == NAMES


def test_each_module_has_a_row_in_the_table() -> None:
    assert set(CASES) == NAMES
