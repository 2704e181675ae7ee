# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module has a test of its own name, and a row in the table of what holds for every module."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ansible_playbook
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CASES

ROOT = Path(__file__).resolve().parents[3]
NAMES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
MOVED = RUNTIME["plugin_routing"]["modules"]
TESTS = ROOT / "tests" / "unit" / "plugins" / "modules"


def test_each_module_has_a_unit_test_of_its_name() -> None:
    tested = {path.stem[len("test_") :] for path in TESTS.glob("test_*.py")}
    assert tested - {"every_module", "every_secret"} == NAMES


def test_each_module_has_a_row_in_the_table() -> None:
    assert set(CASES) == NAMES


def test_what_only_reads_is_called_info() -> None:
    says_so = {
        name
        for name in NAMES
        if "_attributes.info_module"
        in (ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
    }
    assert {name for name in NAMES if name.endswith("_info")} == says_so
    assert {name for name, case in CASES.items() if case.reads} <= says_so


@pytest.mark.parametrize("name", MOVED)
def test_a_module_that_moved_takes_its_old_name_with_the_defaults_of_its_group(
    name: str, tmp_path: Path
) -> None:
    now = MOVED[name]["redirect"]
    arguments = CASES[now.removeprefix("flotilla.swarm.")].given
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"group/flotilla.swarm.swarm": {"docker_host": f"unix://{tmp_path}/none"}},
        "tasks": [{"name": one, one: arguments} for one in (f"flotilla.swarm.{name}", now)],
    }
    book = tmp_path / "book.yml"
    book.write_text(json.dumps([play]), encoding="utf-8")  # JSON is YAML
    interpreter = f"ansible_python_interpreter={sys.executable}"
    done = ansible_playbook(Path("localhost,"), str(book), "-e", interpreter)
    assert done.status == 0, done.text
    old, new = (task["hosts"]["localhost"] for task in done.report["plays"][0]["tasks"])
    assert str(tmp_path) in str(old)
    assert old == new
