# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Swarm does not support in Compose files, which class each key has, and how it is reported. PRIVATE. Pure.

*Harmless*: ``docker stack deploy`` leaves the key out, and what runs is what the file describes; it is deployed with a warning.
*Meaningful*: without the key, something else runs than the file describes; it is refused, unless the task says to leave it out.
*Dangerous*: without the key, more is open or allowed than the file says; only its own name leaves it out.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from ...module_utils._engine.errors import Refused


class Kind(enum.Enum):
    """What it means to leave a key out."""

    HARMLESS = "harmless"
    MEANINGFUL = "meaningful"
    DANGEROUS = "dangerous"


class Unsupported(t.NamedTuple):
    """A key that Swarm does not support.

    Attributes:
        why: the reason, or what to do instead.
        kind: what it means to leave it out.
    """

    why: str
    kind: Kind = Kind.MEANINGFUL


def _harmless(why: str) -> Unsupported:
    return Unsupported(why, Kind.HARMLESS)


def _dangerous(why: str) -> Unsupported:
    return Unsupported(why, Kind.DANGEROUS)


_DEPLOY_LIMITS = Unsupported("use deploy.resources.limits")
_NODES = Unsupported(
    "configure it in the nodes' Engines and select these nodes with deploy.placement.constraints"
)
_NO_HOST = Unsupported("Swarm gives tasks no such access to the node")
_PER_CONTAINER = Unsupported("Swarm has no such setting for tasks")
_ADDRESSES = Unsupported("Swarm assigns addresses; use the service's name")
_ORDER = Unsupported("Swarm has no order of networks")
_COMMAND_LINE = _harmless("only the command line uses it")
_SELINUX = _harmless("give the directory its SELinux label on the nodes")
_DESKTOP = _harmless("it has a meaning on Docker Desktop only")

Keys = t.Mapping[str, Unsupported]

