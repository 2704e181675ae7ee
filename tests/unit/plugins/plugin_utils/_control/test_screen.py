# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control import screen


@pytest.mark.parametrize(
    ("callback", "to_programs"),
    [("default", False), ("ansible.builtin.minimal", False), ("json", True), ("ansible.posix.jsonl", True)],
)
def test_an_output_that_programs_read_is_not_disturbed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], callback: str, to_programs: bool
) -> None:
    monkeypatch.setattr(screen.constants, "DEFAULT_STDOUT_CALLBACK", callback)
    screen.show(["a", "b"])
    shown = capsys.readouterr()
    assert (shown.err if to_programs else shown.out) == "a\nb\n"
    assert (shown.out if to_programs else shown.err) == ""
