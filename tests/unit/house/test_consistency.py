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
from ansible_collections.flotilla.swarm.plugins.module_utils._deploy.options import ARGUMENTS, LISTS
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.options import SETTINGS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import FIXED

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


def tasks(tasks_or_plays: t.Iterable[dict[str, t.Any]]) -> t.Iterator[dict[str, t.Any]]:
    """All tasks of a file, those in plays and blocks too."""
    for task in tasks_or_plays:
        yield task
        for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"):
            yield from tasks(task.get(key) or [])


def arguments(path: Path, module: str) -> dict[str, t.Any]:
    """The arguments of a module in a file, which uses it once."""
    (found,) = (task[module] for task in tasks(load(path)) if module in task)
    return t.cast("dict[str, t.Any]", found)


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


def test_all_roles_serve_the_same_platforms() -> None:
    """The site playbook runs every role on the same hosts."""
    metas = {role: load(ROOT / "roles" / role / "meta" / "main.yml") for role in ROLES}
    for meta in metas.values():
        # Each has a description of its own.
        assert meta["galaxy_info"].pop("description")
    first = metas[ROLES[0]]
    assert first["galaxy_info"]["platforms"]
    assert {role: meta for role, meta in metas.items() if meta != first} == {}


YAML_FILES = sorted([*(ROOT / "roles").glob("*/tasks/*.yml"), *(ROOT / "playbooks").glob("*.yml")])


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_variables_that_tasks_set_are_private_to_the_collection(path: Path) -> None:
    for task in tasks(load(path)):
        names = [task["register"]] if "register" in task else []
        names += task.get("ansible.builtin.set_fact") or {}
        assert [name for name in names if not name.startswith("__swarm_")] == []


def test_swarm_init_in_the_role_has_every_setting() -> None:
    given = arguments(ROOT / "roles" / "swarm_quorum" / "tasks" / "swarm.yml", "flotilla.swarm.swarm_init")
    of_the_host = {"advertise_addr", "listen_addr", "data_path_addr"}
    names = {option.name for option in SETTINGS} | set(FIXED)
    assert set(given) - of_the_host == names
    for name in names:
        assert given[name] == f"{{{{ __swarm_plan.settings.{name} | default(omit) }}}}"


def test_the_playbook_deploys_all_that_one_call_can() -> None:
    module = "flotilla.swarm.swarm_deploy"
    book = load(ROOT / "playbooks" / "deploy.yml")
    first, second = (task[module] for task in tasks(book) if module in task)
    # The playbook waits and shows the progress, and its result shows no values.
    assert set(second) == set(ARGUMENTS) - {"wait", "progress", "show_values", "defer"}
    for kind in LISTS:
        assert second[kind] == f"{{{{ swarm_{kind} | default([]) }}}}"
    assert {**first, "held_ports": second["held_ports"]} == {**second, "defer": True}


def test_versions_agree() -> None:
    version = load(ROOT / "galaxy.yml")["version"]
    releases = load(ROOT / "changelogs" / "changelog.yaml")["releases"]
    fragment = ROOT / "changelogs" / "fragments" / f"{version}.yml"
    assert version in releases or fragment.exists(), (
        f"{version} is neither released nor has a release summary"
    )
