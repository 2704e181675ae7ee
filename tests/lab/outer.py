# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outer Docker daemon: the machine's own where it answers, else one that belongs to the lab."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from . import machine, own, shell
from .errors import LabError
from .paths import locked

NEEDED = {
    "dockerd": "docker.io",
    "iptables": "iptables",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "qemu-system-x86_64": "qemu-system-x86",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
"""Program or file -> the Debian package it comes from, for machines where nothing is there yet."""


class Outer:
    """A connection to the outer daemon. ``socket`` is None for the machine's own, else the lab's socket."""

    def __init__(self, socket: Path | None, info: dict[str, Any]) -> None:
        self.socket = socket
        self.info = info

    @property
    def remote(self) -> bool:
        """Whether the daemon is on another machine, whose routes and files are not this one's."""
        return not self.socket and os.environ.get("DOCKER_HOST", "").startswith(("tcp:", "ssh:"))

    def docker(
        self, *args: str, check: bool = True, stdin: bytes | None = None, timeout: float | None = None
    ) -> shell.Result:
        """Run the docker command against the outer daemon."""
        return shell.run(["docker", *args], check=check, stdin=stdin, env=self.env(), timeout=timeout)

    def env(self) -> dict[str, str]:
        """Return the environment variables with which any docker command reaches this daemon."""
        return {"DOCKER_HOST": f"unix://{self.socket}"} if self.socket else {}

    def lines(self, *args: str) -> list[str]:
        """Run a docker command and return the non-empty lines it printed."""
        return [line for line in self.docker(*args).stdout.splitlines() if line.strip()]


def _info(socket: Path | None) -> dict[str, Any] | None:
    env = {"DOCKER_HOST": f"unix://{socket}"} if socket else {}
    result = shell.run(["docker", "info", "--format", "{{json .}}"], check=False, env=env, timeout=20)
    if result.rc != 0:
        return None
    info: dict[str, Any] = json.loads(result.stdout)
    # The command exits with 0 on some versions although no daemon answered; then there is no version.
    return info if info.get("ServerVersion") else None


def _usable(socket: Path | None) -> Outer | None:
    info = _info(socket)
    if info is None:
        return None
    if any("rootless" in option for option in info.get("SecurityOptions") or []):
        raise LabError(
            "The Docker daemon of this machine runs rootless, which cannot carry hosts with systemd; "
            "point DOCKER_HOST at a daemon that runs as root."
        )
    return Outer(socket, info)


def find() -> Outer | None:
    """Return the outer daemon that answers: the lab's own first, then the machine's; None where neither."""
    if own.pid() is not None:
        mine = _usable(own.socket())
        if mine is not None:
            return mine
    return _usable(None)


def require() -> Outer:
    """Return the outer daemon, or refuse where none answers."""
    outer = find()
    if outer is None:
        raise LabError("No Docker daemon answers on this machine, so no lab is up; start one with `lab up`.")
    return outer


def install(wanted: list[str]) -> None:
    """Install the packages of the programs and files that are missing; needs root and apt."""
    # Two releases are built at once, and apt takes one caller at a time.
    with locked("apt"):
        missing = sorted(
            {NEEDED[item] for item in wanted if not os.path.exists(item) and not shutil.which(item)}
        )
        if not missing:
            return
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise LabError(
                f"{', '.join(missing)} is missing on this machine; install it, or run this as root "
                "on Debian or Ubuntu."
            )
        shell.say(f"installing {', '.join(missing)}")
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        # A third party's source that is out of order must not keep us from Debian's own.
        shell.run(["apt-get", "update", "-qq"], check=False, env=env)
        shell.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=env)


def ensure() -> Outer:
    """Return the outer daemon; install and start what is missing first."""
    with locked("outer"):
        outer = find()
        if outer is not None:
            return outer
        if os.geteuid() != 0:
            raise LabError(
                "No Docker daemon answers on this machine; start it, join the docker group, "
                "or run this as root."
            )
        install(["dockerd", "iptables"])
        # Where systemd runs, installing the package has started the machine's own daemon: that one serves.
        return _usable(None) or _start_own()


def _start_own() -> Outer:
    own.start(answers=lambda: _usable(own.socket()) is not None)
    outer = _usable(own.socket())
    if outer is None:
        raise LabError(f"The lab's Docker daemon at {own.socket()} stopped answering; try again.")
    return outer


def open_the_way(outer: Outer) -> None:
    """Let packets pass between hosts and out of the machine.

    A developer's machine has its Docker set up already, and stays as it is.
    """
    if outer.socket is not None:
        machine.open_the_way()
