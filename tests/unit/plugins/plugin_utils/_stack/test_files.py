# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path
from unittest import mock

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._stack.files import StackFiles

# In the order in which they are searched.
PLACES = ("role/files", "role", "inventory", "more", "play/files", "play", "work")


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], str]:
    """Finds a file from a task in a role, with two inventories."""
    for place in PLACES:
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / "more" / "hosts.yml").touch()
    monkeypatch.chdir(tmp_path / "work")
    action = mock.MagicMock()
    action._loader.get_basedir = lambda: str(tmp_path / "play")
    action._task.get_search_path = lambda: [str(tmp_path / "role"), str(tmp_path / "play")]
    sources = ["m1,", str(tmp_path / "inventory"), str(tmp_path / "more" / "hosts.yml")]
    variables = {"inventory_dir": str(tmp_path / "inventory"), "ansible_inventory_sources": sources}
    return StackFiles(action, variables).access({"remote_src": False}).find


def test_a_relative_path_is_searched_in_its_order(find: t.Callable[[str], str], tmp_path: Path) -> None:
    for place in reversed(PLACES):
        (tmp_path / place / "web.yml").touch()
        assert find("web.yml") == str(tmp_path / place / "web.yml")


def test_where_a_missing_file_was_searched_is_said(find: t.Callable[[str], str], tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        find("web.yml")
    places = ", ".join(str(tmp_path / place) for place in PLACES)
    assert str(refused.value) == f"web.yml is not on the control node: it is in none of {places}."


def test_an_absolute_path_is_searched_nowhere_else(find: t.Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "web.yml").touch()
    assert find(str(tmp_path / "web.yml")) == str(tmp_path / "web.yml")
    with pytest.raises(Refused, match=r"^/nowhere/web\.yml is not on the control node\.$"):
        find("/nowhere/web.yml")
