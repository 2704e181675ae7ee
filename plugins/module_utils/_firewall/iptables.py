# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""iptables, which no backend changes: whether its rules refuse what the swarm needs. PRIVATE to the collection."""

from __future__ import annotations

import re
import typing as t

from . import backend as backends

if t.TYPE_CHECKING:
    from .host import Host

# What netfilter-persistent (Debian) and iptables-services (RHEL) load at boot.
_FILES = {
    "/etc/iptables/rules.v4": "netfilter-persistent.service",
    "/etc/sysconfig/iptables": "iptables.service",
}
_REFUSES = re.compile(r"^(:INPUT DROP\b|-A INPUT -j (DROP|REJECT)\b)", re.MULTILINE)


def iptables_note(host: Host, chain_refuses: bool = False) -> str | None:
    """The sentence for a host where iptables refuses incoming packets by rules of its own; None on any other host.

    Args:
        host: the host.
        chain_refuses: whether the kernel's chain INPUT is known to refuse them.
    """
    where = _refusing_file(host) or ("its chain INPUT" if chain_refuses else None)
    if where is None:
        return None
    *others, last = backends.names()
    return (
        f"iptables refuses incoming packets on this host with rules of its own ({where}), which the module does not "
        f"change; accept the swarm's ports from the members there, or replace iptables by {', '.join(others)} or {last}."
    )


def _refusing_file(host: Host) -> str | None:
    for path, unit in _FILES.items():
        if (host.active(unit) or host.enabled(unit)) and _REFUSES.search(host.text(path)):
            return path
    return None
