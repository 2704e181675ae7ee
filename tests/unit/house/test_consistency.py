# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written in two places says the same in both."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").glob("*") if (path / "tasks").is_dir())


def load(path: Path) -> t.Any:
    """A YAML file; an empty or missing one is an empty dictionary."""
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def documentation(module: Path) -> dict[str, t.Any]:
    """A module's DOCUMENTATION."""
    found = re.search(r'^DOCUMENTATION = r"""\n(.*?)^"""', module.read_text(encoding="utf-8"), re.M | re.S)
    assert found, module
    return t.cast("dict[str, t.Any]", yaml.safe_load(found[1]))


def test_action_group_holds_the_modules_that_take_the_connection_options() -> None:
    modules = {path.stem: documentation(path) for path in (ROOT / "plugins" / "modules").glob("swarm_*.py")}
    connected = {
        name
        for name, doc in modules.items()
        if "flotilla.swarm._connection" in doc.get("extends_documentation_fragment", [])
    }
    assert connected
    assert set(load(ROOT / "meta" / "runtime.yml")["action_groups"]["swarm"]) == connected


@pytest.mark.parametrize("role", ROLES)
def test_argument_spec_and_defaults_of_a_role_agree(role: str) -> None:
    specs = load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]
    options: dict[str, t.Any] = {}
    for entry in specs.values():
        options.update(entry.get("options", {}))
    documented = {name: option["default"] for name, option in options.items() if "default" in option}
    defaults = load(ROOT / "roles" / role / "defaults" / "main.yml")
    assert defaults == documented


@pytest.mark.parametrize("role", ROLES)
def test_role_has_a_readme_that_names_its_variables(role: str) -> None:
    text = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    specs = load(ROOT / "roles" / role / "meta" / "argument_specs.yml")["argument_specs"]
    names = {name for entry in specs.values() for name in entry.get("options", {})}
    assert not {name for name in names if name not in text}


def test_versions_agree() -> None:
    version = load(ROOT / "galaxy.yml")["version"]
    releases = load(ROOT / "changelogs" / "changelog.yaml")["releases"]
    fragment = ROOT / "changelogs" / "fragments" / f"{version}.yml"
    assert version in releases or fragment.exists(), (
        f"{version} is neither released nor has a release summary"
    )
