# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Engine packages a host gets: from where, at which version, and whether they are held. PRIVATE. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._engine.engine_version import OLDEST, is_beginning, parse_version, version_pattern
from ...module_utils._engine.errors import Refused
from ...module_utils._host.system import family

_DOCKER = ["docker-ce", "docker-ce-cli", "containerd.io"]


class Packages(t.NamedTuple):
    """What to install.

    ``pinned`` are the packages that carry the Engine's version, the first is the Engine; ``extras`` are installed where
    the release has them as packages of their own.
    """

    names: list[str]
    pinned: list[str]
    extras: list[str]


class Distributions(t.NamedTuple):
    """Distributions that are served alike.

    ``repositories`` maps the ID of a distribution to its directory in Docker's repository; a distribution that is based on
    one of them but is not among them has no packages there. ``distribution`` maps IDs to the distribution's own package.
    """

    repositories: dict[str, str]
    distribution: dict[str, Packages]


FAMILIES = {
    "debian": Distributions(
        {"debian": "debian", "ubuntu": "ubuntu", "raspbian": "raspbian"},
        # What docker.io recommends is not installed: needrestart among it would restart the Engine behind the operator's
        # back. Of the rest these are needed: certificates for registries, AppArmor for containers, the docker command.
        {"debian": Packages(["docker.io", "ca-certificates", "apparmor"], ["docker.io"], ["docker-cli"])},
    ),
    "redhat": Distributions(
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
    ),
}


class PackagePlan(t.NamedTuple):
    """What has to be done about the packages; the fields are those of ``plan.Tasks``, ``lines`` say it for the diff."""

    install: bool = False
    packages: t.Sequence[str] = ()
    pinned: t.Sequence[str] = ()
    extras: t.Sequence[str] = ()
    repository_url: str | None = None
    version_pattern: str | None = None
    version_glob: str = ""
    hold: bool | None = None
    lines: t.Sequence[str] = ()


def plan_packages(
    declared: t.Mapping[str, t.Any],
    engine: t.Mapping[str, t.Any],
    system: t.Mapping[str, t.Any],
    in_swarm: bool,
) -> PackagePlan:
    """Compare the Engine of a host with the declared one.

    Args:
        declared: the variables ``swarm_engine_*`` of the host.
        engine: ``engine`` of ``swarm_host_info``.
        system: ``os`` of ``swarm_host_info``.
        in_swarm: whether the host is in a swarm, as far as its Engine says.

    Raises:
        Refused: the declared Engine is not available, or not without harm to a swarm.
    """
    version = declared["swarm_engine_version"]
    _check_version(version)
    if engine["state"] == "unreachable":
        raise Refused(f"the engine does not answer ({engine.get('error')}): repair it on the host first.")
    verb = "install" if engine["state"] == "absent" else _upgrade(version, engine["version"], in_swarm)
    plan = _install(declared, system, verb) if verb else PackagePlan()
    return _hold(declared, engine, plan)


def _check_version(version: str) -> None:
    if version and not is_beginning(version):
        raise Refused(f'swarm_engine_version is {version}: give the beginning of a version, such as "26.1".')
    numbers = parse_version(version)
    if version and numbers < OLDEST[: len(numbers)]:
        raise Refused(
            f'swarm_engine_version is {version}: a swarm needs "20.10" or later (in quotes, or YAML reads 20.1).'
        )


def _upgrade(declared: str, live: str | None, in_swarm: bool) -> str:
    """The words for an upgrade, empty where none is needed."""
    now, wanted = parse_version(live), parse_version(declared)
    if now and now < OLDEST:
        # The Engine is too old to tell all it runs, so an upgrade here might cost a swarm its node.
        raise Refused(
            f"engine {live} is older than 20.10: move what it runs to other hosts, then upgrade or remove the engine."
        )
    # A stopped Engine tells its version once it runs.
    if not now or not wanted or now[: len(wanted)] == wanted:
        return ""
    if in_swarm:
        raise Refused(
            f"engine {live} is in a swarm, but swarm_engine_version is {declared}: flotilla.swarm.upgrade upgrades the engines "
            f'of a swarm, one node at a time; until then declare "{now[0]}.{now[1]}" for this host.'
        )
    if now > wanted:
        raise Refused(
            f"engine {live} is newer than swarm_engine_version {declared}, and an engine cannot be downgraded: declare a "
            "later version, or remove the engine and its data first."
        )
    return f"upgrade the engine {live}:"


