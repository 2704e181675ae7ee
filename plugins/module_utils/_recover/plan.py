# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a swarm comes to a quorum again, by what each host says of it. PRIVATE to the collection. Pure.

A new cluster is forced on one manager only where nothing milder brings the quorum back, and on the one whose log goes furthest:
by term, then by index, which is how raft itself chooses whom a majority may follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._swarm import nodes
from .._swarm.quorum import majority, sentence
from .seen import Seen

#: What leads to a quorum: it is there; it is there and managers of the lost one are not part of it; managers wait for their key;
#: Engines do not run; enough managers run and have no leader; one of them has to go on alone; none is left.
#: Where autolock is on, an Engine cannot be forced.
NONE, REST, UNLOCK, START, LEADERLESS, SEALED, FORCE, IMPOSSIBLE = (
    "none",
    "rest",
    "unlock",
    "start",
    "leaderless",
    "sealed",
    "force",
    "impossible",
)
# The states in which a manager's Engine runs, and what it needs to take part.
_ANSWERS, _LOCKED, _STOPPED = ("no_quorum", "pending"), ("locked",), ("stopped",)


@dataclass
class Recovery:
    """What is wrong, and what is done about it.

    Attributes:
        way: one of the words above.
        lines: the same in the user's words, a sentence each.
        start: hosts whose Engines are started first.
        unlock: hosts that are unlocked next, or will be locked once they run.
        survivor: the manager on which a new cluster is forced.
    """

    way: str
    lines: list[str]
    start: list[str] = field(default_factory=list)
    unlock: list[str] = field(default_factory=list)
    survivor: str | None = None


@dataclass
class Rest:
    """What a forced cluster still has of the one before it.

    Attributes:
        entry: a manager of the new cluster.
        leave: hosts that are managers of the old one; they leave, and join anew.
        dead: nodes that were managers of the old one, and that no host that was reached is, as ``swarm_node`` takes them.
    """

    entry: str | None = None
    leave: list[str] = field(default_factory=list)
    dead: list[dict[str, str]] = field(default_factory=list)


def plan(hosts: list[Seen], named: str = "") -> Recovery:
    """Plan the recovery.

    Args:
        hosts: the hosts of the inventory.
        named: the manager that the operator wants to be forced; by default the one whose log goes furthest.

    Raises:
        Refused: the hosts are of several swarms, or the named one is no survivor.
    """
    managers = _managers(hosts)
    if any(host.state == "manager" for host in managers):
        return _with_quorum(hosts)
    # An Engine that does not answer, or cannot take part, is of no more use than one that was not reached.
    managers = [host for host in managers if host.state in _ANSWERS + _LOCKED + _STOPPED]
    if not managers:
        return Recovery(IMPOSSIBLE, [_nobody(hosts)])
    best = max(sorted(managers, key=lambda host: host.name), key=_rank)
    # Which managers there are, the one that knows the most knows best.
    group = {**best.managers, **{host.node_id: "" for host in managers if host.node_id}}
    needed = majority(len(group))
    answer = _names(managers, _ANSWERS)
    locked, stopped = _names(managers, _LOCKED), _names(managers, _STOPPED)
    lines = [_lost(hosts, managers, best, group, answer)]
    if len(answer) < needed <= len(answer + locked):
        return Recovery(UNLOCK, [*lines, *_mild("", locked)], unlock=locked)
    if len(answer + locked) < needed <= len(managers):
        return Recovery(START, [*lines, *_mild(", ".join(stopped), locked)], start=stopped, unlock=locked)
    survivor = _survivor(managers, best, named)
    if len(answer) >= needed and not named:
        return Recovery(LEADERLESS, [*lines, _LEADERLESS.format(best=best.name)])
    if survivor.is_sealed or survivor.state in _LOCKED:
        return Recovery(SEALED, [*lines, _logs(managers), _SEALED])
    return Recovery(
        FORCE,
        [*lines, _logs(managers), *_forced(managers, survivor, len(group))],
        start=[survivor.name] if survivor.state in _STOPPED else [],
        survivor=survivor.name,
    )


def rest(hosts: list[Seen]) -> Rest:
    """What is left to do after a new cluster was forced, by this run or by one before it.

    A node that is to be a manager and is not in the group was one of the old cluster, or is on its way into the new one; the
    host's own state says which.
    """
    entry = next((host for host in hosts if host.state == "manager"), None)
    if not entry:
        return Rest()
    apart = {node["id"] for node in entry.nodes if node["role"] == "manager" and not node["manager"]}
    gone = {host.node_id for host in hosts} - {node["id"] for node in entry.nodes}
    here = {host.node_id for host in hosts if host.node_id}
    return Rest(
        entry=entry.name,
        leave=[
            host.name
            for host in hosts
            if host.is_manager
            and host.state in _ANSWERS + _LOCKED
            and host.swarm_id == entry.swarm_id
            and host.node_id in apart | gone
        ],
        # A node on its way into the group is ready.
        dead=[
            {"hostname": node["id"], "state": "absent"}
            for node in entry.nodes
            if node["id"] in apart - here and node["state"] != "ready"
        ],
    )


def _managers(hosts: list[Seen]) -> list[Seen]:
    """The managers that were reached.

    Raises:
        Refused: they are of several swarms.
    """
    managers = [host for host in hosts if host.is_manager]
    by_id: dict[str, list[str]] = {}
    for host in managers:
        if host.swarm_id:
            by_id.setdefault(host.swarm_id, []).append(host.name)
    if len(by_id) > 1:
        swarms = " and ".join(f"{swarm_id} ({', '.join(names)})" for swarm_id, names in sorted(by_id.items()))
        raise Refused(
            f"The managers are of {len(by_id)} swarms: {swarms}. Nothing was changed. Decide which swarm is to be recovered, and "
            "leave the hosts of the other one out with --limit."
        )
    return managers


