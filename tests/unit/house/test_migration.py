# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide for users of community.docker names every option, choice and result of its modules, and what it says is true."""

from __future__ import annotations

import importlib
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.tests.unit.support.modules import documented_options

COMMANDS = """
    swarm: ca init join join-token leave unlock unlock-key update
    node: demote inspect ls promote ps rm update
    service: create inspect logs ls ps rm rollback scale update
    secret: create inspect ls rm
    config: create inspect ls rm
    network: create inspect ls rm
    stack: config deploy ls ps rm services
"""

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs/docsite/rst/guide_migration.rst").read_text(encoding="utf-8")
THEIRS = json.loads((ROOT / "tests/unit/fixtures/community_docker.json").read_text(encoding="utf-8"))
del THEIRS["_origin"]
MODULES = sorted(THEIRS)
_ROW = re.compile(r"^   \* - (.*?)\n     - (.*?)(?=\n   \* -|\n\n|\Z)", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"(result )?``([^`]+)``")


class Row(t.NamedTuple):
    """A row of a table: what it is about, and what it says."""

    options: set[str]
    choices: set[str]
    results: set[str]
    here: str


def rows(module: str) -> list[Row]:
    """The rows of the table of a module of community.docker."""
    table = GUIDE.split(f"   * - ``community.docker.{module}``\n", 1)[1].split("\n\n", 1)[0]
    found = []
    for cell, here in _ROW.findall(table):
        words = _WORD.findall(re.sub(r"\n +", " ", cell))
        plain = {word for result, word in words if not result}
        choices = {word for word in plain if ": " in word}
        found.append(
            Row(
                plain - choices,
                choices,
                {word for result, word in words if result},
                re.sub(r"\n +", " ", here),
            )
        )
    return found


def ours(module: str) -> tuple[dict[str, t.Any], set[str]]:
    """The documented options, with dotted names, and the results of the module that takes the place of another."""
    name = {"docker_swarm": "swarm_init"}.get(module) or "swarm_" + re.sub(r"^docker_(swarm_)?", "", module)
    code = importlib.import_module(f"ansible_collections.flotilla.swarm.plugins.modules.{name}")
    return dict(flat(documented_options(code.DOCUMENTATION))), set(yaml.safe_load(code.RETURN))


def flat(options: dict[str, t.Any], before: str = "") -> t.Iterator[tuple[str, t.Any]]:
    for name, option in options.items():
        for word in (name, *option.get("aliases", [])):
            yield before + word, option
            yield from flat(option.get("suboptions") or {}, f"{before}{word}.")


@pytest.mark.parametrize("module", MODULES)
def test_every_option_and_result_of_theirs_has_a_row_and_only_these(module: str) -> None:
    table = rows(module)
    named = [name for row in table for name in row.options]
    assert sorted(named) == sorted(THEIRS[module]["options"])
    results = [name for row in table for name in row.results]
    assert sorted(results) == sorted(THEIRS[module]["results"])


@pytest.mark.parametrize("module", MODULES)
def test_what_is_said_to_be_here_is_documented_here_and_the_rest_is_not(module: str) -> None:
    options, results = ours(module)
    for row in rows(module):
        is_here = not row.here.startswith("not here: ")
        assert {name: name in options for name in row.options} == dict.fromkeys(row.options, is_here), row
        assert {name: name in results for name in row.results} == dict.fromkeys(row.results, True), row


@pytest.mark.parametrize("module", MODULES)
def test_every_choice_of_theirs_is_taken_or_has_a_row(module: str) -> None:
    options, _results = ours(module)
    named = {choice for row in rows(module) for choice in row.choices}
    for name, choices in THEIRS[module]["options"].items():
        taken = {str(choice) for choice in (options.get(name) or {}).get("choices") or choices}
        missing = {f"{name}: {choice}" for choice in set(choices) - taken if name in options}
        assert missing <= named, f"{module}: {missing - named}"
    known = {f"{name}: {choice}" for name, choices in THEIRS[module]["options"].items() for choice in choices}
    assert named <= known


def test_every_suboption_and_result_marked_as_theirs_is_theirs() -> None:
    """What is documented "as community.docker has it" exists there."""
    marked = 0
    for path in (ROOT / "plugins/modules").glob("swarm_*.py"):
        for name, other in re.findall(
            r"^(\w+):\n  description: (?:The same, a|A)s M\(community\.docker\.(\w+)\) has (?:it|them)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        ):
            assert name in THEIRS[other]["results"], (path.name, name)
            marked += 1
    assert marked >= 7


def test_every_command_about_a_swarm_has_a_row() -> None:
    table = GUIDE.split("   * - ``docker``\n", 1)[1].split("\n\n", 1)[0]
    commands = [command for cell, _here in _ROW.findall(table) for _result, command in _WORD.findall(cell)]
    for line in COMMANDS.split("\n")[1:-1]:
        noun, verbs = line.strip().split(": ")
        for verb in verbs.split():
            assert [one for one in commands if f"{one} ".startswith(f"{noun} {verb} ")], f"{noun} {verb}"


def test_every_task_beside_a_command_has_options_that_its_module_has() -> None:
    table = GUIDE.split("   * - ``docker``\n", 1)[1].split("\n\n", 1)[0]
    seen = 0
    for text in re.findall(r"``(swarm_\w+: \{.*?\})``", re.sub(r"\n +", " ", table)):
        [(module, task)] = yaml.safe_load(text).items()
        code = importlib.import_module(f"ansible_collections.flotilla.swarm.plugins.modules.{module}")
        assert set(task) <= {name for name, _option in flat(documented_options(code.DOCUMENTATION))}, text
        seen += 1
    assert seen > 30
