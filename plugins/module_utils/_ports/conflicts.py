# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that the swarm or its services need and that another process on the host holds. Pure. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

# Processes that hold a needed port and do no harm: our own listener (see listen.py), which ends by itself, and the Engine.
# Engine 20.10 may go on listening on the gossip port after its host left a swarm, and can join the next one all the same;
# the ports that containers publish are held by docker-proxy.
_HARMLESS = ("flotilla-reach", "dockerd")


class NeededPort(t.NamedTuple):
    """A port that is needed. ``variable`` is the role variable that moves the port, None where the port is fixed."""

    protocol: str
    port: int
    purpose: str
    variable: str | None = None


def port_conflicts(
    host: str, listeners: t.Iterable[t.Mapping[str, t.Any]], needed: t.Iterable[NeededPort]
) -> list[str]:
    """One sentence for each needed port that is held, in the order of the needed ports.

    Args:
        host: the host's name, for the sentences.
        listeners: the rows of ``listeners.listeners``, read as root on a host whose Engine does not hold these ports
            itself (a host in no swarm).
        needed: the needed ports.
    """
    held: dict[tuple[str, int], t.Mapping[str, t.Any]] = {}
    for row in listeners:
        if row["process"] not in _HARMLESS:
            held.setdefault((row["protocol"], row["port"]), row)
    sentences = []
    for need in needed:
        holder = held.get((need.protocol, need.port))
        # A UDP port without a process is a VXLAN device of the kernel, and those share their port.
        if holder is not None and (need.protocol == "tcp" or holder["process"]):
            sentences.append(_sentence(host, need, holder))
    return sentences


def _sentence(host: str, need: NeededPort, row: t.Mapping[str, t.Any]) -> str:
    holder = f"{row['process']} (process {row['pid']})" if row["process"] else "the kernel"
    way_out = f"set {need.variable} to a free port" if need.variable else "move it"
    return (
        f"{host}: port {need.port}/{need.protocol}, needed for {need.purpose}, "
        f"is held by {holder} on {row['address']}: stop it, or {way_out}."
    )
