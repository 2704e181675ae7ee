# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.wait import WAITS
from ansible_collections.flotilla.swarm.plugins.module_utils._host import install as installing
from ansible_collections.flotilla.swarm.plugins.module_utils._host.apt import did_something, reasons, step_of


@pytest.mark.parametrize(
    ("line", "step"),
    [
        (
            "Get:12 http://me:opensesame@mirror/debian bookworm/main amd64 containerd amd64 1.6.20~ds1-1+b1 [25.9 MB]",
            "downloading containerd [25.9 MB]",
        ),
        (
            "Get:1 http://me:opensesame@mirror/debian bookworm InRelease [151 kB]",
            "updating the package lists",
        ),
        ("Hit:1 http://me:opensesame@mirror/debian bookworm InRelease", "updating the package lists"),
        ("Reading package lists...", "reading the package lists"),
        ("Unpacking docker.io (20.10.24+dfsg1-1+deb12u1) ...", "unpacking docker.io"),
        ("Setting up docker.io (20.10.24+dfsg1-1+deb12u1) ...", "setting up docker.io"),
        ("Processing triggers for libc-bin (2.36-9+deb12u4) ...", "setting up libc-bin"),
        (
            "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock. It is held by process 512 (unattended-upgr)...",
            "waiting for process 512 (unattended-upgr), which installs something",
        ),
        ("Selecting previously unselected package docker.io.", ""),
        ("", ""),
    ],
)
def test_a_line_of_apt_says_what_is_done(line: str, step: str) -> None:
    assert step_of(line) == step


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.", False),
        ("0 upgraded, 0 newly installed, 0 downgraded, 0 to remove and 3 not upgraded.", False),
        ("0 upgraded, 10 newly installed, 0 to remove and 0 not upgraded.", True),
        ("0 upgraded, 0 newly installed, 1 downgraded, 0 to remove and 0 not upgraded.", True),
    ],
)
def test_an_installation_says_whether_it_did_something(said: str, changed: bool) -> None:
    assert did_something(["Reading package lists...", said]) is changed


def test_the_reasons_are_told_once() -> None:
    said = [
        "Reading package lists...",
        " docker.io : Depends: runc but it is not installable",
        "E: Unable to correct problems, you have held broken packages.",
        "E: Unable to correct problems, you have held broken packages.",
    ]
    assert reasons(said) == (
        "docker.io : Depends: runc but it is not installable "
        "E: Unable to correct problems, you have held broken packages."
    )


class Apt:
    """An apt that fails until the package lists are new, or always."""

    def __init__(self, *, works: int = 0) -> None:
        self.left = works
        self.calls: list[str] = []
        self.shown: list[str] = []

    def __call__(self, argv: list[str], see: t.Callable[[str], None]) -> tuple[int, list[str]]:
        words = " ".join(
            [argv[0], *argv[argv.index("install") :]] if "install" in argv else [argv[0], argv[-1]]
        )
        self.calls.append(words)
        if argv[0] == "apt-cache":
            return 0, ["docker-cli | 26.1 | mirror"] if argv[-1] == "docker-cli" else []
        see("Unpacking docker.io (20.10) ...")
        self.shown += [wait.line for wait in WAITS]
        if "install" in argv and self.left:
            self.left -= 1
            return 100, ["E: Unable to locate package docker.io"]
        return 0, ["0 upgraded, 9 newly installed, 0 to remove and 0 not upgraded."]


CACHE = ["apt-cache docker-cli", "apt-cache other"]
INSTALL = "apt-get install docker.io=20.10 ca-certificates docker-cli"


def test_the_lists_are_updated_only_where_it_fails_without() -> None:
    apt = Apt()
    assert installing.install(["docker.io=20.10", "ca-certificates"], ["docker-cli", "other"], apt)
    assert apt.calls == [*CACHE, INSTALL]
    assert apt.shown == ["installing docker.io=20.10: unpacking docker.io, 0 s"]
    apt = Apt(works=1)
    installing.install(["docker.io=20.10", "ca-certificates"], ["docker-cli", "other"], apt)
    assert apt.calls == [*CACHE, INSTALL, "apt-get update", *CACHE, INSTALL]


def test_an_installation_that_a_power_cut_interrupted_is_finished_first() -> None:
    said: list[str] = []

    def run(argv: list[str], _see: t.Callable[[str], None]) -> tuple[int, list[str]]:
        said.append(" ".join(argv[:3]))
        if argv[0] == "dpkg" or "dpkg --configure -a" in said:
            return 0, ["1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded."]
        return 100, [
            "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."
        ]

    assert installing.install(["docker.io"], [], run)
    assert said == ["apt-get -q -y", "dpkg --configure -a", "apt-get -q -y"]


def test_a_failure_has_the_reason_that_apt_gave() -> None:
    with pytest.raises(FlotillaError) as error:
        installing.install(["docker.io"], [], Apt(works=2))
    assert str(error.value) == "apt could not install docker.io: E: Unable to locate package docker.io"


def test_what_a_program_prints_is_seen_line_by_line() -> None:
    seen: list[str] = []
    assert installing.run(["sh", "-c", "echo a; echo b >&2; exit 3"], seen.append) == (3, ["a", "b"])
    assert seen == ["a", "b"]
    assert installing.run(["/nowhere/apt-get"], seen.append) == (
        127,
        ["/nowhere/apt-get: No such file or directory"],
    )
