# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts with an Engine of their own, as ``swarm_host_info`` returns them, and the plan for one of them."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.plugin_utils._engine.plan import EnginePlan, plan_engine
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.variables import values

BOOKWORM = {
    "id": "debian",
    "version_id": "12",
    "id_like": [],
    "codename": "bookworm",
    "pretty_name": "Debian GNU/Linux 12 (bookworm)",
}
NOBLE = {
    "id": "ubuntu",
    "version_id": "24.04",
    "id_like": ["debian"],
    "codename": "noble",
    "pretty_name": "Ubuntu 24.04",
}
ROCKY = {
    "id": "rocky",
    "version_id": "9.4",
    "id_like": ["rhel", "centos", "fedora"],
    "codename": "",
    "pretty_name": "Rocky 9",
}
FEDORA = {"id": "fedora", "version_id": "41", "id_like": [], "codename": "", "pretty_name": "Fedora Linux 41"}
MINT = {
    "id": "linuxmint",
    "version_id": "22",
    "id_like": ["ubuntu", "debian"],
    "codename": "wilma",
    "pretty_name": "Linux Mint 22",
}
ARCH = {"id": "arch", "version_id": "", "id_like": [], "codename": "", "pretty_name": "Arch Linux"}


def engine(state: str = "running", version: str | None = "26.1.5+dfsg1", **more: t.Any) -> dict[str, t.Any]:
    """A host's Engine."""
    known = {
        "state": state,
        "version": version,
        "package": "docker.io",
        "held": False,
        "daemon": {},
        "daemon_error": None,
    }
    return {**known, "error": None, **more}


ABSENT = engine("absent", None, package=None, held=None)
MANAGER = {"state": "manager", "quorum": {"managers": 3, "reachable": 3, "majority": 2, "may_fail": 1}}


def plan(
    declared: dict[str, t.Any] | None = None,
    live: dict[str, t.Any] | None = None,
    system: dict[str, t.Any] | None = None,
    swarm: dict[str, t.Any] | None = None,
) -> EnginePlan:
    """The plan for a host.

    Args:
        declared: variables without ``swarm_engine_``; the role's argument spec checks them and fills in the defaults.
        live: the Engine.
        system: the operating system.
        swarm: the swarm as the host sees it.
    """
    return plan_engine(
        values("m1", {f"swarm_engine_{name}": value for name, value in (declared or {}).items()}),
        {
            "os": BOOKWORM if system is None else system,
            "engine": live or engine(),
            "swarm": swarm or {"state": "inactive"},
        },
    )


def refusal(*arguments: t.Any, **more: t.Any) -> str:
    """The only refusal, by the argument spec or by the plan."""
    try:
        (sentence,) = plan(*arguments, **more)["refusals"]
    except Refused as refused:
        return str(refused)
    return sentence
