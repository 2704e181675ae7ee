# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an Engine has to be installed, at which version, and held. PRIVATE. Pure."""

from __future__ import annotations

import re
import typing as t

from .packages import (
    DEBIAN,
    OLDEST,
    Family,
    family_of,
    matches,
    packages_for,
    parse_version,
    repository_url,
    version_glob,
    version_pattern,
)


class EngineRefusal(Exception):
    """The Engine cannot be brought to what is declared; the text is a sentence without the host's name."""


class Declared(t.NamedTuple):
    """The declared variables that are about packages, checked."""

    source: str
    version: str
    hold: bool | None
    repository: str


class PackagePlan(t.NamedTuple):
    """What becomes of the packages; the fields as in ``_engine_plan.Tasks``, and ``lines`` for the diff."""

    install: bool = False
    packages: t.Sequence[str] = ()
    pinned: t.Sequence[str] = ()
    extras: t.Sequence[str] = ()
    repository_url: str | None = None
    version_pattern: str | None = None
    version_glob: str = ""
    hold: bool | None = None
    lines: t.Sequence[str] = ()


def read_declared(declared: t.Mapping[str, t.Any]) -> Declared:
    """Check the variables that are about packages.

    Raises:
        EngineRefusal: one of them cannot be used.
    """
    source, version = declared["swarm_engine_source"], declared["swarm_engine_version"]
    if source not in ("distribution", "docker"):
        raise EngineRefusal(f"swarm_engine_source is {source}: choose distribution or docker.")
    version = str(version)
    if version and not re.fullmatch(r"\d+(\.\d+){0,2}", version):
        raise EngineRefusal(
            f'swarm_engine_version is {version}: give the beginning of a version, as in "26.1".'
        )
    numbers = parse_version(version)
    if version and numbers < OLDEST[: len(numbers)]:
        raise EngineRefusal(
            f'swarm_engine_version is {version}: a swarm needs "20.10" or later (in quotes, or YAML reads 20.1).'
        )
    hold = declared.get("swarm_engine_hold")
    truth = _truth(hold)
    if hold is not None and truth is None:
        raise EngineRefusal(f"swarm_engine_hold is {hold}: choose true or false.")
    return Declared(source, version, truth, declared["swarm_engine_repository_url"])


def plan_packages(
    declared: Declared, engine: t.Mapping[str, t.Any], system: t.Mapping[str, t.Any], in_swarm: bool
) -> PackagePlan:
    """Compare the Engine that is there with the one that is wanted.

    Args:
        declared: the variables.
        engine: ``engine`` of the look at the host.
        system: ``os`` of the look.
        in_swarm: whether the host is in a swarm, as far as its Engine says.

    Raises:
        EngineRefusal: what is wanted cannot be had, or not without harm to a swarm.
    """
    if engine["state"] == "unreachable":
        raise EngineRefusal(
            f"the engine does not answer ({engine.get('error')}): see to it on the host first."
        )
    if engine.get("package") == "podman-docker":
        raise EngineRefusal(
            "docker is podman there, which knows no swarm: remove the package podman-docker first."
        )
    verb = "install" if engine["state"] == "absent" else _upgrade(declared.version, engine, in_swarm)
    plan = _install(declared, system, verb) if verb else PackagePlan()
    return _hold(declared, engine, plan)


def _upgrade(version: str, engine: t.Mapping[str, t.Any], in_swarm: bool) -> str:
    """The words for an upgrade, empty where none is wanted."""
    told, live, wanted = engine.get("version"), parse_version(engine.get("version")), parse_version(version)
    if engine["state"] == "too_old" or (live and live < OLDEST):
        # Too old to be asked what it runs, so upgrading it here might cost a swarm its node.
        raise EngineRefusal(
            f"engine {told or 'of unknown version'} is older than 20.10: take it out of whatever it serves and "
            "upgrade or remove it first."
        )
    if not live or not wanted or matches(live, wanted):
        return ""  # a stopped Engine tells its version once it runs
    if in_swarm:
        raise EngineRefusal(
            f"engine {told} is in a swarm, but swarm_engine_version is {version}: engines of a swarm are changed one "
            f'node at a time; until then declare "{live[0]}.{live[1]}" for this host.'
        )
    if live > wanted:
        raise EngineRefusal(
            f"engine {told} is newer than swarm_engine_version {version}, and engines do not go back: declare a later "
            "version, or remove the engine and its data first."
        )
    return f"upgrade the engine {told}:"


def _install(declared: Declared, system: t.Mapping[str, t.Any], verb: str) -> PackagePlan:
    family = family_of(system)
    packages = packages_for(family, declared.source, system) if family else None
    if family is None or packages is None:
        raise EngineRefusal(_no_packages(family, declared.source, system))
    docker = declared.source == "docker"
    if docker and family is DEBIAN and not system.get("codename"):
        raise EngineRefusal(
            f"{_named(system)} does not say its code name, so its part of Docker's repository is unknown: set "
            "swarm_engine_source to distribution."
        )
    origin = "Docker's repository" if docker else "the distribution"
    version = f" {declared.version}" if declared.version else ""
    return PackagePlan(
        install=True,
        packages=packages.names,
        pinned=packages.pinned,
        extras=packages.extras,
        repository_url=repository_url(family, system, declared.repository) if docker else None,
        version_pattern=version_pattern(declared.version) if declared.version else None,
        version_glob=version_glob(declared.version) if declared.version else "",
        lines=[f"{verb} {packages.names[0]}{version} from {origin}"],
    )


def _no_packages(family: Family | None, source: str, system: t.Mapping[str, t.Any]) -> str:
    other = "docker" if source == "distribution" else "distribution"
    if family and packages_for(family, other, system):
        way_out = f"set swarm_engine_source to {other}"
    else:
        way_out = "install an engine of 20.10 or later yourself"
    return f"there is no engine of the source {source} for {_named(system)}: {way_out}."


def _named(system: t.Mapping[str, t.Any]) -> str:
    return str(system.get("pretty_name") or system.get("id") or "an unknown system")


def _hold(declared: Declared, engine: t.Mapping[str, t.Any], plan: PackagePlan) -> PackagePlan:
    """Hold the packages, or let them go, where that is declared; a pinned version is held unless told otherwise."""
    if declared.hold is None and not declared.version:
        return plan
    wanted = declared.hold is not False
    names = list(plan.pinned) or ([engine["package"]] if engine.get("package") else [])
    # None: it is not known whether they are held, so they are left alone.
    held = False if plan.install else engine.get("held")
    if not names or held is None or held == wanted:
        return plan
    line = f"{'hold' if wanted else 'release'} {', '.join(names)}"
    return plan._replace(hold=wanted, pinned=names, lines=[*plan.lines, line])


def _truth(value: t.Any) -> bool | None:
    """A boolean as inventories write it, None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).lower())
