# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first hour, as the README has it word by word: bare hosts, a user with sudo, the collection from its git repository.

Only addresses, the key of the test hosts and the place of the repository are other ones.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import (
    Done,
    Lab,
    ansible_playbook,
    own_lab,
)
from ansible_collections.flotilla.swarm.tests.unit.support.readme import PUBLIC, printed, repository

# Who logs in: no root, with the key of the test hosts and a sudo that asks for nothing.
_USER = (
    "useradd --create-home --shell /bin/bash debian && cp -r /root/.ssh /home/debian/ && chown -R debian: /home/debian/.ssh && "
    "echo 'debian ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/debian"
)
# Not its shared connections: they are those of root, whoever logs in.
_KEY = ("ansible_ssh_private_key_file", "ansible_ssh_common_args")


class Newcomer(t.NamedTuple):
    """The folder that somebody works in, and the test hosts."""

    folder: Path
    lab: Lab

    def run(self, line: str, **environment: str) -> Done:
        """Run a line of the README that begins with ``ansible-playbook``."""
        command = shlex.split(line)
        assert command[:3] == ["ansible-playbook", "-i", "inventory.yml"], line
        where = {"ANSIBLE_COLLECTIONS_PATH": str(self.folder), "ANSIBLE_STDOUT_CALLBACK": "default"}
        return ansible_playbook(
            self.folder / "inventory", *command[3:], report=False, **{**where, **environment}
        )


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Newcomer]:
    """Somebody who has the collection and an inventory, and hosts without Docker."""
    folder = tmp_path_factory.mktemp("first-hour")
    command = printed("install git+").replace(PUBLIC, repository(folder / "source")).split()
    galaxy = [str(Path(sys.executable).with_name(command[0])), *command[1:], "-p", str(folder)]
    subprocess.run(galaxy, check=True, env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder)})
    with own_lab("hour", managers=3, workers=2, bare="all") as lab:
        for host in lab.hosts:
            host.run(_USER)
        text = printed("# inventory.yml\nswarm:\n  vars:\n    ansible_user")
        for name, host in {host.name: host for host in lab.hosts}.items():
            text = re.sub(rf"(\b{name}: {{ansible_host: )[0-9.]+", rf"\g<1>{host.address}", text)
        reached = yaml.safe_load(lab.inventory())["all"]["vars"]
        key = {"all": {"vars": {name: reached[name] for name in _KEY}}}
        (folder / "inventory").mkdir()
        (folder / "inventory" / "inventory.yml").write_text(text, encoding="utf-8")
        (folder / "inventory" / "key.yml").write_text(yaml.safe_dump(key), encoding="utf-8")
        yield Newcomer(folder, lab)


def test_the_readme_leads_from_bare_hosts_to_a_swarm(newcomer: Newcomer) -> None:
    """V5: the plan before it acts, the swarm at the end, and no noise about Python or the way."""
    check, run = printed("flotilla.swarm.site --check").splitlines()
    planned = newcomer.run(check)
    assert planned.status == 0, planned.text
    assert "+ m1: create the swarm" in planned.text
    assert newcomer.lab.host("m1").run("command -v docker", check=False).rc != 0, "nothing was changed"
    first = newcomer.run(run)
    assert first.status == 0, first.text
    lines = first.text.splitlines()
    # Below the task that plans and before any host is changed.
    at = lines.index(next(line for line in lines if line.startswith("+ m1: install docker.io")))
    assert not [line for line in lines[:at] if line.startswith("changed: ")]
    assert [line for line in lines if line.startswith("+ m1: create the swarm")]
    plan = [line for line in lines if line.startswith("+ ")]
    assert len(plan) == len(set(plan)), "what was shown is not shown again"
    shown = table(lines)
    assert [line.split()[:2] for line in shown[1:4]] == [
        ["m1", "leader"],
        ["m2", "manager"],
        ["m3", "manager"],
    ]
    assert [line.split()[:2] for line in shown[4:6]] == [["w1", "worker"], ["w2", "worker"]]
    assert lines.index("Every node is fine.") > lines.index(plan[-1])
    # m1 has the swarm when the others join, and no other task is printed for hosts that do not need it.
    assert [line for line in lines if line.startswith("skipping: [")] == ["skipping: [m1]"]
    assert len(re.findall(r"^TASK \[", first.text, re.MULTILINE)) <= 21
    for text in (planned.text, first.text):
        assert "WARNING" not in text


def table(lines: list[str]) -> list[str]:
    """The table of nodes, whose columns stand below each other."""
    start = lines.index(next(line for line in lines if line.startswith("NODE ")))
    shown = lines[start : start + 6]
    column = shown[0].index("STATE")
    assert {line[column - 1 : column + 5] for line in shown[1:]} == {" ready"}
    return shown


def test_a_second_run_changes_nothing_and_shows_the_swarm(newcomer: Newcomer) -> None:
    """V5: without a further look at any host."""
    again = newcomer.run(printed("flotilla.swarm.site --check").splitlines()[1])
    assert again.status == 0, again.text
    lines = again.text.splitlines()
    assert "Nothing has to be changed." in lines
    assert [line.split()[0] for line in table(lines)[1:]] == ["m1", "m2", "m3", "w1", "w2"]
    assert "changed=0" in again.text
    assert not re.search(r"changed=[1-9]", again.text)
    assert len(re.findall(r"^TASK \[", again.text, re.MULTILINE)) == 3
    assert "skipping: [" not in again.text


def test_the_status_is_plain_text(newcomer: Newcomer) -> None:
    """V1: no JSON around it."""
    [line] = [
        line for line in printed("flotilla.swarm.status\n").splitlines() if line.endswith("swarm.status")
    ]
    done = newcomer.run(line)
    assert done.status == 0, done.text
    assert table(done.text.splitlines())
    assert '"' not in done.text


def test_whoever_switched_pipelining_off_is_told_once(newcomer: Newcomer) -> None:
    """V5: the user's own value holds, and is named as the cause."""
    slow = newcomer.run("ansible-playbook -i inventory.yml flotilla.swarm.status", ANSIBLE_PIPELINING="0")
    assert slow.status == 0, slow.text
    assert " ".join(slow.text.split()).count("Pipelining is off") == 1, slow.text


def test_a_sudo_that_asks_for_a_password_gets_it(newcomer: Newcomer) -> None:
    """V5: as ``--ask-become-pass`` does."""
    for host in newcomer.lab.hosts:
        # Without a memory of the last time.
        rule = "Defaults timestamp_timeout=0\ndebian ALL=(ALL) ALL\n"
        host.run(f"echo debian:pass-4711 | chpasswd && printf '{rule}' >/etc/sudoers.d/debian")
    line = "ansible-playbook -i inventory.yml flotilla.swarm.status"
    done = newcomer.run(f"{line} -e ansible_become_password=pass-4711")
    assert done.status == 0, done.text
    assert table(done.text.splitlines())
    refused = newcomer.run(line)
    assert refused.status != 0
    assert "password" in refused.text


def test_a_user_who_does_not_become_root_is_told_to(newcomer: Newcomer) -> None:
    """V5: in words of Ansible, whatever a program on the host says to such a user."""
    line = "ansible-playbook -i inventory.yml flotilla.swarm.site --check -e ansible_become=false"
    refused = newcomer.run(line)
    assert refused.status != 0
    assert "become: true" in refused.text, refused.text
    assert "netlink" not in refused.text
