# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host's firewall: which one it is, what it lets members do, how to change it. PRIVATE to the collection.

A look is part of every run on every host. Where no firewall is at work and nft is not installed it reads a few small
files and starts no program. Backends are imported when they are needed, for the same reason.
"""

from __future__ import annotations

import re
import typing as t

from . import plan as plans
from .host import NFTABLES_FILES, FirewallError, Host, Run

_IPTABLES_NOTE = (
    "iptables refuses incoming traffic on this host with rules of its own ({where}), which are left alone; accept the "
    "swarm's ports from the members there, or move to nftables, ufw or firewalld."
)
_UFW_NOTE = "ufw is enabled on this host, but its rules are not loaded; 'ufw reload' or 'ufw disable' it."
_UFW_ENABLED = re.compile(r"^ENABLED=[\"']?yes", re.MULTILINE)
_TOOLS = {"firewalld": "firewall-cmd", "ufw": "ufw", "nftables": "nft"}
# What netfilter-persistent (Debian) and iptables-services (RHEL) load at boot.
_IPTABLES_FILES = {
    "/etc/iptables/rules.v4": "netfilter-persistent.service",
    "/etc/sysconfig/iptables": "iptables.service",
}
_IPTABLES_REFUSES = re.compile(r"^(:INPUT DROP\b|-A INPUT -j (DROP|REJECT)\b)", re.MULTILINE)


def detect(run: Run, root: str = "/") -> str:
    """The firewall that is at work on a host: firewalld, ufw, nftables or none."""
    backend: str = look(run, root)["backend"]
    return backend


def look(run: Run, root: str = "/") -> dict[str, t.Any]:
    """A host's firewall, and what it lets members do.

    Args:
        run: runs a command given as a list; returns its status, output and errors.
        root: where the host's files are.

    Returns:
        ``backend``, ``openings``, ``guarded``, ``partial`` and ``persistent`` (see ``live_state``), ``installed``
        (backends there are programs for), ``leftover`` (rules of the backend nftables where another filters now)
        and ``note``, a sentence for the user or None.

    Raises:
        FirewallError: a firewall is at work but cannot be asked.
    """
    host = Host(run, root)
    installed = [backend for backend, tool in _TOOLS.items() if host.tool(tool)]
    more: dict[str, t.Any] = {"installed": installed, "note": None, "leftover": False}
    found = None
    if host.active("firewalld.service"):
        from . import firewalld

        found = firewalld.look(host)
    elif "ufw" in installed and _UFW_ENABLED.search(host.read("/etc/ufw/ufw.conf")):
        from . import ufw

        found = ufw.look(host)
        if found is None and not host.privileged():
            raise FirewallError("Only root may see the rules of ufw on this host; run with become: true.")
        if found is None:
            more["note"] = _UFW_NOTE
    if found is not None:
        return {**found, **more, "leftover": host.exists(NFTABLES_FILES)}
    rules = None
    if "nftables" in installed:
        from . import nftables

        rules = nftables.ruleset(host)
        if nftables.filters(host, rules):
            found = nftables.look(host, rules)
    where = _iptables_filters(host) or ("its chain INPUT" if rules and rules.iptables_filters() else None)
    if where and not more["note"]:
        more["note"] = _IPTABLES_NOTE.format(where=where)
    return {**(found or plans.live_state("none", [])), **more}


def _iptables_filters(host: Host) -> str | None:
    for path, unit in _IPTABLES_FILES.items():
        if (host.active(unit) or host.enabled(unit)) and _IPTABLES_REFUSES.search(host.read(path)):
            return path
    return None


def check(run: Run, backend: str, plan: dict[str, t.Any], root: str = "/") -> None:
    """Refuse a plan that would harm, without changing anything.

    Raises:
        FirewallError: one sentence on what stands in the way.
    """
    if backend == "firewalld":
        from . import firewalld

        firewalld.check(Host(run, root), plan)


def apply(run: Run, backend: str, plan: dict[str, t.Any], root: str = "/") -> None:
    """Carry out a plan, and make sure that nothing is left to do.

    Args:
        run: see ``look``.
        backend: firewalld, ufw or nftables.
        plan: the result of ``plan_firewall``; it is brought about from whatever is there.
        root: see ``look``.

    Raises:
        FirewallError: the firewall refused, or does not do what it accepted.
    """
    from . import firewalld, nftables, ufw

    host = Host(run, root)
    {"firewalld": firewalld.apply, "ufw": ufw.apply, "nftables": nftables.apply}[backend](host, plan)
    if backend != "nftables" and host.exists(NFTABLES_FILES):
        nftables.remove(host)
    left = plans.plan_firewall(look(run, root), plan["openings"])
    if left["changed"]:
        amiss = [*left["open"], *left["close"], *left["guard"], *left["unguard"]]
        named = ", ".join(amiss[:3]) or "what keeps them over a reboot"
        raise FirewallError(
            f"{backend} took the rules for the swarm's ports on this host, but they are not in force ({named}); "
            "another rule or tool gets in the way: compare its list of rules.",
            facts={"firewall": left},
        )
