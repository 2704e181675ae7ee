# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the whole cluster at once: what its Engines report, and what is left on its hosts."""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Host, Lab

from .kills import PROGRAMS

Raw = dict[str, t.Any]

# Each kind of object in full, one JSON list a line; nothing listed is an empty list.
_OBJECTS = "; ".join(
    f"{listed} | xargs -r docker {kind} inspect --format '{{{{json .}}}}' | paste -sd, | sed 's/.*/[&]/; s/^$/[]/'"
    for kind, listed in (
        ("node", "docker node ls -q"),
        ("service", "docker service ls -q"),
        ("secret", "docker secret ls -q"),
        ("config", "docker config ls -q"),
        ("network", "docker network ls -q --no-trunc -f scope=swarm"),
    )
)
_TASKS = (
    "docker service ls -q | xargs -r docker service ps --no-trunc -f desired-state=running "
    "--format '{{json .}}' | paste -sd, | sed 's/.*/[&]/; s/^$/[]/'"
)
_LOCAL = "docker info --format '{{json .Swarm}}'"
# Temporary files are looked for where Ansible and this collection write.
_LEFT = (
    f"pgrep -af '{PROGRAMS}' | grep -v pgrep; "
    "find /root/.ansible/tmp /tmp /var/tmp /etc -xdev -newer /run/chaos-begin \\( -type f -o -name 'ansible-tmp*' \\) "
    "! -path '/tmp/systemd-*' ! -path '/etc/docker/*.json' 2>/dev/null"
)


@dataclass(frozen=True)
class Cluster:
    """The cluster as it stands.

    Attributes:
        local: by host, what its Engine says of itself and its swarm.
        nodes, services, secrets, configs, networks: raw, as a manager reports them.
        tasks: those that are to run, by service, as ``docker service ps`` lists them.
        left: by host, processes and files that were left over.
    """

    local: dict[str, Raw]
    nodes: list[Raw]
    services: list[Raw]
    secrets: list[Raw]
    configs: list[Raw]
    networks: list[Raw]
    tasks: list[Raw]
    left: dict[str, list[str]]


def look(lab: Lab) -> Cluster:
    """Read the cluster.

    Raises:
        LabError: a host or its Engine does not answer.
        ValueError: the manager that was asked reports nothing.
    """
    with ThreadPoolExecutor(len(lab.hosts)) as pool:
        local = dict(pool.map(_local, lab.hosts))
        left = dict(pool.map(_left, lab.hosts))
    told = lab.hosts[0].run(f"{_OBJECTS}; {_TASKS}", over="exec").stdout.splitlines()
    nodes, services, secrets, configs, networks, tasks = [json.loads(line) for line in told]
    return Cluster(local, nodes, services, secrets, configs, networks, tasks, left)


def begin(lab: Lab) -> None:
    """Remember the moment on every host: whatever file is newer was made by the runs from now on."""
    for host in lab.hosts:
        host.run("touch /run/chaos-begin", over="exec")


def file_in(lab: Lab, service: str, path: str) -> set[str]:
    """What a file holds in the containers of a service, on all hosts."""
    script = (
        f"for c in $(docker ps -q -f label=com.docker.swarm.service.name={service}); do "
        f"docker exec $c cat {path}; echo; done"
    )
    return {line for host in lab.hosts for line in host.run(script, over="exec").stdout.splitlines() if line}


def _local(host: Host) -> tuple[str, Raw]:
    return host.name, json.loads(host.run(_LOCAL, over="exec").stdout)


def _left(host: Host) -> tuple[str, list[str]]:
    return host.name, host.run(_LEFT, check=False, over="exec").stdout.splitlines()
