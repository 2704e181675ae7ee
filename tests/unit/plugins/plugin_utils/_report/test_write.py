# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report import write
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import document
from ansible_collections.flotilla.swarm.tests.unit.support.reported import MADE, calm, demo

LATER = "2026-11-28T11:00:00Z"


@pytest.mark.parametrize("form", write.FORMATS)
def test_a_file_differs_by_what_it_shows_and_not_by_its_moment(tmp_path: Path, form: str) -> None:
    dest = str(tmp_path / "cluster")
    first, later, other = document(demo(), MADE), document(demo(), LATER), document(calm(), MADE)
    assert write.differs(dest, first, form, "Swarm")
    write.write(dest, write.text_of(first, form, "Swarm"))
    assert not write.differs(dest, first, form, "Swarm")
    assert not write.differs(dest, later, form, "Swarm")
    assert write.differs(dest, other, form, "Swarm")


@pytest.mark.parametrize("content", ["", "[]", "{", "<html>"])
@pytest.mark.parametrize("form", write.FORMATS)
def test_a_file_of_another_kind_differs(tmp_path: Path, form: str, content: str) -> None:
    dest = tmp_path / "cluster"
    dest.write_text(content, encoding="utf-8")
    assert write.differs(str(dest), document(calm(), MADE), form, "Swarm")


def test_it_is_whole_and_for_everybody_to_read(tmp_path: Path) -> None:
    dest = tmp_path / "cluster.json"
    found: dict[str, t.Any] = document(demo(), MADE)
    found["problems"] = ["half a pair: \ud800"]
    write.write(str(dest), write.text_of(found, "json", "Swarm"))
    assert json.loads(dest.read_text(encoding="ascii")) == found
    assert stat.S_IMODE(dest.stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["cluster.json"]


def test_nothing_is_left_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with pytest.raises(Refused, match="cannot be written"):
        write.write(str(tmp_path / "cluster"), "text")
    assert [one.name for one in tmp_path.iterdir()] == ["cluster"]
    with pytest.raises(Refused, match="it is a folder"):
        write.check_writable(str(tmp_path / "cluster"))
    with pytest.raises(Refused, match=r"there is no folder .*/none on this machine"):
        write.check_writable(str(tmp_path / "none" / "cluster"))


def test_the_format_is_that_of_the_name_unless_one_is_wanted() -> None:
    assert [
        write.format_of(*given)
        for given in (("a.html", None), ("a.JSON", None), ("a", None), ("a.json", "html"))
    ] == [
        "html",
        "json",
        "html",
        "html",
    ]
