# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a firewall backend is, and which backends there are. PRIVATE to the collection. Pure.

A new backend is a file in this folder with the names of ``Backend``, and a row of ``REGISTRY`` with the function that
imports the file. The backends are imported only when they are needed: every run reads every host's firewall, and to
load all of the backends takes a host longer than to read the few files that say which of them can be at work.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .host import Host
    from .plan import FirewallPlan, LiveFirewall

UFW_CONF = "/etc/ufw/ufw.conf"
# Where the backend nftables keeps its rules.
NFTABLES_FILES = "/etc/flotilla/firewall"


class Reading(t.NamedTuple):
    """What a backend reads on a host.

    Attributes:
        live: what the firewall lets members do; None where it does not filter.
        note: a sentence for the user, or None.
    """

    live: LiveFirewall | None = None
    note: str | None = None


class Backend(t.Protocol):
    """A firewall. Every function raises FirewallError where the firewall refuses or does not answer."""

    def read(self, host: Host) -> Reading:
        """Read what the firewall lets members do, now and after the next boot."""

    def check(self, host: Host, plan: FirewallPlan) -> None:
        """Refuse a plan that would do harm, without changing anything."""

    def apply(self, host: Host, plan: FirewallPlan) -> None:
        """Let through what the plan says, whatever rules of ours are there now."""

    def remove(self, host: Host) -> None:
        """Remove every rule of ours, and nothing else; the firewall may be inactive."""


class Registration(t.NamedTuple):
    """What is known of a backend before it is imported.

    Attributes:
        name: its name, which is a choice of the option ``backend``.
        tool: the program that has to be installed for it.
        may_filter: whether a host's files allow that it filters there; no program is started to learn that.
        load: imports it.
        standalone: whether it can be chosen on a host where no firewall is active.
        files: the directory of those of its rules that stay in force beside another firewall, if there are any.
    """

    name: str
    tool: str
    may_filter: t.Callable[[Host], bool]
    load: t.Callable[[], Backend]
    standalone: bool = False
    files: str | None = None


# Import statements rather than import_module(name): a program that is sent to a host carries the files that are named
# in import statements, and mypy sees here whether a file has everything that Backend asks for.
def _firewalld() -> Backend:
    from . import firewalld

    return firewalld


def _ufw() -> Backend:
    from . import ufw

    return ufw


def _nftables() -> Backend:
    from . import nftables

    return nftables


#: Every backend, in the order in which a host is searched for them: firewalld and ufw put their own rules into nftables.
REGISTRY: tuple[Registration, ...] = (
    Registration("firewalld", "firewall-cmd", lambda host: host.active("firewalld.service"), _firewalld),
    Registration(
        "ufw", "ufw", lambda host: host.has_tool("ufw") and host.setting(UFW_CONF, "ENABLED") == "yes", _ufw
    ),
    Registration("nftables", "nft", lambda host: host.has_tool("nft"), _nftables, True, NFTABLES_FILES),
)


def names() -> list[str]:
    """The names of the backends."""
    return [row.name for row in REGISTRY]


def registration(name: str) -> Registration:
    """The registration of a backend."""
    return next(row for row in REGISTRY if row.name == name)
