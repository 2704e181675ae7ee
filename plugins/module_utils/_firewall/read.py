# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a host's firewall: which one filters, and what it lets members do. PRIVATE to the collection.

Every run does this on every host. Where no firewall filters and nft is not installed, a few small files are read and no
program is started.
"""

from __future__ import annotations

import typing as t

from . import backend as backends
from .iptables import iptables_note
from .plan import live_firewall
from .ssh import ssh_ports

if t.TYPE_CHECKING:
    from .host import Host
    from .plan import LiveFirewall


def read_firewall(host: Host) -> LiveFirewall:
    """The firewall that filters on a host; its ``backend`` is none where there is none.

    Raises:
        FirewallError: a firewall is active and cannot be read.
    """
    live: LiveFirewall | None = None
    note: str | None = None
    for row in backends.REGISTRY:
        if row.may_filter(host):
            reading = row.load().read(host)
            live, note = reading.live, note or reading.note
            if live is not None:
                break
    if live is None:
        live = live_firewall("none", [])
        note = note or iptables_note(host)
    live["installed"] = [row.name for row in backends.REGISTRY if host.has_tool(row.tool)]
    live["leftover"] = [row.name for row in leftovers(host, live["backend"])]
    live["note"] = note
    live["ssh_ports"] = ssh_ports(host)
    return live


def leftovers(host: Host, backend: str) -> list[backends.Registration]:
    """The backends whose rules are in force beside the one that filters."""
    if backend == "none":
        return []
    return [row for row in backends.REGISTRY if row.name != backend and row.files and host.exists(row.files)]
