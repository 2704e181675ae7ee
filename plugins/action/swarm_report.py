# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a report of a swarm on the control node, from what hosts returned before."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report import write
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import Sources, document

Result = dict[str, t.Any]

_VARIABLE = {"type": "str"}
_SPEC: Result = {
    "dest": {"type": "path", "required": True},
    "format": {"type": "str", "choices": list(write.FORMATS)},
    "title": {"type": "str", "default": "Docker Swarm"},
    "zone_label": {"type": "str", "default": "zone"},
    "hosts": {"type": "list", "elements": "str"},
    "swarm_info": {"type": "str", "required": True},
    "service_info": _VARIABLE,
    "task_info": _VARIABLE,
    "network_info": _VARIABLE,
    "disk_info": _VARIABLE,
    "problems": {"type": "list", "elements": "str", "default": []},
}


class ActionModule(ActionBase):
    """See the module of the same name."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        """Run the action."""
        variables = task_vars or {}
        result: Result = super().run(tmp, variables)
        _validated, args = self.validate_argument_spec(_SPEC)
        made = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = document(_sources(args, variables), made, str(args["zone_label"]))
        form, title = write.format_of(args["dest"], args["format"]), str(args["title"])
        try:
            dest = write.place_of(args["dest"])
            write.check_writable(dest)
            changed = write.differs(dest, found, form, title)
            if not self._task.check_mode:
                write.write(dest, write.text_of(found, form, title))
        except FlotillaError as error:
            raise AnsibleActionFail(str(error)) from None
        return {**result, "changed": changed, "dest": dest, "format": form, "problems": found["problems"]}


def _sources(args: Result, variables: Result) -> Sources:
    """What the hosts returned, in values that nothing of Ansible is attached to."""
    hostvars = variables["hostvars"]
    hosts = args["hosts"] or variables.get("ansible_play_hosts_all") or list(hostvars)

    def of_each(option: str) -> dict[str, Result]:
        name = args[option]
        return {str(host): _plain(hostvars[host].get(name) or {}) for host in hosts} if name else {}

    def first(option: str, key: str) -> list[Result]:
        return next((found[key] for found in of_each(option).values() if found.get(key)), [])

    return Sources(
        hosts=of_each("swarm_info"),
        disks=of_each("disk_info"),
        services=first("service_info", "services"),
        tasks=t.cast("t.Any", first("task_info", "tasks")),
        networks=first("network_info", "networks"),
        problems=[str(sentence) for sentence in args["problems"]],
    )


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value
