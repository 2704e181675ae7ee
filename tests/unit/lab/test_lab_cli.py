# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: what it takes, and what it says where nothing can be done."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from lab import Host, cli, hosts
from lab import outer as outer_daemon
from lab.spec import HostSpec


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests away from a lab that is up on this machine."""
    monkeypatch.setenv("FLOTILLA_LAB_STATE", str(tmp_path))
    monkeypatch.setattr(outer_daemon, "find", lambda: None)


def test_bare_takes_hosts_or_none() -> None:
    def bare(*words: str) -> str | None:
        value: str | None = cli.parser().parse_args(["up", *words]).bare
        return value

    assert bare() is None
    assert bare("--bare") == "all"
    assert bare("--bare=w1,w2") == "w1,w2"
    assert bare("--bare", "--hosts", "2") == "all"


def test_a_remote_command_keeps_its_options() -> None:
    args = cli.parser().parse_args(["ssh", "--name", "x", "m1", "docker", "node", "ls", "--quiet"])
    assert (args.name, args.host, args.command) == ("x", "m1", ["docker", "node", "ls", "--quiet"])


@pytest.mark.parametrize("verb", sorted(cli.HOST_VERBS))
def test_every_break_takes_several_hosts_and_is_a_method(verb: str) -> None:
    args = cli.parser().parse_args([verb, "m1", "w1", "--name", "x"])
    assert args.hosts == ["m1", "w1"]
    assert callable(getattr(Host, verb.replace("-", "_")))


@pytest.mark.parametrize("words", [["kill", "m1"], ["inventory"], ["ssh", "m1"], ["env"]])
def test_one_sentence_where_nothing_is_up(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 1
    said = capsys.readouterr()
    assert said.err == (
        "lab: No Docker daemon answers on this machine, so no lab is up; start one with `lab up`.\n"
    )
    assert said.out == ""


def test_down_where_nothing_is_up_is_fine() -> None:
    assert cli.main(["down"]) == 0
    assert cli.main(["down", "--all"]) == 0


def test_no_docker_and_no_root(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert cli.main(["up"]) == 1
    assert "join the docker group" in capsys.readouterr().err


def test_wrong_options_are_refused_before_anything_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["up", "--hosts", "2", "--engine", "19.03"]) == 1
    assert "'19.03' is not known" in capsys.readouterr().err


@pytest.mark.parametrize("bare", [True, False])
def test_files_of_a_host(bare: bool) -> None:
    host = HostSpec("m1", True, "20.10", bare, "none")
    with tarfile.open(fileobj=io.BytesIO(hosts.files(host, "ssh-ed25519 KEY", "192.0.2.2:5000"))) as tar:
        assert tar.getmember("root/.ssh").mode == 0o700
        assert tar.getmember("root/.ssh/authorized_keys").mode == 0o600
        assert ("etc/docker/daemon.json" in tar.getnames()) is not bare
        if not bare:
            content = tar.extractfile("etc/docker/daemon.json")
            assert content is not None
            assert json.load(content) == {"debug": True, "insecure-registries": ["192.0.2.2:5000"]}
