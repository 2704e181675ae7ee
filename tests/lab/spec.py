# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab consists of. Pure: options in, hosts out, every refusal in one sentence."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterable
from typing import NamedTuple

from . import recipes
from .errors import LabError

RELEASES = {"20.10": "bookworm", "26.1": "trixie", "28.5": "trixie"}
"""Engine version -> the Debian release of its hosts."""

NEXT = "28.5"
"""The Engine that is the package of Debian's next release, on hosts of the present one."""


def mixed() -> list[str]:
    """Return the Engines over which ``mixed`` alternates: FLOTILLA_LAB_MIXED, else those that a release has as its own."""
    return os.environ.get("FLOTILLA_LAB_MIXED", "20.10,26.1").split(",")


FIREWALLS = ("none", "firewalld", "ufw", "nftables")


class HostSpec(NamedTuple):
    """One host as asked for: its engine version decides the Debian release, also when it starts bare."""

    name: str
    manager: bool
    engine: str
    bare: bool
    firewall: str

    @property
    def release(self) -> str:
        """The Debian release of the host."""
        return RELEASES[self.engine]

    @property
    def layers(self) -> list[str]:
        """The layers of the host's image."""
        engine = "docker-next" if self.engine == NEXT else "docker"
        return recipes.layers(None if self.bare else engine, self.firewall)


class LabSpec(NamedTuple):
    """A whole lab as asked for."""

    name: str
    hosts: tuple[HostSpec, ...]

    def to_json(self) -> str:
        """Return the spec as one line of text, kept on the lab's network as a label."""
        return json.dumps({"name": self.name, "hosts": [list(host) for host in self.hosts]}, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> LabSpec:
        """Read back what to_json wrote."""
        data = json.loads(text)
        return LabSpec(data["name"], tuple(HostSpec(*host) for host in data["hosts"]))


def max_hosts() -> int:
    """Return how many hosts all labs of this machine may have together (FLOTILLA_LAB_MAX_HOSTS, else 9)."""
    return int(os.environ.get("FLOTILLA_LAB_MAX_HOSTS", "9"))


def check_name(name: str) -> str:
    """Return the lab's name, or refuse one that cannot be part of a container's name."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
        raise LabError(
            f"The lab name '{name}' does not fit; use 1 to 20 small letters, digits and dashes, "
            "a letter first."
        )
    return name


def host_names(managers: int | None, workers: int | None, hosts: int | None) -> list[str]:
    """Return the host names (m1.., then w1..) for the numbers given; 3 managers and 2 workers without any."""
    if hosts is not None:
        if managers is not None or workers is not None:
            raise LabError("--hosts was given beside --managers or --workers; give one or the other.")
        if hosts < 1:
            raise LabError(f"A lab of {hosts} hosts cannot be; ask for at least 1.")
        managers = 3 if hosts >= 3 else 1
        workers = hosts - managers
    elif managers is None and workers is None:
        managers, workers = 3, 2
    managers, workers = managers or 0, workers or 0
    if managers < 0 or workers < 0 or managers + workers < 1:
        raise LabError(
            f"A lab of {managers} managers and {workers} workers cannot be; ask for at least 1 host."
        )
    return [f"m{n + 1}" for n in range(managers)] + [f"w{n + 1}" for n in range(workers)]


def per_host(
    option: str, value: str, names: list[str], allowed: Iterable[str], default: str
) -> dict[str, str]:
    """Return {host: value} from ``VALUE`` (for all) or ``m1=VALUE,w1=VALUE`` (the others get the default).

    Engines that are ``mixed`` alternate, so that any two neighbours differ.
    """
    choices = list(allowed)
    if value == "mixed" and option == "--engine":
        value = ",".join(f"{name}={engine}" for name, engine in zip(names, itertools.cycle(mixed())))
    result = dict.fromkeys(names, default)
    for part in value.split(","):
        host, sep, wanted = part.strip().partition("=")
        if not sep:
            if "," in value:
                raise LabError(
                    f"{option} {value}: '{part}' names no host; write HOST=VALUE, or one value for all."
                )
            host, wanted = "", host
        if wanted not in choices:
            raise LabError(f"{option} {value}: '{wanted}' is not known; use one of {', '.join(choices)}.")
        if host and host not in result:
            raise LabError(f"{option} {value}: there is no host {host}; this lab has {', '.join(names)}.")
        for name in [host] if host else names:
            result[name] = wanted
    return result


def make_spec(
    name: str = "demo",
    managers: int | None = None,
    workers: int | None = None,
    hosts: int | None = None,
    engine: str = "20.10",
    bare: str | None = None,
    firewall: str = "none",
) -> LabSpec:
    """Return the lab asked for, or refuse.

    ``bare`` is None (every host has Docker), ``all``, or a comma separated list of the hosts without Docker.
    """
    names = host_names(managers, workers, hosts)
    if len(names) > max_hosts():
        raise LabError(
            f"{len(names)} hosts are too many; all labs of this machine may have {max_hosts()} together "
            "(set FLOTILLA_LAB_MAX_HOSTS on a bigger machine)."
        )
    engines = per_host("--engine", engine, names, RELEASES, "20.10")
    firewalls = per_host("--firewall", firewall, names, FIREWALLS, "none")
    bares = (
        set(names) if bare == "all" else {part.strip() for part in (bare or "").split(",") if part.strip()}
    )
    unknown = sorted(bares - set(names))
    if unknown:
        raise LabError(f"--bare {bare}: there is no host {unknown[0]}; this lab has {', '.join(names)}.")
    unbuilt = sorted(host for host in bares if engines[host] == NEXT)
    if unbuilt:
        raise LabError(
            f"--bare {bare}: {unbuilt[0]} cannot be without an Engine, as no release that a host has offers {NEXT}; "
            f"choose another Engine for it."
        )
    return LabSpec(
        check_name(name),
        tuple(HostSpec(n, n.startswith("m"), engines[n], n in bares, firewalls[n]) for n in names),
    )
