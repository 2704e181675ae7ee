# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backend ufw. PRIVATE to the collection.

``ufw status`` shows our rules to the user, but it reads ufw's files and not the kernel, so this backend reads both itself.
"""

from __future__ import annotations

import typing as t

from .backend import Reading
from .host import FirewallError
from .openings import family
from .ufw_rules import UfwFileRule, UfwState, access, both_versions, commands, file_rules, kernel_rules

if t.TYPE_CHECKING:
    from .host import Host
    from .plan import Access, FirewallPlan

_FILES = {4: "/etc/ufw/user.rules", 6: "/etc/ufw/user6.rules"}
_CHAINS = {4: ("iptables", "ufw-user-input"), 6: ("ip6tables", "ufw6-user-input")}


def read(host: Host) -> Reading:
    """Read what ufw lets members do; ufw does not filter where its rules are not loaded, whatever its files say."""
    state = _state(host)
    if state is not None:
        return Reading(state.live())
    if not host.privileged():
        raise FirewallError("Only root can read the rules of ufw on this host; run with become: true.")
    return Reading(
        note="ufw is enabled on this host, but its rules are not loaded; run 'ufw reload' or 'ufw disable' there."
    )


def check(host: Host, plan: FirewallPlan) -> None:
    """Refuse members that ufw cannot let in.

    Raises:
        FirewallError: a member has an IPv6 address and ufw handles IPv4 only.
    """
    if 6 not in _families(host) and any(family(opening) == 6 for opening in plan["openings"]):
        raise FirewallError(
            "ufw refuses all IPv6 on this host, but a member has an IPv6 address; set IPV6=yes in /etc/default/ufw, "
            "or name the members by IPv4 addresses."
        )


def apply(host: Host, plan: FirewallPlan) -> None:
    """Let through what the plan says."""
    _run(host, plan["openings"], plan["guarded"])


def remove(host: Host) -> None:
    """Delete the rules with our comment."""
    _run(host, [], [])


def _run(host: Host, openings: list[str], guarded: list[str]) -> None:
    state = _state(host)
    if state is None or not state.loaded():
        host.do("ufw", "reload")
        state = _state(host)
    if state is None:
        raise FirewallError("ufw did not load its rules on this host; run 'ufw reload' there to see why.")
    for command in commands(openings, guarded, state):
        host.do("ufw", *command)


def _families(host: Host) -> list[int]:
    return [4, 6] if host.setting("/etc/default/ufw", "IPV6") == "yes" else [4]


def _state(host: Host) -> UfwState | None:
    """ufw's rules; None where the kernel has none of them."""
    rules: list[UfwFileRule] = []
    in_files: list[Access] = []
    in_kernel: list[Access] = []
    for version in _families(host):
        program, chain = _CHAINS[version]
        listed = host.ask(program, "-w", "-S", chain)
        if listed is None:
            return None
        of_version = file_rules(host.text(_FILES[version]))
        rules += of_version
        in_files.append(access(one.rule for one in of_version))
        in_kernel.append(access(kernel_rules(listed)))
    return UfwState(rules, both_versions(in_files), both_versions(in_kernel))
