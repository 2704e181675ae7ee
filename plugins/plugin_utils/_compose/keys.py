# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of Compose files: which there are, and which Swarm cannot honour. PRIVATE to the collection. Pure."""

from __future__ import annotations

import difflib
import typing as t

from .node import Node

TOP = frozenset(["name", "version", "services", "networks", "volumes", "secrets", "configs", "include"])
SERVICE = frozenset(
    [
        "cap_add",
        "cap_drop",
        "command",
        "configs",
        "credential_spec",
        "deploy",
        "dns",
        "dns_opt",
        "dns_search",
        "entrypoint",
        "env_file",
        "environment",
        "extends",
        "extra_hosts",
        "group_add",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "isolation",
        "labels",
        "logging",
        "networks",
        "oom_score_adj",
        "ports",
        "read_only",
        "restart",
        "scale",
        "secrets",
        "security_opt",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "volumes",
        "working_dir",
    ]
)

_DEPLOY_LIMITS = "write deploy.resources.limits instead"
_NODES = "set it up on the nodes' Engines and choose these by deploy.placement.constraints"
_NO_HOST = "the swarm gives its tasks no such access to the node"
_PER_CONTAINER = "the swarm has no such setting for its tasks"
_ONE_NETWORK = "put both services on one network, where each has the other's name"

# What Compose knows and Swarm cannot honour, each with what to do instead.
UNSUPPORTED_TOP = {"models": "the swarm runs no models"}
UNSUPPORTED = {
    "annotations": "write labels",
    "attach": "it is for the command line only",
    "blkio_config": _PER_CONTAINER,
    "build": "build and push the image first and name it in image",
    "cgroup": _PER_CONTAINER,
    "cgroup_parent": _PER_CONTAINER,
    "cgroupns_mode": _PER_CONTAINER,
    "container_name": "the swarm names its tasks; on a network, a service's name leads to them",
    "cpu_count": _DEPLOY_LIMITS,
    "cpu_percent": _DEPLOY_LIMITS,
    "cpu_period": _DEPLOY_LIMITS,
    "cpu_quota": _DEPLOY_LIMITS,
    "cpu_rt_period": _PER_CONTAINER,
    "cpu_rt_runtime": _PER_CONTAINER,
    "cpu_shares": _DEPLOY_LIMITS,
    "cpus": "write deploy.resources.limits.cpus instead",
    "cpuset": _DEPLOY_LIMITS,
    "depends_on": "the swarm starts all services at once: let them wait for each other, or end and be restarted",
    "develop": "it is for the command line only",
    "device_cgroup_rules": _NO_HOST,
    "devices": _NO_HOST,
    "domainname": "write the whole name in hostname",
    "expose": "services on one network reach all ports of each other",
    "external_links": _ONE_NETWORK,
    "gpus": "write deploy.resources.reservations.generic_resources",
    "ipc": _NO_HOST,
    "label_file": "write labels",
    "links": _ONE_NETWORK,
    "log_driver": "write logging.driver",
    "log_opt": "write logging.options",
    "mac_address": "the swarm chooses it",
    "mem_limit": "write deploy.resources.limits.memory instead",
    "mem_reservation": "write deploy.resources.reservations.memory instead",
    "mem_swappiness": _PER_CONTAINER,
    "memswap_limit": _PER_CONTAINER,
    "models": "the swarm runs no models",
    "net": "write networks",
    "network_mode": "write networks; an external one with the name host is the node's own",
    "oom_kill_disable": _PER_CONTAINER,
    "pid": _NO_HOST,
    "pids_limit": "write deploy.resources.limits.pids instead",
    "platform": "write deploy.placement.constraints with node.platform.arch",
    "post_start": "the swarm runs no hooks",
    "pre_stop": "the swarm runs no hooks",
    "privileged": _NO_HOST,
    "profiles": "give swarm_stack the files that are wanted",
    "provider": "the swarm runs containers only",
    "pull_policy": "write resolve_image in the task",
    "pull_refresh_after": "write resolve_image in the task",
    "runtime": _NODES,
    "shm_size": "mount a tmpfs of that size at /dev/shm under volumes",
    "stdin_once": _PER_CONTAINER,
    "storage_opt": _NODES,
    "use_api_socket": _NO_HOST,
    "userns_mode": _NODES,
    "uts": _NO_HOST,
    "volume_driver": "write driver for each volume under the top-level volumes",
    "volumes_from": "name the volumes in both services",
}
UNSUPPORTED_NETWORK_OF_SERVICE = {
    "ipv4_address": "the swarm chooses addresses; use the service's name",
    "ipv6_address": "the swarm chooses addresses; use the service's name",
    "link_local_ips": "the swarm chooses addresses",
    "mac_address": "the swarm chooses it",
    "priority": "the swarm knows no order of networks",
    "gw_priority": "the swarm knows no order of networks",
    "interface_name": "the swarm chooses it",
}
UNSUPPORTED_DEPLOY = {"resources.reservations.devices": "write generic_resources"}


def check(node: Node, known: t.Iterable[str], unsupported: t.Mapping[str, str] | None = None) -> set[str]:
    """Look at the keys of a mapping: an unknown one is refused, one that Swarm cannot honour is noted.

    Returns: the keys that count, those with a value.

    Raises:
        Refused: a key is unknown; names the nearest known one.
    """
    known, unsupported = set(known), unsupported or {}
    found = set()
    for key, value in node.fields():
        if key in known:
            if value.value is not None:
                found.add(key)
        elif key in unsupported:
            # Nothing is asked for by a false or an empty value.
            if value.value not in (None, False, "", [], {}):
                value.unable(key, unsupported[key])
        elif not key.startswith("x-") and not value.dropped(key):
            near = difflib.get_close_matches(key, [*known, *unsupported], 1, 0.6)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}."
            raise value.wrong(f"is no key that Compose knows{hint}".rstrip("."))
    return found
