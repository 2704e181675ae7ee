# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab changes in the machine's kernel, and how it is put back. Only for the lab's own daemon."""

from __future__ import annotations

import json
import os
from pathlib import Path

from . import shell
from .paths import state_dir

_SWITCHES = {
    "/proc/sys/net/ipv4/ip_forward": "1",
    "/proc/sys/net/bridge/bridge-nf-call-iptables": "0",
    "/proc/sys/net/bridge/bridge-nf-call-ip6tables": "0",
}
"""Kernel setting -> what the lab needs.

With br_netfilter on and FORWARD on DROP, traffic from host to host dies without a word and joins time out.
"""

_AT_LEAST = {"/proc/sys/fs/inotify/max_user_instances": 1024}
"""Kernel limit -> what the lab needs.

All hosts share it, each systemd takes several, and a usual 128 end with some twenty hosts.
"""


def _memory() -> Path:
    return state_dir() / "machine.json"


def remember() -> None:
    """Write down how the machine was, before the lab's daemon starts and changes it."""
    if _memory().exists():
        return
    rules = shell.run(["iptables", "-S"], check=False).stdout
    before = {
        "switches": {
            path: Path(path).read_text(encoding="utf-8").strip()
            for path in (*_SWITCHES, *_AT_LEAST)
            if os.path.exists(path)
        },
        "forward": "DROP" if "-P FORWARD DROP" in rules else "ACCEPT",
        # Another Docker's chains are not ours to remove.
        "chains": "-N DOCKER" in rules,
    }
    _memory().write_text(json.dumps(before), encoding="utf-8")


def open_the_way() -> None:
    """Let packets pass between hosts and out of the machine."""
    for path, value in _SWITCHES.items():
        if os.path.exists(path):
            Path(path).write_text(value, encoding="utf-8")
    for path, least in _AT_LEAST.items():
        if os.path.exists(path) and int(Path(path).read_text(encoding="utf-8")) < least:
            Path(path).write_text(str(least), encoding="utf-8")
    shell.run(["iptables", "-P", "FORWARD", "ACCEPT"], check=False)


def restore() -> None:
    """Put back what remember() wrote down; a Docker daemon leaves its chains behind when it ends."""
    if not _memory().exists():
        return
    before = json.loads(_memory().read_text(encoding="utf-8"))
    for path, value in before["switches"].items():
        if os.path.exists(path):
            Path(path).write_text(value, encoding="utf-8")
    shell.run(["iptables", "-P", "FORWARD", before["forward"]], check=False)
    if not before["chains"]:
        for table in ("filter", "nat"):
            for command in undo(shell.run(["iptables", "-t", table, "-S"], check=False).stdout):
                shell.run(["iptables", "-t", table, *command], check=False)
    _memory().unlink()


def undo(rules: str) -> list[list[str]]:
    """Return the iptables arguments that remove Docker's chains and the jumps to them. Pure."""
    jumps, flushes, chains = [], [], []
    for line in rules.splitlines():
        words = line.split()
        if len(words) > 2 and words[0] == "-A" and not words[1].startswith("DOCKER"):
            if "-j" in words and words[words.index("-j") + 1].startswith("DOCKER"):
                jumps.append(["-D", *words[1:]])
        elif len(words) == 2 and words[0] == "-N" and words[1].startswith("DOCKER"):
            flushes.append(["-F", words[1]])
            chains.append(["-X", words[1]])
    return jumps + flushes + chains
