# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Swarm does not support, and what the reader of Compose files reports beside its result. PRIVATE. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused

_DEPLOY_LIMITS = "use deploy.resources.limits"
_NODES = "configure it in the nodes' Engines and select these nodes with deploy.placement.constraints"
_NO_HOST = "Swarm gives tasks no such access to the node"
_PER_CONTAINER = "Swarm has no such setting for tasks"
_ONE_NETWORK = "attach both services to one network, where each resolves the other's name"

# Keys that Compose has and Swarm does not support, each with the reason or what to do instead.
UNSUPPORTED_TOP = {"models": "Swarm runs no models"}
UNSUPPORTED = {
    "annotations": "use labels",
    "attach": "only the command line uses it",
    "blkio_config": _PER_CONTAINER,
    "build": "build and push the image first, and name it in image",
    "cgroup": _PER_CONTAINER,
    "cgroup_parent": _PER_CONTAINER,
    "cgroupns_mode": _PER_CONTAINER,
    "container_name": "Swarm names the tasks; on a network, use the service's name",
    "cpu_count": _DEPLOY_LIMITS,
    "cpu_percent": _DEPLOY_LIMITS,
    "cpu_period": _DEPLOY_LIMITS,
    "cpu_quota": _DEPLOY_LIMITS,
    "cpu_rt_period": _PER_CONTAINER,
    "cpu_rt_runtime": _PER_CONTAINER,
    "cpu_shares": _DEPLOY_LIMITS,
    "cpus": "use deploy.resources.limits.cpus",
    "cpuset": _DEPLOY_LIMITS,
    "depends_on": "Swarm starts all services at once; let a service wait for another, or exit and be restarted",
    "develop": "only the command line uses it",
    "device_cgroup_rules": _NO_HOST,
    "devices": _NO_HOST,
    "domainname": "write the whole name in hostname",
    "expose": "services on one network reach all ports of each other",
    "external_links": _ONE_NETWORK,
    "gpus": "use deploy.resources.reservations.generic_resources",
    "ipc": _NO_HOST,
    "label_file": "use labels",
    "links": _ONE_NETWORK,
    "log_driver": "use logging.driver",
    "log_opt": "use logging.options",
    "mac_address": "Swarm assigns it",
    "mem_limit": "use deploy.resources.limits.memory",
    "mem_reservation": "use deploy.resources.reservations.memory",
    "mem_swappiness": _PER_CONTAINER,
    "memswap_limit": _PER_CONTAINER,
    "models": "Swarm runs no models",
    "net": "use networks",
    "network_mode": "use networks; the network of the node itself is an external network with the name host",
    "oom_kill_disable": _PER_CONTAINER,
    "pid": _NO_HOST,
    "pids_limit": "use deploy.resources.limits.pids",
    "platform": "use deploy.placement.constraints with node.platform.arch",
    "post_start": "Swarm runs no hooks",
    "pre_stop": "Swarm runs no hooks",
    "privileged": _NO_HOST,
    "profiles": "give swarm_stack only the files with the services to deploy",
    "provider": "Swarm runs containers only",
    "pull_policy": "use resolve_image of swarm_stack",
    "pull_refresh_after": "use resolve_image of swarm_stack",
    "runtime": _NODES,
    "shm_size": "mount a tmpfs of that size at /dev/shm with volumes",
    "stdin_once": _PER_CONTAINER,
    "storage_opt": _NODES,
    "use_api_socket": _NO_HOST,
    "userns_mode": _NODES,
    "uts": _NO_HOST,
    "volume_driver": "set driver for each volume under the top-level volumes",
    "volumes_from": "name the volumes in both services",
}
UNSUPPORTED_NETWORK_OF_SERVICE = {
    "ipv4_address": "Swarm assigns addresses; use the service's name",
    "ipv6_address": "Swarm assigns addresses; use the service's name",
    "link_local_ips": "Swarm assigns addresses",
    "mac_address": "Swarm assigns it",
    "priority": "Swarm has no order of networks",
    "gw_priority": "Swarm has no order of networks",
    "interface_name": "Swarm assigns it",
}
UNSUPPORTED_RESERVATIONS = {"devices": "use generic_resources", "pids": "use limits.pids"}


@dataclass
class Notices:
    """Warnings, and the keys that Swarm does not support.

    Attributes:
        ignored: the keys that the task says to leave out.
        warnings: sentences, each once.
    """

    ignored: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    _left_out: list[tuple[str, str]] = field(default_factory=list)
    _unsupported: list[tuple[str, str, str, str]] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        """Add a warning."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def is_ignored(self, file: str, path: str, key: str) -> bool:
        """Whether the task says to leave a key out; ``finish`` adds the warning that it was left out."""
        if key in self.ignored:
            self._left_out.append((file, path))
            return True
        return False

    def unsupported(self, file: str, path: str, key: str, instead: str) -> None:
        """Report a key that Swarm does not support: it is left out where the task says so, and refused otherwise."""
        if not self.is_ignored(file, path, key):
            self._unsupported.append((file, path, key, instead))

    def finish(self) -> None:
        """Warn of the keys that were left out, and refuse all unsupported keys in one sentence.

        Raises:
            Refused: there is an unsupported key.
        """
        for file, paths in _by_file(self._left_out).items():
            verb = "are" if len(paths) > 1 else "is"
            self.warn(f"{file}: {_joined(paths)} {verb} left out, as ignore_unsupported says.")
        if not self._unsupported:
            return
        parts = [(file, f"{path} ({instead})") for file, path, _key, instead in self._unsupported]
        sentence = "; ".join(f"{file}: {_joined(paths)}" for file, paths in _by_file(parts).items())
        keys = ", ".join(sorted({key for _file, _path, key, _instead in self._unsupported}))
        raise Refused(
            f"{sentence}: Swarm does not support this; change the file, or leave the keys out with "
            f"ignore_unsupported: [{keys}]."
        )


def _by_file(parts: t.Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for file, text in parts:
        files.setdefault(file, []).append(text)
    return files


def _joined(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