#: At the top level of a file.
TOP: Keys = {"models": Unsupported("Swarm runs no models")}
#: Of a service.
SERVICE: Keys = {
    "annotations": _harmless("Swarm passes none to the runtime; use labels"),
    "attach": _COMMAND_LINE,
    "blkio_config": _PER_CONTAINER,
    "build": _harmless("the image is used; Swarm builds none"),
    "cgroup": _PER_CONTAINER,
    "cgroup_parent": _PER_CONTAINER,
    "cgroupns_mode": _PER_CONTAINER,
    "container_name": _harmless("Swarm names the tasks; on a network, use the service's name"),
    "cpu_count": _DEPLOY_LIMITS,
    "cpu_percent": _DEPLOY_LIMITS,
    "cpu_period": _DEPLOY_LIMITS,
    "cpu_quota": _DEPLOY_LIMITS,
    "cpu_rt_period": _PER_CONTAINER,
    "cpu_rt_runtime": _PER_CONTAINER,
    "cpu_shares": _DEPLOY_LIMITS,
    "cpuset": _DEPLOY_LIMITS,
    "develop": _COMMAND_LINE,
    "device_cgroup_rules": _NO_HOST,
    "devices": _NO_HOST,
    "domainname": Unsupported("write the whole name in hostname"),
    "expose": _harmless("services on one network reach all ports of each other"),
    "external_links": Unsupported(
        "attach both services to one network, where each resolves the other's name"
    ),
    "gpus": Unsupported("use deploy.resources.reservations.generic_resources"),
    "ipc": _NO_HOST,
    "log_driver": Unsupported("use logging.driver"),
    "log_opt": Unsupported("use logging.options"),
    "mac_address": Unsupported("Swarm assigns it"),
    "mem_swappiness": _PER_CONTAINER,
    "memswap_limit": _PER_CONTAINER,
    "models": Unsupported("Swarm runs no models"),
    "net": Unsupported("use networks"),
    "network_mode": Unsupported(
        "use networks; the network of the node itself is an external network with the name host"
    ),
    "oom_kill_disable": _PER_CONTAINER,
    "pid": _NO_HOST,
    "post_start": Unsupported("Swarm runs no hooks"),
    "pre_start": Unsupported(
        "make it a service with deploy.mode replicated-job, which this one depends on with the condition "
        "service_completed_successfully"
    ),
    "pre_stop": Unsupported("Swarm runs no hooks"),
    "privileged": _dangerous("Swarm gives tasks no such access to the node"),
    "provider": Unsupported("Swarm runs containers only"),
    "pull_refresh_after": _harmless("nodes pull an image by its digest, so none is out of date"),
    "runtime": _NODES,
    "stdin_once": _harmless("no terminal is attached to a task"),
    "storage_opt": _NODES,
    "use_api_socket": _NO_HOST,
    "userns_mode": _dangerous(
        "configure it in the nodes' Engines and select these nodes with deploy.placement.constraints"
    ),
    "uts": _NO_HOST,
    "volume_driver": Unsupported("set driver for each volume under the top-level volumes"),
    "volumes_from": Unsupported("name the volumes in both services"),
}
#: Of a service in one network.
NETWORK_OF_SERVICE: Keys = {
    "ipv4_address": _ADDRESSES,
    "ipv6_address": _ADDRESSES,
    "link_local_ips": Unsupported("Swarm assigns addresses"),
    "mac_address": Unsupported("Swarm assigns it"),
    "priority": _ORDER,
    "gw_priority": _ORDER,
    "interface_name": Unsupported("Swarm assigns it"),
}
#: Of a service in the network of the node itself, where no name is resolved.
NODE_ALIASES = Unsupported("the network of a node has no aliases")
#: Of a service that another one depends on, and a condition of those.
DEPENDENCY: Keys = {
    "restart": _harmless("Swarm restarts no service for another; the address behind a service's name stays")
}
NO_JOB = Unsupported("only a job completes; set deploy.mode of the other service to replicated-job")
RESERVATIONS: Keys = {"devices": Unsupported("use generic_resources"), "pids": Unsupported("use limits.pids")}
#: Of a port, and the one in front of it.
PORT: Keys = {
    "name": _harmless("Swarm has no names of ports"),
    "app_protocol": _harmless("Swarm has no such setting"),
}
HOST_IP = _dangerous("Swarm publishes a port on all addresses of a node")
#: Of a mount, and the words behind the second colon of its short form.
MOUNT: Keys = {"consistency": _DESKTOP, "image": Unsupported("Swarm mounts no images")}
MOUNT_WORDS: Keys = {
    "z": _SELINUX,
    "Z": _SELINUX,
    "cached": _DESKTOP,
    "delegated": _DESKTOP,
    "consistent": _DESKTOP,
}
# Words that other tools know: without them, more is allowed than the file says.
LOCKING_WORDS = ("rro", "readonly", "noexec", "nosuid", "nodev")
LOCKED_MOUNT = _dangerous("a mount of a service has ro, and no other word that protects it")
OTHER_MOUNT_WORD = _harmless("a mount has ro, rw, nocopy and words of its propagation")
BIND: Keys = {"selinux": _SELINUX}
RECURSIVE = Unsupported("services have enabled and disabled only")
CREATE_HOST_PATH = _harmless("a mount of a service creates no directory; create it on the nodes")
VOLUME: Keys = {"labels": Unsupported("write labels under the top-level volumes")}
#: Of a volume at the top level. Docker's command line reads this one although its name begins with x-.
VOLUMES: Keys = {
    "x-cluster-spec": Unsupported(
        "no cluster volume is created; create it with docker volume create, and set external: true"
    )
}
#: Of a network, and of one of its subnets.
NETWORK: Keys = {"enable_ipv4": Unsupported("a network of the swarm always has IPv4")}
#: Of the driver_opts of a network.
NOT_ENCRYPTED = _dangerous("an Engine encrypts the network whatever the value is; remove the key")
SUBNET: Keys = {"aux_addresses": Unsupported("Swarm drops them; leave them out of ip_range")}
#: Whatever stands beside ``external``.
EXTERNAL = _harmless("what is there already keeps its own")
#: A name for a linked service that is not its own.
LINK_ALIAS = Unsupported("write the name as an alias of the linked service in a network")
#: A link to a service that is not deployed with this one.
LINK_ELSEWHERE = _harmless("services on one network resolve each other's names")
PROJECT_DIRECTORY = Unsupported("move the file, or write its paths relative to the file")
SECURITY_OPT = _dangerous(
    "services have no-new-privileges, label, seccomp=unconfined and apparmor=unconfined"
)

