# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.config.manager import ConfigManager
from ansible.plugins.loader import connection_loader
from ansible_collections.flotilla.swarm.plugins.action import swarm_info, swarm_plan
from ansible_collections.flotilla.swarm.plugins.filter.swarm_unless_set import FilterModule
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control import settings

unless_set = FilterModule().filters()["swarm_unless_set"]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[[str], None]:
    """Make Ansible read some text as its ansible.cfg."""
    for name in ("ANSIBLE_PIPELINING", "ANSIBLE_SSH_PIPELINING", "ANSIBLE_PYTHON_INTERPRETER"):
        monkeypatch.delenv(name, raising=False)

    def read(text: str) -> None:
        path = tmp_path / "ansible.cfg"
        path.write_text(text, encoding="utf-8")
        connection_loader.get("ssh", class_only=True)
        config = ConfigManager(str(path))
        config._plugins = settings.constants.config._plugins
        monkeypatch.setattr(settings.constants, "config", config)

    return read


def test_a_default_holds_where_nobody_set_anything(configure: t.Callable[[str], None]) -> None:
    configure("[defaults]\nforks = 7\n")
    assert unless_set("auto_silent", "INTERPRETER_PYTHON") == "auto_silent"
    assert unless_set(True, "ssh.pipelining") is True
    assert unless_set("x", "NO_SUCH_SETTING") == "x"


@pytest.mark.parametrize("section", ["connection", "defaults", "ssh_connection"])
def test_ansible_cfg_wins(configure: t.Callable[[str], None], section: str) -> None:
    configure(f"[{section}]\npipelining = false\n")
    assert unless_set(True, "ssh.pipelining") is False
    configure("[defaults]\ninterpreter_python = /opt/python\n")
    assert unless_set("auto_silent", "INTERPRETER_PYTHON") == "/opt/python"


@pytest.mark.parametrize("name", ["ANSIBLE_PIPELINING", "ANSIBLE_SSH_PIPELINING"])
def test_the_environment_wins(
    configure: t.Callable[[str], None], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    configure("")
    monkeypatch.setenv(name, "0")
    assert unless_set(True, "ssh.pipelining") is False


def test_the_filter_is_loaded_before_the_workers_start(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(settings.filter_loader, "get", asked.append)
    settings.load_filter()
    assert asked == ["flotilla.swarm.swarm_unless_set"]
    # Ansible imports the action of the next task in its main process; each playbook begins with one of these.
    for action in (swarm_info, swarm_plan):
        assert "\nload_filter()\n" in Path(str(action.__file__)).read_text(encoding="utf-8")
