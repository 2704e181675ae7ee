# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What "make docs" finds of links that lead nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_a_page_and_a_name_that_are_not_there_are_found(tmp_path: Path) -> None:
    (tmp_path / "style.css").touch()
    (tmp_path / "b.html").write_text('<h1 id="top">B</h1>', encoding="utf-8")
    good = (
        '<link href="style.css"><a href="b.html#top"></a><a href="#"></a><a href="https://example.org/x"></a>'
    )
    (tmp_path / "a.html").write_text(good, encoding="utf-8")
    command = [sys.executable, str(ROOT / "tests" / "tools" / "links.py"), str(tmp_path)]
    assert subprocess.run(command, check=False).returncode == 0
    (tmp_path / "a.html").write_text(
        f'{good}<a href="c.html"></a><a href="b.html#end"></a>', encoding="utf-8"
    )
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["a.html: b.html#end", "a.html: c.html"]
