# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module swarm_firewall. PRIVATE to the collection."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._engine.errors import FlotillaError, Refused
from . import firewall
from . import plan as plans

OPTIONS: dict[str, t.Any] = {
    "members": {"type": "list", "elements": "str"},
    "manager": {"type": "bool", "default": False},
    "listen_port": {"type": "int", "default": 2377},
    "data_path_port": {"type": "int", "default": 4789},
    "encrypted_overlays": {"type": "bool", "default": False},
    "backend": {"type": "str", "default": "auto", "choices": ["auto", *plans.BACKENDS, "none"]},
    "keep": {"type": "bool", "default": False},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
}
REQUIRED_IF = [("state", "present", ["members"])]


def work(module: AnsibleModule) -> dict[str, t.Any]:
    """Look, plan, apply.

    Raises:
        FlotillaError: one sentence.
    """
    if os.geteuid() != 0:
        raise Refused("swarm_firewall needs root on this host; run it with become: true.")
    live = firewall.look(module.run_command)
    plan = plans.plan_arguments(live, module.params)
    if plan["changed"]:
        if module.check_mode:
            firewall.check(module.run_command, plan["backend"], plan)
        else:
            firewall.apply(module.run_command, plan["backend"], plan)
    result: dict[str, t.Any] = {
        "changed": plan["changed"],
        "backend": plan["backend"],
        "openings": plan["openings"],
        "guarded": plan["guarded"],
        "opened": plan["open"],
        "closed": plan["close"],
        "diff": plans.diff(live, plan),
    }
    if live["note"]:
        module.warn(live["note"])
        result["msg"] = live["note"]
    elif plan["backend"] == "none":
        result["msg"] = "No firewall is at work on this host, so nothing was opened and nothing is refused."
        if live["backend"] != "none":
            result["msg"] = f"The backend none was chosen, so {live['backend']} on this host was left alone."
    return result


def run(module: AnsibleModule) -> None:
    """Do the module's work, and end with its result or its error."""
    # Nothing here reads words of a program, but its errors are shown to the user.
    module.run_command_environ_update = {"LC_ALL": "C.UTF-8"}
    try:
        result = work(module)
    except FlotillaError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)
