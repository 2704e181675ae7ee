# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done to a host's Engine before the host can be in a swarm. PRIVATE. Pure.

The role swarm_engine carries the plan out; nothing is decided there.
"""

from __future__ import annotations

import typing as t

from ...module_utils._engine.errors import Refused
from ...module_utils._host.daemon import PATH
from ...module_utils._host.daemon_plan import declared_options, plan_daemon
from ...module_utils._host.system import family
from ...module_utils._swarm.quorum import survives_loss
from .daemon import MarkedComparison
from .packages import PackagePlan, plan_packages

# The task files of the role, in the order in which they are carried out: an Engine that is being installed starts with its
# options, so they come first.
STEPS = (
    *("options", "repository_debian", "version_debian", "install_debian", "install_redhat"),
    *("hold_debian", "hold_redhat", "reset_count", "start", "restart_in_turn"),
)
# States of swarm_host_info's swarm in which the host is in none.
_NO_SWARM = ("no_engine", "inactive", "unknown")

#: What the names of the role's variables begin with.
PREFIX = "swarm_engine_"


class Tasks(t.TypedDict):
    """What the role does.

    ``steps`` are those of ``STEPS`` that the host needs. ``options`` is whether the declared options are merged into
    daemon.json, which the host does from the role's variables. ``version_pattern`` chooses among the versions that apt has,
    ``None`` takes the newest; ``version_glob`` is the same for dnf, what follows a package's name. ``hold`` holds or releases
    ``pinned``, ``None`` leaves it. At most one of ``start``, ``reload`` and ``restart`` is true. Hosts that are ``in_swarm``
    restart one after the other by their ``turn`` (workers, managers, the leader), and each has to come back as ``state`` (of
    swarm_info), with as many managers ``reachable`` as before.
    """

    options: bool
    family: str | None
    repository_url: str | None
    codename: str
    install: bool
    packages: list[str]
    pinned: list[str]
    extras: list[str]
    version_pattern: str | None
    version_glob: str
    hold: bool | None
    start: bool
    reload: bool
    restart: bool
    in_swarm: bool
    turn: int
    state: str
    reachable: int
    steps: list[str]


class EnginePlan(t.TypedDict):
    """``refusals`` stop the run, ``warnings`` do not; ``changes`` say in the user's words what ``tasks`` do."""

    refusals: list[str]
    warnings: list[str]
    changes: list[str]
    tasks: Tasks


class _Daemon(t.NamedTuple):
    """The part of the plan that is about daemon.json."""

    differs: bool = False
    reload: bool = False
    restart: bool = False
    lines: t.Sequence[str] = ()
    warnings: t.Sequence[str] = ()


def plan_engine(declared: t.Mapping[str, t.Any], host: t.Mapping[str, t.Any]) -> EnginePlan:
    """Plan the Engine of one host. The sentences do not name the host.

    Args:
        declared: the variables ``swarm_engine_*`` of the host, as the role's argument spec returns them.
        host: the host as ``swarm_host_info`` returns it.
    """
    engine, swarm = host["engine"], host.get("swarm") or {}
    in_swarm = _state(swarm) not in _NO_SWARM
    refusals: list[str] = []
    packages, daemon = PackagePlan(), _Daemon()
    try:
        packages = plan_packages(declared, engine, host.get("os") or {}, in_swarm)
    except Refused as refused:
        refusals.append(str(refused))
    try:
        daemon = _plan_daemon(declared, engine, swarm, in_swarm, restarts=not packages.install)
    except Refused as refused:
        refusals.append(str(refused))
    tasks = _tasks(packages, daemon, host, in_swarm)
    return {
        "refusals": refusals,
        "warnings": list(daemon.warnings),
        "changes": [*packages.lines, *daemon.lines, *(["start the engine"] if tasks["start"] else [])],
        "tasks": tasks,
    }


def _state(swarm: t.Mapping[str, t.Any]) -> str:
    return str(swarm.get("state") or "unknown")


def _turn(swarm: t.Mapping[str, t.Any]) -> int:
    own = [node for node in swarm.get("nodes") or [] if node["id"] == swarm.get("node_id")]
    leads = any(node["manager"] and node["manager"]["leader"] for node in own)
    return 2 if leads else 0 if _state(swarm) == "worker" else 1


def _tasks(packages: PackagePlan, daemon: _Daemon, host: t.Mapping[str, t.Any], in_swarm: bool) -> Tasks:
    engine, system, swarm = host["engine"], host.get("os") or {}, host.get("swarm") or {}
    tasks: Tasks = {
        "options": daemon.differs,
        "family": family(system),
        "repository_url": packages.repository_url,
        "codename": str(system.get("codename") or ""),
        "install": packages.install,
        "packages": list(packages.packages),
        "pinned": list(packages.pinned),
        "extras": list(packages.extras),
        "version_pattern": packages.version_pattern,
        "version_glob": packages.version_glob,
        "hold": packages.hold,
        "start": engine["state"] == "stopped" and not packages.install,
        "reload": daemon.reload,
        "restart": daemon.restart,
        "in_swarm": in_swarm,
        "turn": _turn(swarm),
        "state": _state(swarm),
        "reachable": (swarm.get("quorum") or {}).get("reachable", 0),
        "steps": [],
    }
    return {**tasks, "steps": _steps(tasks)}