def _install(declared: t.Mapping[str, t.Any], system: t.Mapping[str, t.Any], verb: str) -> PackagePlan:
    source, version = declared["swarm_engine_source"], declared["swarm_engine_version"]
    packages = _packages_for(source, system)
    if packages is None:
        raise Refused(_no_packages(source, system))
    docker = source == "docker"
    if docker and family(system) == "debian" and not system.get("codename"):
        raise Refused(
            f"{_named(system)} has no code name, by which Docker's repository is divided: set swarm_engine_source to "
            "distribution."
        )
    engine = f"{packages.names[0]} {version}".rstrip()
    origin = "Docker's repository" if docker else "the distribution"
    return PackagePlan(
        install=True,
        packages=packages.names,
        pinned=packages.pinned,
        extras=packages.extras,
        repository_url=_repository_url(declared["swarm_engine_repository_url"], system) if docker else None,
        version_pattern=version_pattern(version) if version else None,
        version_glob=_version_glob(version) if version else "",
        lines=[f"{verb} {engine} from {origin}"],
    )


def _packages_for(source: str, system: t.Mapping[str, t.Any]) -> Packages | None:
    """The packages of a source (``distribution`` or ``docker``), ``None`` where the source has none for this system."""
    name = family(system)
    if name is None:
        return None
    if source == "docker":
        return Packages(_DOCKER, _DOCKER[:2], []) if system.get("id") in FAMILIES[name].repositories else None
    # A distribution that is based on Debian has Debian's package; one that is based on Fedora need not have Fedora's.
    return FAMILIES[name].distribution.get("debian" if name == "debian" else str(system.get("id")))


def _no_packages(source: str, system: t.Mapping[str, t.Any]) -> str:
    other = "docker" if source == "distribution" else "distribution"
    if _packages_for(other, system):
        way_out = f"set swarm_engine_source to {other}"
    else:
        way_out = "install an engine of 20.10 or later yourself"
    return f"the source {source} has no engine for {_named(system)}: {way_out}."


def _named(system: t.Mapping[str, t.Any]) -> str:
    return str(system.get("pretty_name") or system.get("id") or "an unknown system")


def _repository_url(base: str, system: t.Mapping[str, t.Any]) -> str:
    """The address of Docker's repository for a system, on Docker's own host or on a mirror."""
    if not base:
        raise Refused(
            "swarm_engine_repository_url is empty: give the address of a repository, or leave it out."
        )
    return f"{base.rstrip('/')}/{FAMILIES[str(family(system))].repositories[system['id']]}"


def _hold(declared: t.Mapping[str, t.Any], engine: t.Mapping[str, t.Any], plan: PackagePlan) -> PackagePlan:
    """Hold or release the packages where that is declared; a pinned version is held unless the hold is declared false."""
    hold = declared["swarm_engine_hold"]
    if hold is None and not declared["swarm_engine_version"]:
        return plan
    wanted = hold is not False
    names = list(plan.pinned) or ([engine["package"]] if engine.get("package") else [])
    # None: whether they are held is unknown, so they are left alone.
    held = False if plan.install else engine.get("held")
    if not names or held is None or held == wanted:
        return plan
    line = f"{'hold' if wanted else 'release'} {', '.join(names)}"
    return plan._replace(hold=wanted, pinned=names, lines=[*plan.lines, line])


def _version_glob(version: str) -> str:
    """What dnf takes after a package's name for the same: a whole version ends at its release, a part of one at a dot."""
    return f"-{version}-*" if version.count(".") == 2 else f"-{version}.*"
