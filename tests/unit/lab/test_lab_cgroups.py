# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first process of a test host takes the cgroups that it finds: version 2, or the hierarchies of version 1."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from lab import recipes

LEGACY = "systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
# Notes what it was asked for; refuses an option that $REFUSED names.
_NOTE = """#!/bin/sh
echo "${0##*/} $*" >> "$NOTES"
case "$*" in *"$REFUSED"*) exit 32 ;; esac
"""


class Found:
    """What the first process did on a machine: the mounts it asked for, the links it made, and what it tells systemd."""

    def __init__(self, folder: Path, own: str, *, unified: bool, refused: str = "nothing") -> None:
        self.root = folder / "cgroup"
        self.root.mkdir()
        if unified:
            (self.root / "cgroup.controllers").touch()
        (folder / "self").write_text(own, encoding="ascii")
        for command in ("mount", "umount"):
            (folder / command).write_text(_NOTE, encoding="ascii")
            (folder / command).chmod(0o755)
        script = recipes.CGROUPS.replace("/sys/fs/cgroup", str(self.root))
        script = script.replace("/proc/self/cgroup", str(folder / "self"))
        done = subprocess.run(
            ["sh", "-euc", f'args=\n{script}\necho "$args"'],
            env={
                "PATH": f"{folder}:{os.environ['PATH']}",
                "NOTES": str(folder / "notes"),
                "REFUSED": refused,
            },
            capture_output=True,
            text=True,
            check=True,
        )
        self.told = done.stdout.strip()
        notes = (folder / "notes").read_text(encoding="ascii").replace(str(self.root), "ROOT")
        self.asked = notes.splitlines()


def test_version_2_is_one_tree_and_systemd_needs_no_word(tmp_path: Path) -> None:
    found = Found(tmp_path, "0::/\n", unified=True)
    assert found.asked == ["umount -R ROOT", "mount -t cgroup2 -o nsdelegate,rw cgroup2 ROOT"]
    assert found.told == ""


def test_a_kernel_that_refuses_the_option_of_version_2_is_asked_without_it(tmp_path: Path) -> None:
    found = Found(tmp_path, "0::/\n", unified=True, refused="nsdelegate")
    assert found.asked[-1] == "mount -t cgroup2 cgroup2 ROOT"
    assert found.told == ""


@pytest.mark.parametrize("second", ["", "0::/\n"], ids=["alone", "hybrid"])
def test_version_1_is_a_mount_for_each_hierarchy_and_systemd_is_told(tmp_path: Path, second: str) -> None:
    found = Found(tmp_path, f"4:memory:/a\n3:cpu,cpuacct:/a\n1:name=systemd:/a\n{second}", unified=False)
    assert found.asked == [
        "umount -R ROOT",
        "mount -t tmpfs -o mode=755 tmpfs ROOT",
        "mount -t cgroup -o memory cgroup ROOT/memory",
        "mount -t cgroup -o cpu,cpuacct cgroup ROOT/cpu,cpuacct",
        "mount -t cgroup -o none,name=systemd cgroup ROOT/systemd",
    ]
    assert (found.root / "cpuacct").readlink() == found.root / "cpu,cpuacct"
    assert found.told == LEGACY


def test_version_1_without_a_hierarchy_of_systemd_gets_one(tmp_path: Path) -> None:
    found = Found(tmp_path, "2:pids:/a\n", unified=False)
    assert found.asked[-1] == "mount -t cgroup -o none,name=systemd cgroup ROOT/systemd"


def test_the_first_process_is_this_choice() -> None:
    assert recipes.CGROUPS in recipes.INIT
    assert recipes.INIT.rstrip().endswith("exec /lib/systemd/systemd $args")
