# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan a run on the control node, from the inventory and what ``swarm_host_info`` read on each host."""

from __future__ import annotations

import typing as t
import uuid

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm import info
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.screen import show
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control.settings import load_filter
from ansible_collections.flotilla.swarm.plugins.plugin_utils._engine.plan import STEPS
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site import inventory
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.members import Member
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.membership import MembershipPlan
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.plan import SitePlan, build
from ansible_collections.flotilla.swarm.plugins.plugin_utils._site.variables import (
    check_seen_by_all,
    names_of_host,
    read_member,
)

load_filter()

# Where the role swarm_plan registers the result of swarm_host_info.
_HOST_INFO = "__swarm_plan_info"

# Where it registers the plan.
_PLAN = "__swarm_plan"

# The task files of the role swarm_quorum, in their order, each with the parts of the plan that need it.
_QUORUM_STEPS = {
    "prove": ("prove",),
    "reset": ("reset",),
    "swarm": ("init", "settings"),
    "stale": ("stale",),
    "join": ("join_managers", "join_workers"),
    "nodes": ("init", "join_managers", "join_workers", "roles_to_change"),
}


class ActionModule(ActionBase):
    """Reads every host's variables and facts, refuses early, and returns the plan. Changes nothing."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the action."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validated, args = self.validate_argument_spec(
            {
                "stage": {"type": "str", "choices": ["inventory", "hosts"], "default": "hosts"},
                "status": {"type": "bool", "default": False},
            }
        )
        try:
            members = self._members(task_vars or {})
            groups = (task_vars or {})["groups"]
            warnings = inventory.check_managers(groups, members)
            if args["stage"] == "inventory":
                return {**result, "changed": False, "warnings": warnings}
            plan = build(members, inventory.chosen_by_size(groups))
        except FlotillaError as error:
            raise AnsibleActionFail(str(error)) from None
        self._show(plan, (task_vars or {}).get(_PLAN))
        if args["status"] and not plan.lines:
            show(_status(members))
        return {**result, **self._result(plan, members), "warnings": warnings + plan.warnings}

    def _members(self, task_vars: dict[str, t.Any]) -> list[Member]:
        hostvars, groups = task_vars["hostvars"], task_vars["groups"]
        check_seen_by_all(task_vars, hostvars.raw_get(task_vars["inventory_hostname"]))
        members = []
        for name in inventory.host_names(groups):
            variables = _needed(hostvars[name])
            member = read_member(name, variables, names_of_host(hostvars, name, self._loader))
            member.host = (variables.get(_HOST_INFO) or {}).get("host")
            members.append(member)
        inventory.set_roles(groups, members)
        return members

    def _show(self, plan: SitePlan, before: dict[str, t.Any] | None) -> None:
        """Print the plan before it is carried out; of a second plan only what the first one did not have."""
        if self._task.check_mode and self._task.diff:
            return
        shown = (before or {}).get("lines", [])
        nothing = ["Nothing has to be changed."] if not plan.lines and before is None else []
        show(nothing + [f"+ {line}" for line in plan.lines if line not in shown])

    def _result(self, plan: SitePlan, members: list[Member]) -> dict[str, t.Any]:
        """The result. In check mode the plan is in its diff, and the roles find nothing to carry out."""
        check = bool(self._task.check_mode)
        shown = {"lines": plan.lines, "roles": {member.name: member.role for member in members}}
        if check:
            plan = SitePlan(MembershipPlan(entry=plan.membership.entry))
        parts = _parts(plan)
        return {
            # Keeps this run's port proofs apart from those of another run that goes on at the same time.
            "run": uuid.uuid4().hex,
            "changed": check and bool(shown["lines"]),
            "diff": {"prepared": "".join(f"+ {line}\n" for line in shown["lines"])} if check else {},
            **shown,
            **parts,
            "steps": _steps(parts),
            "engine_steps": _engine_steps(parts),
            "quorum_steps": _quorum_steps(parts),
            "todo": _todo(parts, _reached(members)),
            "engines_todo": _reached(members) if _engines_pending(parts) else [],
            "manager_after": _manager_after(members, parts["entry"]),
        }


def _reached(members: list[Member]) -> list[str]:
    return [member.name for member in members if member.host]


def _status(members: list[Member]) -> list[str]:
    """The swarm as lines of text, as a manager of it saw it when the hosts were read."""
    swarms = [member.host["swarm"] for member in members if member.host]
    return next((info.lines(swarm) for swarm in swarms if swarm["state"] == "manager"), [])


def _manager_after(members: list[Member], entry: str | None) -> str | None:
    """A host that was reached and is a manager once the plan is carried out; the one that is asked before, if it stays."""
    names = [member.name for member in members if member.host and member.role == "manager"]
    return entry if entry in names else next(iter(names), entry)


def _parts(plan: SitePlan) -> dict[str, t.Any]:
    """The plan as the arguments of the roles' tasks."""
    membership = plan.membership
    promoted = [{"hostname": node["id"], "role": "manager"} for node in membership.promote.values()]
    demoted = [{"hostname": node["id"], "role": "worker"} for node in membership.demote.values()]
    return {
        "hosts": plan.hosts,
        "entry": membership.entry,
        "init": membership.init,
        "reset": membership.reset,
        "join_managers": [name for name, role in membership.join.items() if role == "manager"],
        "join_workers": [name for name, role in membership.join.items() if role == "worker"],
        "stale": [{"hostname": node["id"], "state": "absent"} for node in membership.stale],
        "roles_to_change": promoted + demoted,
        "settings": plan.settings,
        "labels": plan.labels,
        "prove": plan.prove,
    }


