# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows and the sentences that a proof comes to. Pure. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from .wire import same_name

if t.TYPE_CHECKING:
    from .probe import ProbeOutcome, ProbeTarget

# What the swarm uses its ports for; the data path port may be another one than 4789.
_PURPOSE = {
    ("tcp", 2377): "joining and managing the swarm",
    ("tcp", 7946): "gossip between nodes",
    ("udp", 7946): "gossip between nodes",
    ("udp", 4789): "overlay networks",
}


class ReachRow(t.TypedDict):
    """A port of a peer: whether it was reached, what answered, and how fast."""

    host: str
    address: str
    protocol: str
    port: int
    reached: bool
    answered_by: str | None
    answered_as: str | None
    problem: str | None
    milliseconds: float


def reach_rows(targets: t.Sequence[ProbeTarget], outcomes: t.Sequence[ProbeOutcome]) -> list[ReachRow]:
    """Pair the targets with their outcomes. An answer in the name of another host does not count as the peer's."""
    rows = []
    for target, outcome in zip(targets, outcomes):
        problem = outcome.problem
        if outcome.answered_as is not None and not same_name(outcome.answered_as, target.host):
            problem = "other_host"
        rows.append(
            ReachRow(
                host=target.host,
                address=target.address,
                protocol=target.protocol,
                port=target.port,
                reached=problem is None,
                answered_by=outcome.answered_by,
                answered_as=outcome.answered_as,
                problem=problem,
                milliseconds=round(outcome.seconds * 1000, 1),
            )
        )
    return rows


def failures(host: str, rows: t.Sequence[ReachRow]) -> list[str]:
    """One sentence for each port that ``host`` did not reach.

    A peer whose every port failed in the same way gets one sentence for all of them.
    """
    sentences = []
    for peer, of_peer in _by_peer(rows):
        problems = {row["problem"] for row in of_peer}
        if len(of_peer) > 1 and len(problems) == 1 and None not in problems:
            sentences.append(_sentence(host, peer, of_peer))
        else:
            sentences += [_sentence(host, peer, [row]) for row in of_peer if row["problem"] is not None]
    return sentences


def _by_peer(rows: t.Sequence[ReachRow]) -> list[tuple[str, list[ReachRow]]]:
    """Group the rows by peer, in their order."""
    groups: dict[tuple[str, str], list[ReachRow]] = {}
    for row in rows:
        groups.setdefault((row["host"], row["address"]), []).append(row)
    return [
        (host if host == address else f"{host} ({address})", group)
        for (host, address), group in groups.items()
    ]


def _sentence(host: str, peer: str, rows: t.Sequence[ReachRow]) -> str:
    """Say for one peer which port, or ports, failed, how, and what to check."""
    row = rows[0]
    to = row["host"]
    ports = ", ".join(f"{r['port']}/{r['protocol']}" for r in rows)
    purpose = _PURPOSE.get((row["protocol"], row["port"])) if len(rows) == 1 else None
    where = f"{peer} on {ports} ({purpose})" if purpose else f"{peer} on {ports}"
    texts = {
        "unresolved": f"{host} cannot resolve the address {row['address']} of {to}: give an IP address.",
        "other_host": f"{host} asked {where}, but {row['answered_as']} answered: "
        "give each host an address of its own.",
        "refused": f"{host} is refused by {where}: let the firewall of {to} admit {ports} from {host}.",
        "unreachable": f"{host} has no route to {where}: "
        f"check the address, the route, and any firewall that rejects {ports}.",
        "not_sent": f"{host} may not send to {where}: "
        f"let the firewall of {host} itself pass {ports} to {row['address']}.",
        "silent": f"{host} gets no answer from {where}: "
        f"let {to}, and any firewall between the two, admit {ports} from {host}.",
    }
    return texts[row["problem"] or "silent"]