def _steps(tasks: Tasks) -> list[str]:
    """The steps that a host needs, in their order."""
    system, install = tasks["family"], tasks["install"]
    in_turn = tasks["restart"] and tasks["in_swarm"]
    restarts = tasks["restart"] and not in_turn
    needed = {
        "options": tasks["options"] and not in_turn,
        # yum_repository and dnf do this within the installation.
        "repository_debian": install and system == "debian" and tasks["repository_url"] is not None,
        "version_debian": install and system == "debian" and tasks["version_pattern"] is not None,
        f"install_{system}": install,
        f"hold_{system}": tasks["hold"] is not None,
        "reset_count": restarts,
        "start": install or tasks["start"] or tasks["reload"] or restarts,
        "restart_in_turn": in_turn,
    }
    return [step for step in STEPS if needed.get(step)]


def _plan_daemon(
    declared: t.Mapping[str, t.Any],
    engine: t.Mapping[str, t.Any],
    swarm: t.Mapping[str, t.Any],
    in_swarm: bool,
    restarts: bool,
) -> _Daemon:
    """Compare the declared options with daemon.json and choose how a running Engine applies them.

    ``restarts`` is false where an Engine is installed in the same run, since that one starts with the options.
    """
    if engine.get("daemon_error"):
        raise Refused(f"{PATH} cannot be read ({engine['daemon_error']}): repair or remove it.")
    options, live = declared_options(declared, PREFIX), engine["daemon"]
    _refuse_live_restore(options, live)
    compared = MarkedComparison()
    daemon = plan_daemon(options, live, compared)
    if not daemon.keys:
        return _Daemon()
    lines, warnings = list(daemon.lines), _of_unknown(compared.unknown)
    if "data-root" in daemon.keys and engine["state"] != "absent":
        _refuse_lost_identity(engine, in_swarm)
        warnings.append("images, volumes and containers stay in the old data root and are not moved.")
    running = engine["state"] == "running" and restarts
    if running and daemon.reload:
        lines.append("reload the engine")
    elif running:
        warnings += _check_restart(swarm)
        lines.append("restart the engine, one node at a time" if in_swarm else "restart the engine")
    return _Daemon(True, running and daemon.reload, running and not daemon.reload, lines, warnings)


def _of_unknown(keys: t.Collection[str]) -> list[str]:
    """Warn of values that are planned though they may be the same; the host itself can compare them, and does."""
    names = ", ".join(sorted(keys))
    sentence = (
        f"whether {names} in {PATH} is as declared cannot be known before the host compares it, since a Python without scrypt "
        "(FIPS) makes and reads no fingerprints."
    )
    return [sentence] if keys else []


def _refuse_live_restore(options: t.Mapping[str, t.Any], live: t.Mapping[str, t.Any]) -> None:
    """The Engine refuses swarm mode with live-restore, and once in a swarm it does not start with it."""
    if options.get("live-restore"):
        raise Refused("swarm_engine_daemon sets live-restore, which excludes swarm mode: remove that key.")
    if live.get("live-restore") and "live-restore" not in options:
        raise Refused(
            f"{PATH} sets live-restore, which excludes swarm mode: remove it there, or declare "
            "swarm_engine_daemon: {live-restore: null}."
        )


def _refuse_lost_identity(engine: t.Mapping[str, t.Any], in_swarm: bool) -> None:
    """A node's identity lives in the data root: a member that gets another data root is a member no longer."""
    if in_swarm:
        raise Refused(
            "swarm_engine_data_root differs from the data root of this node, and with another data root the node would "
            "have left its swarm: remove the node from the swarm first."
        )
    if engine["state"] != "running":
        raise Refused(
            "the engine does not run, so it is unknown whether its data root holds a node of a swarm: start the engine "
            "before you change swarm_engine_data_root."
        )


def _check_restart(swarm: t.Mapping[str, t.Any]) -> list[str]:
    """Refuse a restart that would cost a swarm its quorum without need; warn where the loss cannot be avoided."""
    if (swarm.get("settings") or {}).get("autolock_managers"):
        raise Refused(
            "changed options need a restart of the engine, after which a manager of this swarm is locked (autolock): set "
            "the options on this host by hand, restart and unlock it, or disable autolock meanwhile."
        )
    quorum = swarm.get("quorum") or {}
    managers, reachable = quorum.get("managers", 0), quorum.get("reachable", 0)
    if managers > 2 and not survives_loss(managers, reachable):
        raise Refused(
            f"changed options need a restart of the engine, and with {reachable} of {managers} managers reachable "
            "that would cost the quorum: restore the other managers first."
        )
    if managers in (1, 2):
        few = "one manager" if managers == 1 else "two managers"
        return [f"the swarm has {few} and no quorum while this engine restarts; its services keep running."]
    return []
