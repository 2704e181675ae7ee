# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Engine packages a host gets, from where, at which version. PRIVATE. Pure."""

from __future__ import annotations

import re
import typing as t

# Since then a swarm has everything we use; see the version table of the Engine API (1.41).
OLDEST = (20, 10)

_DOCKER = ["docker-ce", "docker-ce-cli", "containerd.io"]
_REPOSITORY = "https://download.docker.com/linux"


class Packages(t.NamedTuple):
    """What to install.

    ``pinned`` are the packages that carry the Engine's version, the first is the Engine; ``extras`` are installed where
    the release has them as packages of their own.
    """

    names: list[str]
    pinned: list[str]
    extras: list[str]


class Family(t.NamedTuple):
    """Distributions that are served alike.

    ``repositories`` maps the id of a distribution to its folder in Docker's repository; what is based on one of them
    but is not among them has no packages there. ``distribution`` maps ids to the distribution's own package.
    """

    name: str
    repositories: dict[str, str]
    distribution: dict[str, Packages]


DEBIAN = Family(
    "debian",
    {"debian": "debian", "ubuntu": "ubuntu", "raspbian": "raspbian"},
    # What docker.io recommends is not installed: needrestart among it would restart the Engine behind the operator's
    # back. Of the rest these matter: registries are spoken to by TLS, AppArmor confines containers, people type docker.
    {"debian": Packages(["docker.io", "ca-certificates", "apparmor"], ["docker.io"], ["docker-cli"])},
)
REDHAT = Family(
    "redhat",
    {
        "fedora": "fedora",
        "rhel": "rhel",
        "centos": "centos",
        "rocky": "centos",
        "almalinux": "centos",
        "ol": "centos",
    },
    # Fedora alone has an Engine of its own; the others of the family have podman.
    {"fedora": Packages(["moby-engine"], ["moby-engine"], [])},
)


def family_of(system: t.Mapping[str, t.Any]) -> Family | None:
    """The family of a host's operating system (``id`` and ``id_like`` of os-release), None where we know none."""
    ids = [system.get("id", ""), *(system.get("id_like") or [])]
    if {"debian", "ubuntu"} & set(ids):
        return DEBIAN
    if {"fedora", "rhel", "centos"} & set(ids):
        return REDHAT
    return None


def packages_for(family: Family, source: str, system: t.Mapping[str, t.Any]) -> Packages | None:
    """The packages of a source (``distribution`` or ``docker``), None where it has none for this system."""
    if source == "docker":
        return Packages(_DOCKER, _DOCKER[:2], []) if system.get("id") in family.repositories else None
    # Whatever is based on Debian has Debian's package; what is based on Fedora need not have Fedora's.
    return family.distribution.get("debian" if family is DEBIAN else str(system.get("id")))


def repository_url(family: Family, system: t.Mapping[str, t.Any], base: str | None) -> str:
    """The address of Docker's repository for a system, on Docker's own host or on a mirror of it."""
    return f"{(base or _REPOSITORY).rstrip('/')}/{family.repositories[system['id']]}"


def parse_version(text: str | None) -> tuple[int, ...]:
    """The numbers a version begins with: ``20.10.24+dfsg1`` is (20, 10, 24); nothing readable is ()."""
    found = re.match(r"\d+(?:\.\d+)*", text or "")
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def matches(version: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a version is one of those that a prefix stands for: (26, 1, 5) is one of (26, 1)."""
    return version[: len(wanted)] == wanted


def version_pattern(wanted: str) -> str:
    """A regular expression for the package versions that a prefix stands for, with or without an epoch."""
    return rf"^(?:[0-9]+:)?{re.escape(wanted)}(?![0-9])"


def version_glob(wanted: str) -> str:
    """What dnf wants after a package's name for the same: a whole version ends at its release, a part at a dot."""
    return f"-{wanted}-*" if wanted.count(".") == 2 else f"-{wanted}.*"
