# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host import daemon, daemon_file
from ansible_collections.flotilla.swarm.tests.unit.support.modules import Module

LIVE = {"debug": True, "proxies": {"https-proxy": "http://u:th3irs@p:1"}}


@pytest.fixture
def path() -> Path:
    """The file of the Engine's options, and its folder."""
    found = Path(daemon.PATH)
    found.parent.mkdir()
    return found


def test_keys_are_merged_once_and_brought_back(module: Module, path: Path) -> None:
    text = json.dumps(LIVE)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o640)
    given = {"mtu": 1400, "log_options": {"max-file": 3, "token": "s3cret"}, "daemon": {"debug": None}}
    planned = module.run(check_mode=True, **given)
    assert (planned["changed"], path.read_text(encoding="utf-8")) == (True, text)
    done = module.run(**given)
    assert (
        done["changes"]
        == planned["changes"]
        == [
            "daemon: debug true → unset",
            "daemon: log-opts.max-file unset → 3",
            "daemon: log-opts.token unset → (hidden)",
            "daemon: mtu 1500 → 1400",
        ]
    )
    assert done["diff"] == planned["diff"]
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "proxies": LIVE["proxies"],
        "mtu": 1400,
        "log-opts": {"max-file": "3", "token": "s3cret"},
    }
    assert path.stat().st_mode & 0o777 == 0o640
    again = module.run(**given)
    assert (again["changed"], again["changes"], again["diff"]) == (False, [], {"prepared": ""})
    back = module.run(state="restored")
    assert (back["changed"], path.read_text(encoding="utf-8")) == (True, text)
    assert "daemon: log-opts.token (hidden) → unset" in back["changes"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert module.run(state="restored")["changed"] is False
    assert [one.name for one in path.parent.iterdir()] == ["daemon.json"]


def test_only_root_can_read_what_is_kept(module: Module, path: Path) -> None:
    path.write_text(json.dumps(LIVE), encoding="utf-8")
    module.run(mtu=1400)
    assert (path.parent / "daemon.json.before").stat().st_mode & 0o777 == 0o600


def test_a_host_without_a_file_and_folder_gets_both_and_loses_the_file_again(module: Module) -> None:
    path = Path(daemon.PATH)
    assert module.run(check_mode=True, mtu=1400)["changed"] is True
    assert not path.parent.exists()
    assert module.run(mtu=1400)["changed"] is True
    assert path.read_text(encoding="utf-8") == '{\n    "mtu": 1400\n}\n'
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o644, 0o755)
    assert module.run(check_mode=True, state="restored")["changed"] is True
    assert path.exists()
    assert module.run(state="restored")["changed"] is True
    assert not path.exists()


def test_a_link_stays_one(module: Module, path: Path) -> None:
    real = path.parent / "real.json"
    real.write_text("{}", encoding="utf-8")
    path.symlink_to(real)
    module.run(mtu=1400)
    assert path.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8")) == {"mtu": 1400}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"token": "s3cret"',
            " cannot be read (Expecting ',' delimiter: line 1 column 19 (char 18)): repair or remove it.",
        ),
        ('["s3cret"]', " cannot be read (it is no JSON object): repair or remove it."),
        (
            "\udcff",
            " cannot be read ('utf-8' codec can't decode byte 0xff in position 0: invalid start byte): repair",
        ),
        ("[" * 100_000, " cannot be read (it is nested too deeply): repair or remove it."),
    ],
)
def test_a_broken_file_is_refused_and_left_as_it_is(module: Module, path: Path, text: str, told: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    message = module.refuses(mtu=1400)
    assert message.startswith(f"{path}{told}")
    assert "s3cret" not in message
    assert path.read_text(encoding="utf-8", errors="surrogateescape") == text


def test_a_file_that_is_none_is_refused(module: Module, path: Path) -> None:
    path.mkdir()
    assert module.refuses(mtu=1400) == f"{path} is a directory, not a regular file."


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_folder_that_cannot_be_written_is_told_in_check_mode_too(
    module: Module, path: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    monkeypatch.setattr(daemon_file.os, "access", lambda _path, _how: False)
    found = module.run(check_mode=check_mode, mtu=1400)
    assert found["msg"].startswith(
        f"{path} cannot be written, since {path.parent} takes no new file from this user: run"
    )
    # Nothing to write, nothing to refuse.
    assert module.run(mtu=1500)["changed"] is False


def test_a_write_that_fails_leaves_the_file_and_nothing_else(
    module: Module, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("{}", encoding="utf-8")

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(daemon_file.os, "fsync", refuse)
    assert (
        module.refuses(mtu=1400)
        == f"{path} could not be written (No space left on device), and is as it was."
    )
    assert [(one.name, one.read_text(encoding="utf-8")) for one in path.parent.iterdir()] == [
        ("daemon.json", "{}")
    ]


def test_a_wrong_value_is_one_sentence(module: Module, path: Path) -> None:
    assert module.refuses(mtu=100) == "mtu is 100: give the bytes of a packet, 576 to 65535, such as 1450."
    assert "mtu and daemon both set mtu" in module.refuses(mtu=1400, daemon={"mtu": 1500})
    assert not path.exists()