def _rank(host: Seen) -> tuple[int, int]:
    return host.position or (-1, -1)


def _names(managers: list[Seen], states: tuple[str, ...]) -> list[str]:
    return [host.name for host in managers if host.state in states]


def _with_quorum(hosts: list[Seen]) -> Recovery:
    entry = next(host for host in hosts if host.state == "manager")
    group, up = nodes.managers(entry.nodes), nodes.reachable(entry.nodes)
    lines = [sentence(len(group), len(up))]
    if len(up) < majority(len(group)):
        # A leader that nobody follows anymore answers for some seconds, and what it knows is not compared with the others yet.
        return Recovery(
            LEADERLESS, [*lines, f"{entry.name} has not given up yet to lead: run again in a minute."]
        )
    left = rest(hosts)
    wanted = sum(node["role"] == "manager" for node in entry.nodes)
    # A promotion that is stuck leaves an entry like this too, and most managers in their group.
    if left.leave or (left.dead and len(group) < majority(wanted)):
        lines.append("A new cluster was forced on it before.")
        return Recovery(REST, [*lines, *_rest_lines(left.leave)])
    down = [nodes.called(node) for node in group if node not in up]
    lines += [f"{', '.join(down)} {'is' if len(down) == 1 else 'are'} down."] if down else []
    return Recovery(
        NONE, [*lines, "There is nothing to recover: flotilla.swarm.site brings back what is missing."]
    )


def _nobody(hosts: list[Seen]) -> str:
    away = [host.name for host in hosts if host.state == "not_reached"]
    where = f" {', '.join(away)} did not answer: start them, and run again." if away else ""
    return (
        f"No manager of a swarm is left on the hosts that were reached.{where} If no manager is left at all, "
        "flotilla.swarm.restore makes the swarm anew from an archive of flotilla.swarm.backup."
    )


_LEADERLESS = (
    "Enough managers run, and could choose a leader. Check with swarm_reach that they reach each other, or restart their Engines "
    "one after the other. If nothing helps, -e swarm_recover_on={best} forces a new cluster on the one whose log goes furthest."
)


# A forced node starts anew and gets no key (moby#36852): 20.10 and 26.1 answer "Swarm is encrypted", and say from then on, until
# they are restarted, that they are in no swarm.
_SEALED = (
    "autolock_managers is on, and the Engine cannot force a new cluster on a manager whose key is encrypted, unlocked or not: it "
    "refuses, and forgets until it is restarted that it is in a swarm. So enough of the other managers have to come back: repair "
    "them, or restore /var/lib/docker/swarm of one from a backup of its own host, and run again."
)
# What nobody can see from here.
_SECOND = (
    "Make sure that managers which do not answer are off: where more than half of all run and reach each other, the swarm lives "
    "there, and this makes a second one."
)


def _lost(
    hosts: list[Seen], managers: list[Seen], best: Seen, group: dict[str, str], answer: list[str]
) -> str:
    """What is lost, in one sentence."""
    here = {host.node_id for host in managers}
    names = {address: host.name for host in hosts for address in host.addresses}
    away = sorted({names.get(address, address) or key for key, address in group.items() if key not in here})
    silent = f"; {' and '.join(away)} {'does' if len(away) == 1 else 'do'} not answer" if away else ""
    return (
        f"The swarm {best.swarm_id or 'of ' + best.name} has lost its quorum: of its {len(group)} managers, "
        f"{', '.join(answer) or 'none'} can be asked, {majority(len(group))} are needed{silent}."
    )


def _mild(start: str, unlock: list[str]) -> list[str]:
    """What is done where no manager is lost."""
    lines = [f"Start the Engine of {start}."] if start else []
    lines += [f"Unlock {', '.join(unlock)} with swarm_unlock_key."] if unlock else []
    return [*lines, "That brings the quorum back, so no new cluster is forced."]


def _survivor(managers: list[Seen], best: Seen, named: str) -> Seen:
    if not named:
        return best
    found = next((host for host in managers if host.name == named), None)
    if not found:
        raise Refused(
            f"swarm_recover_on is {named}, which is no manager that was reached: name one of "
            f"{', '.join(host.name for host in managers)}. Nothing was changed."
        )
    return found


def _forced(managers: list[Seen], survivor: Seen, count: int) -> list[str]:
    """What is done where a new cluster has to be forced, and what that costs."""
    others = [host.name for host in managers if host is not survivor and host.state not in _STOPPED]
    whose = "the other managers" if len(managers) == count else "managers that do not answer"
    lost = f"Writes that only {whose} had taken are lost."
    return [
        f"Force a new cluster on {survivor.name}. {lost}",
        *_rest_lines(others),
        _SECOND,
    ]


def _rest_lines(leave: list[str]) -> list[str]:
    return [
        *([f"Let {', '.join(leave)} leave the old cluster, and join the new one."] if leave else []),
        "Remove the nodes of managers that do not answer, and bring back all other hosts, as flotilla.swarm.site does.",
    ]


def _logs(managers: list[Seen]) -> str:
    logs = ", ".join(f"{host.name} to {_log(host)}" for host in sorted(managers, key=_rank, reverse=True))
    return f"The logs of the managers go {logs}."


def _log(host: Seen) -> str:
    return f"term {host.position[0]}, index {host.position[1]}" if host.position else "nobody knows where"
