# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab as an Ansible inventory, and the options with which ssh reaches its hosts. Pure."""

from __future__ import annotations

import json
from pathlib import Path

from .errors import LabError
from .spec import LabSpec
from .subnets import host_address


def ssh_options(directory: Path) -> list[str]:
    """Return ssh's options for the hosts of the lab with this directory.

    Host keys change whenever a lab is made anew, so nothing of it goes to the user's own known_hosts. A host
    that was cut off is given up after some seconds; otherwise a shared connection would hang for minutes.
    """
    return [
        *("-o", f"UserKnownHostsFile={directory / 'known_hosts'}"),
        *("-o", "StrictHostKeyChecking=no"),
        *("-o", "IdentitiesOnly=yes"),
        *("-o", "LogLevel=ERROR"),
        *("-o", "ConnectTimeout=5"),
        *("-o", "ServerAliveInterval=5"),
        *("-o", "ServerAliveCountMax=3"),
    ]


def sharing_options(directory: Path) -> list[str]:
    """Return ssh's options that keep one connection per host open for ten minutes."""
    return [
        *("-o", "ControlMaster=auto"),
        *("-o", "ControlPersist=600s"),
        *("-o", f"ControlPath={directory / 'cp' / '%h'}"),
    ]


def text(spec: LabSpec, subnet: str, registry: str, directory: Path, managers: int | None = None) -> str:
    """Return the inventory as YAML: groups swarm, swarm_managers and swarm_workers.

    ``managers`` puts that many hosts, counted from the first, into swarm_managers instead of those named m.
    """
    names = [host.name for host in spec.hosts]
    if managers is not None and not 0 <= managers <= len(names):
        raise LabError(
            f"--managers {managers}: the lab {spec.name} has {len(names)} hosts; ask for 0 to {len(names)}."
        )
    first = {host.name for host in spec.hosts if host.manager} if managers is None else set(names[:managers])
    lines = ["---", "all:", "  vars:"]
    for key, value in {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(directory / "key"),
        "ansible_ssh_common_args": " ".join(ssh_options(directory)),
        "ansible_ssh_args": " ".join(sharing_options(directory)),
        "ansible_pipelining": True,
        "ansible_python_interpreter": "/usr/bin/python3",
        "lab_name": spec.name,
        "lab_registry": registry,
    }.items():
        # Any JSON value is YAML as well, with the quotes it needs.
        lines.append(f"    {key}: {json.dumps(value)}")
    lines += ["  children:", "    swarm:", "      children:"]
    for group, inside in (
        ("swarm_managers", [host for host in spec.hosts if host.name in first]),
        ("swarm_workers", [host for host in spec.hosts if host.name not in first]),
    ):
        lines.append(f"        {group}:")
        lines.append("          hosts:" + ("" if inside else " {}"))
        for host in inside:
            lines.append(f"            {host.name}:")
            lines.append(f'              ansible_host: "{host_address(subnet, host.name)}"')
            lines.append(f'              lab_engine: "{host.engine}"')
            lines.append(f"              lab_firewall: {host.firewall}")
    return "\n".join(lines) + "\n"
