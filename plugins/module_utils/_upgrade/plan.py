# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Engines are upgraded, to what and in which order, and why not. PRIVATE to the collection. Pure.

What is done is read from the nodes themselves, so a run that was stopped goes on: an Engine that has the wanted version is not
taken again, unless its node is still out of rotation.
"""

from __future__ import annotations

import re
import typing as t

from .._engine.engine_version import OLDEST, is_beginning, parse_version, upstream, version_pattern
from .._maintenance import marks
from .._maintenance.plan import of_quorum, rank
from .._swarm.nodes import Node, called
from . import lost
from .policy import Package

# Debian's docker.io had the command in it until then; now that is a package of its own, docker-cli.
_COMMAND_APART = (26,)

UPGRADE, PUT_BACK, DONE, STAYS = "upgrade", "put back", "has it already", "stays as it is"
# Those with which a node is taken out of rotation.
TAKEN = (UPGRADE, PUT_BACK)


class Upgradable(t.NamedTuple):
    """A host whose Engine is to be upgraded.

    Attributes:
        name: in the inventory.
        node: as the swarm has it.
        packages: of ``swarm_upgrade_info``, the Engine's first.
        uses: of it, too.
    """

    name: str
    node: Node
    packages: list[Package]
    uses: list[lost.Use]


class UpgradeStep(t.NamedTuple):
    """What is done on one host.

    Attributes:
        host: in the inventory.
        node: as the swarm has it.
        what: one of the words above.
        wanted: the Engine's version afterwards, such as ``26.1.5``.
        package: the package's version afterwards.
        install: packages with their versions.
        held: packages that are held, and are held again.
        earlier: packages with the versions that they have now.
        earlier_there: whether a repository has these.
    """

    host: str
    node: Node
    what: str
    wanted: str = ""
    package: str = ""
    install: t.Sequence[str] = ()
    held: t.Sequence[str] = ()
    earlier: t.Sequence[str] = ()
    earlier_there: bool = True

    @property
    def way_back(self) -> str:
        """How to have the earlier Engine again, as a sentence; empty where it is not known or not needed."""
        if not self.earlier:
            return ""
        command = f"apt-get install --allow-downgrades --allow-change-held-packages {' '.join(self.earlier)}"
        command += f" && apt-mark hold {' '.join(self.held)}" if self.held else ""
        where = "" if self.earlier_there else " (no repository has it: look in /var/cache/apt/archives)"
        return f'The way back to the earlier Engine is "{command}"{where}.'


class UpgradePlan(t.NamedTuple):
    """The steps of all nodes that are named, in order, those that are not taken first; and why none may be taken."""

    steps: list[UpgradeStep]
    refused: list[str]

    @property
    def taken(self) -> list[UpgradeStep]:
        """The steps of the nodes that are taken out of rotation."""
        return [step for step in self.steps if step.what in TAKEN]


def plan(wanted: str, hosts: list[Upgradable], nodes: list[Node], take_held: bool = False) -> UpgradePlan:
    """Plan the upgrade.

    Args:
        wanted: the beginning of a version, or a whole one; empty takes what apt would install.
        hosts: those whose Engines are to be upgraded.
        nodes: all of the swarm.
        take_held: upgrade packages that are held, too.
    """
    if wanted and not is_beginning(wanted):
        return UpgradePlan(
            [], [f'swarm_upgrade_version is {wanted}: give the beginning of a version, such as "26.1"']
        )
    refused: list[str] = []
    steps = []
    for host in sorted(hosts, key=lambda one: rank(one.node)):
        step, why = _step(wanted, host, take_held)
        refused += why
        steps.append(step)
    found = UpgradePlan(sorted(steps, key=lambda one: one.what in TAKEN), refused)
    return found._replace(
        refused=[*refused, *_of_services(found, hosts), *_of_quorum(found, nodes), *_of_mix(found, nodes)]
    )


def _step(wanted: str, host: Upgradable, take_held: bool) -> tuple[UpgradeStep, list[str]]:
    nothing = UpgradeStep(host.name, host.node, STAYS)
    if not host.packages or not host.packages[0]["installed"]:
        return nothing, [
            f"{host.name}: apt did not install its Engine; flotilla.swarm.maintenance upgrades it with tasks of your own"
        ]
    engine, running = host.packages[0], host.node["engine_version"]
    target = _target(wanted, engine)
    if target is None:
        return nothing, [_no_such_version(wanted, host.name, engine)]
    if _is_downgrade(target, engine, running):
        return nothing, [
            f"{host.name}: Engine {running} is newer than {upstream(target)}, and an Engine cannot be downgraded"
        ]
    new = target != engine["installed"] or parse_version(upstream(target)) != parse_version(running)
    stage = marks.stage_in(host.node["labels"])
    if not new and stage != marks.AWAY:
        return nothing._replace(what=PUT_BACK if stage else DONE, wanted=upstream(target), package=target), []
    taken = [engine, *(one for one in host.packages[1:] if _comes_along(one, target, engine))]
    held = [one["name"] for one in taken if one["held"]]
    step = nothing._replace(
        # It may have been stopped between installation and restart.
        what=UPGRADE if new else PUT_BACK,
        wanted=upstream(target),
        package=target,
        install=[f"{one['name']}={target}" for one in taken],
        held=held,
        earlier=[
            f"{one['name']}={one['installed']}" for one in taken if one["installed"] not in (None, target)
        ],
        earlier_there=engine["installed"] in engine["in_repository"],
    )
    return step, [
        *([] if take_held or not held else [_held(host.name, held)]),
        *(f"{host.name}: {why}" for why in lost.refusals(lost.of(host.uses, ""), upstream(target))),
    ]


def _target(wanted: str, engine: Package) -> str | None:
    """The package's version that is wanted; ``None`` where there is none."""
    if not wanted:
        return engine["candidate"]
    pattern = re.compile(version_pattern(wanted))
    return next((version for version in engine["versions"] if pattern.match(version)), None)


