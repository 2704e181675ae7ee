# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that the swarm or its services need and that something else on the host holds. PRIVATE. Pure."""

from __future__ import annotations

import typing as t

# Who never stands in the way: our own listener (see _reach_listen.py), which ends by itself, and the Engine. Engine
# 20.10 may go on listening on the gossip port after its host left a swarm, and joins the next one all the same;
# the ports that containers publish are held by docker-proxy.
_HARMLESS = ("flotilla-reach", "dockerd")


class Wanted(t.NamedTuple):
    """A port that is needed. ``option`` is the variable that would move it, None where it is fixed."""

    protocol: str
    port: int
    purpose: str
    option: str | None = None


def port_conflicts(
    host: str, listeners: t.Iterable[t.Mapping[str, t.Any]], wanted: t.Iterable[Wanted]
) -> list[str]:
    """One sentence for each needed port that is held, in the order of the needed ports.

    Args:
        host: the host's name, for the sentences.
        listeners: the rows of ``_listeners.listeners`` on a host whose Engine does not hold these ports itself
            (one that is in no swarm), read as root.
        wanted: the needed ports.
    """
    held: dict[tuple[str, int], t.Mapping[str, t.Any]] = {}
    for row in listeners:
        if row["process"] not in _HARMLESS:
            held.setdefault((row["protocol"], row["port"]), row)
    sentences = []
    for need in wanted:
        holder = held.get((need.protocol, need.port))
        # A UDP port without a process is a VXLAN device of the kernel, and those share their port.
        if holder is not None and (need.protocol == "tcp" or holder["process"]):
            sentences.append(_sentence(host, need, holder))
    return sentences


def _sentence(host: str, need: Wanted, row: t.Mapping[str, t.Any]) -> str:
    holder = f"{row['process']} (process {row['pid']})" if row["process"] else "the kernel"
    way_out = f"stop it, or set {need.option} to a free port" if need.option else "stop it, or move it"
    return (
        f"{host}: port {need.port}/{need.protocol}, needed for {need.purpose}, "
        f"is held by {holder} on {row['address']}: {way_out}."
    )
