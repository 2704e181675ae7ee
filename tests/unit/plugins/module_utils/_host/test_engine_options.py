# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host.daemon_file import DaemonFile
from ansible_collections.flotilla.swarm.plugins.module_utils._host.engine_options import deploy

MIRROR = "https://me:s3cret@mirror/"
JOURNAL = [
    "Starting Docker Application Container Engine...",
    'time="2026-11-27T23:00:00Z" level=info msg="invalid only within a line"',
    "failed to start daemon: an earlier reason",
    f'unable to configure the Docker daemon: invalid mirror: "{MIRROR}" (s3cret, me:s3cret), token 4bcd of before',
    "docker.service: Main process exited, code=exited, status=1/FAILURE",
]


def reason(file: DaemonFile, lines: list[str], state: str = "kept") -> t.Any:
    """What is told of a journal."""
    return deploy(file, {"state": state}, False, lambda argv: (0, "\n".join(lines), ""))["reason"]


@pytest.fixture
def file(tmp_path: Path) -> DaemonFile:
    """A file that was replaced, both times with a secret."""
    made = DaemonFile(str(tmp_path / "daemon.json"))
    Path(made.path).write_text(json.dumps({"log-opts": {"token": "4bcd"}}), encoding="utf-8")
    made.replace(json.dumps({"registry-mirrors": [MIRROR]}))
    return made


@pytest.mark.parametrize("state", ["kept", "restored"])
def test_the_last_reason_is_told_without_any_secret_of_the_files(file: DaemonFile, state: str) -> None:
    assert reason(file, JOURNAL, state) == (
        'unable to configure the Docker daemon: invalid mirror: "(hidden)" ((hidden), (hidden)), token (hidden) of before'
    )


def test_without_a_reason_there_is_none(file: DaemonFile) -> None:
    assert reason(file, JOURNAL[:2]) is None
    assert reason(file, []) is None


def test_a_broken_file_still_has_a_reason_and_is_brought_back(file: DaemonFile) -> None:
    Path(file.path).write_text("{broken", encoding="utf-8")
    assert reason(file, JOURNAL[2:3], "restored") == "failed to start daemon: an earlier reason"
    assert json.loads(file.text() or "") == {"log-opts": {"token": "4bcd"}}