def _is_downgrade(target: str, engine: Package, running: str) -> bool:
    if parse_version(upstream(target)) < parse_version(running):
        return True
    order = engine["versions"]
    # The newest first: apt knows how to compare two packages of the same Engine.
    installed = engine["installed"]
    return target in order and installed in order and order.index(target) > order.index(installed)


def _comes_along(companion: Package, target: str, engine: Package) -> bool:
    if target not in companion["versions"]:
        return False
    return bool(companion["installed"]) or (
        companion["name"] == "docker-cli"
        and parse_version(upstream(str(engine["installed"]))) < _COMMAND_APART
    )


def _no_such_version(wanted: str, host: str, engine: Package) -> str:
    there = ", ".join(engine["versions"])
    which = f"of version {wanted}" if wanted else "that its pins allow"
    return f"{host}: no package {engine['name']} is {which}; there {'are ' + there if there else 'is none at all'}"


def _held(host: str, names: list[str]) -> str:
    return (
        f"{host}: {', '.join(names)} is held: release it with apt-mark unhold, or set swarm_upgrade_held=true, which holds it "
        "again at its new version"
    )


def _of_services(found: UpgradePlan, hosts: list[Upgradable]) -> list[str]:
    """What services use that the newest of the wanted Engines does not have; every manager knows all services."""
    wanted = max((step.wanted for step in found.steps if step.what == UPGRADE), key=parse_version, default="")
    uses = [use for host in hosts for use in host.uses if use["where"]]
    return list(dict.fromkeys(lost.refusals(uses, wanted)))


def _of_quorum(found: UpgradePlan, nodes: list[Node]) -> list[str]:
    """Why a manager may not be taken; the gates of the maintenance ask this as well, but only when it is its turn."""
    first = next(
        (step.node for step in found.taken if step.node["manager"] and not _has_begun(step.node)), None
    )
    return of_quorum(first, nodes) if first else []


def _has_begun(node: Node) -> bool:
    return marks.has_begun(node["labels"])


def _of_mix(found: UpgradePlan, nodes: list[Node]) -> list[str]:
    """Which Engines are too old to be in one swarm with the others."""
    if not found.taken:
        return []
    refused = []
    for node in nodes:
        version = parse_version(node["engine_version"])
        if not version:
            refused.append(f"{called(node)}: the version of its Engine is not known, it never reported one")
        elif version < OLDEST:
            refused.append(
                f"{called(node)}: Engine {node['engine_version']} is older than 20.10, which is the oldest beside the others: "
                "take it out of the swarm first"
            )
    return refused
