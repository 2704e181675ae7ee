# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb swarm_firewall: open the swarm's ports to its members only. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from .._engine.errors import Refused
from .._run.commands import run_command
from .._run.interface import Interface
from .._run.verb import Verb
from . import backend as backends
from .host import FirewallError, Host
from .plan import FirewallPlan, LiveFirewall, diff, plan_firewall, plan_options
from .read import leftovers, read_firewall

ARGUMENTS: dict[str, t.Any] = {
    "members": {"type": "list", "elements": "str"},
    "manager": {"type": "bool", "default": False},
    "listen_port": {"type": "int", "default": 2377},
    "data_path_port": {"type": "int", "default": 4789},
    "encrypted_overlays": {"type": "bool", "default": False},
    "public_ports": {"type": "list", "elements": "int"},
    "vrrp_peers": {"type": "list", "elements": "str"},
    "backend": {"type": "str", "default": "auto", "choices": ["auto", *backends.names(), "none"]},
    "keep": {"type": "bool", "default": False},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
}
RULES: dict[str, t.Any] = {"required_if": [("state", "present", ["members", "public_ports"], True)]}


def work(options: dict[str, t.Any], check_mode: bool, _client: None) -> dict[str, t.Any]:
    """Read, plan and apply on this host.

    Raises:
        Refused: not root, or options that cannot be carried out.
        FirewallError: the firewall refused, or does not do what it accepted.
    """
    if os.geteuid() != 0:
        raise Refused("swarm_firewall needs root on this host; run it with become: true.")
    return deploy(Host(run_command), options, check_mode)


def deploy(host: Host, options: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Read, plan and apply on a host; returns the result of the module."""
    live = read_firewall(host)
    plan = plan_options(live, options)
    if plan["changed"]:
        if check_mode:
            backends.registration(plan["backend"]).load().check(host, plan)
        else:
            apply(host, plan)
    result: dict[str, t.Any] = {
        "changed": plan["changed"],
        "backend": plan["backend"],
        "openings": plan["openings"],
        "guarded": plan["guarded"],
        "opened": plan["open"],
        "closed": plan["close"],
        "diff": diff(live, plan),
    }
    if live["note"]:
        result["warnings"] = [live["note"]]
    message = _message(live, plan)
    return {**result, "msg": message} if message else result


def _message(live: LiveFirewall, plan: FirewallPlan) -> str | None:
    """What the user has to know where no firewall was changed, or where another tool filters too."""
    if live["note"] or plan["backend"] != "none":
        return live["note"]
    if live["backend"] != "none":
        return f"The backend none was chosen, so {live['backend']} on this host was not changed."
    return "No firewall is active on this host, so no port was opened and no port is refused."


def apply(host: Host, plan: FirewallPlan) -> None:
    """Carry out a plan, and make sure that nothing is left to do.

    Raises:
        FirewallError: the firewall refused, or does not do what it accepted.
    """
    backend = backends.registration(plan["backend"]).load()
    backend.check(host, plan)
    if plan["openings"]:
        backend.apply(host, plan)
    else:
        backend.remove(host)
    for row in leftovers(host, plan["backend"]):
        row.load().remove(host)
    left = plan_firewall(read_firewall(host), plan["openings"])
    if left["changed"]:
        missing = [*left["open"], *left["close"], *left["guard"], *left["unguard"]]
        what = ", ".join(missing[:3]) or "what loads them at boot"
        raise FirewallError(
            f"{plan['backend']} accepted the rules for the swarm's ports on this host, but they are not in force "
            f"({what}); check the rules of {plan['backend']}, and of other tools, for one that overrides them.",
            facts={"firewall": left},
        )


VERB = Verb(Interface(ARGUMENTS, RULES, connects=False), work)