#: Everything but the keys of a service, by where it stands: the guide's second table is this one.
PARTS: t.Mapping[str, Keys] = {
    "the file": TOP,
    "include": {"project_directory": PROJECT_DIRECTORY},
    "whatever is external": {"everything else": EXTERNAL},
    "services.depends_on": {**DEPENDENCY, "service_completed_successfully": NO_JOB},
    "services.links": {"another name": LINK_ALIAS, "a service that is not deployed": LINK_ELSEWHERE},
    "services.networks": {**NETWORK_OF_SERVICE, "aliases": NODE_ALIASES},
    "services.ports": {**PORT, "host_ip": HOST_IP},
    "services.security_opt": {"other values": SECURITY_OPT},
    "services.volumes": {
        **MOUNT,
        **MOUNT_WORDS,
        **dict.fromkeys(LOCKING_WORDS, LOCKED_MOUNT),
        "other options": OTHER_MOUNT_WORD,
    },
    "services.volumes.bind": {**BIND, "create_host_path": CREATE_HOST_PATH, "recursive": RECURSIVE},
    "services.volumes.volume": VOLUME,
    "services.deploy.resources.reservations": RESERVATIONS,
    "networks": NETWORK,
    "networks.driver_opts": {"encrypted": NOT_ENCRYPTED},
    "networks.ipam.config": SUBNET,
    "volumes": VOLUMES,
}

#: Stands for every key that is not dangerous, in ``ignore_unsupported``.
ALL = "all"


class _Found(t.NamedTuple):
    """A key that Swarm does not support, where it stands."""

    file: str
    path: str
    key: str
    unsupported: Unsupported


@dataclass
class Notices:
    """Warnings, and the keys that Swarm does not support.

    Attributes:
        ignored: the keys that the task says to leave out; ``all`` for every one that is not dangerous.
        warnings: sentences, each once.
    """

    ignored: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    _left_out: list[tuple[str, str]] = field(default_factory=list)
    _harmless: list[tuple[str, str]] = field(default_factory=list)
    _refused: list[_Found] = field(default_factory=list)

    def warn(self, sentence: str) -> None:
        """Add a warning."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def is_ignored(self, file: str, path: str, key: str, kind: Kind | None = None) -> bool:
        """Whether the task says to leave a key out; ``finish`` adds the warning that it was left out.

        Args:
            kind: what leaving it out means; ``None`` for a key that Compose does not have, which only its name leaves out.
        """
        by_all = ALL in self.ignored and kind in (Kind.HARMLESS, Kind.MEANINGFUL)
        if key in self.ignored or by_all:
            self._left_out.append((file, path))
            return True
        return False

    def unsupported(self, file: str, path: str, key: str, unsupported: Unsupported) -> None:
        """Report a key that Swarm does not support: it is left out where that is harmless or wanted, and refused otherwise."""
        if unsupported.kind is Kind.HARMLESS:
            self._harmless.append((file, path))
        elif not self.is_ignored(file, path, key, unsupported.kind):
            self._refused.append(_Found(file, path, key, unsupported))

    def finish(self) -> None:
        """Warn of the keys that were left out, and refuse all that have to be refused, in one sentence.

        Raises:
            Refused: a key cannot be left out, or nobody said to leave it out.
        """
        for file, paths in _by_file(self._harmless).items():
            verb = "have" if len(paths) > 1 else "has"
            self.warn(f"{file}: {_joined(paths)} {verb} no effect, as with docker stack deploy.")
        for file, paths in _by_file(self._left_out).items():
            verb = "are" if len(paths) > 1 else "is"
            self.warn(f"{file}: {_joined(paths)} {verb} left out, as ignore_unsupported says.")
        if not self._refused:
            return
        parts = [(one.file, f"{one.path} ({one.unsupported.why})") for one in self._refused]
        sentence = "; ".join(f"{file}: {_joined(paths)}" for file, paths in _by_file(parts).items())
        raise Refused(f"{sentence}: Swarm does not support this; {self._way_out()}")

    def _way_out(self) -> str:
        keys = sorted({one.key for one in self._refused})
        way = f"change the file, or leave the keys out with ignore_unsupported: [{', '.join(keys)}]."
        if ALL in self.ignored:
            way += f" {ALL} does not include {_joined(keys)}, which protects or opens the node."
        return way


def _by_file(parts: t.Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for file, text in parts:
        files.setdefault(file, []).append(text)
    return files


def _joined(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