def _needed(variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Only what the plan reads, since each value is templated when it is read."""
    needed = (_HOST_INFO, "ansible_host")
    return {name: variables[name] for name in list(variables) if name in needed or name.startswith("swarm_")}


def _steps(parts: dict[str, t.Any]) -> list[dict[str, str]]:
    """The roles and their task files that carry the plan out, once the Engines run."""
    planned = {name for part in parts["hosts"].values() for name in part}
    needed = {
        ("swarm_firewall", "install"): "firewall_package" in planned,
        ("swarm_firewall", "open"): "firewall" in planned,
        ("swarm_labels", "labels"): parts["labels"],
        **{("swarm_quorum", step): True for step in _quorum_steps(parts)},
        ("swarm_firewall", "close"): "firewall_after" in planned,
    }
    found = [one for one, need in needed.items() if need]
    if found and not parts["init"] and parts["entry"]:
        # Of two runs that form a swarm, the second one finds what the first one did.
        found.insert(0, ("swarm_quorum", "hold"))
    return [{"role": role, "tasks": tasks} for role, tasks in found]


def _engine_steps(parts: dict[str, t.Any]) -> list[str]:
    """The steps that the Engine of some host needs: the same list on every host, so that each has them in the same order."""
    engines = [part["engine"]["steps"] for part in parts["hosts"].values() if "engine" in part]
    return [step for step in STEPS if any(step in steps for steps in engines)]


def _quorum_steps(parts: dict[str, t.Any]) -> list[str]:
    return [name for name, causes in _QUORUM_STEPS.items() if any(parts[cause] for cause in causes)]


def _engines_pending(parts: dict[str, t.Any]) -> bool:
    """Whether an Engine is changed first, after which the hosts are read again."""
    return any("engine" in part for part in parts["hosts"].values())


def _todo(parts: dict[str, t.Any], reached: list[str]) -> list[str]:
    """The hosts on which something has to be done, in the inventory's order; the others are left alone."""
    if _engines_pending(parts):
        return reached
    hosts = set(parts["hosts"]) | set(parts["reset"])
    if hosts or parts["stale"] or parts["roles_to_change"] or parts["settings"] or parts["labels"]:
        hosts.add(parts["entry"])
    return [name for name in reached if name in hosts]
