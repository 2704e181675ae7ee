# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between the inventory and the swarm, from what was planned and read."""

from __future__ import annotations

import fnmatch
import typing as t

from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import NAMESPACE

DOCUMENTATION = r"""
name: swarm_drift
short_description: What differs between the inventory and the swarm
description:
  - Combines the plan of the site, that of the deployment, and what the swarm has and the inventory declares nowhere.
  - The playbook C(flotilla.swarm.drift) prints its lines.
author:
  - Flotilla contributors (@flotilla-swarm)
positional: infos, declared, found
options:
  _input:
    description: The hosts, by their inventory names.
    type: list
    elements: str
    required: true
  infos:
    description: What M(flotilla.swarm.swarm_info) returned on each host, by its name.
    type: dict
    required: true
  declared:
    description:
      - The lists of the inventory - C(networks), C(secrets), C(configs), C(services), C(stacks).
    type: dict
    required: true
  found:
    description:
      - C(site), the lines of the site's plan; C(deploy), the result of M(flotilla.swarm.swarm_deploy) in check mode; and
        C(networks), C(secrets), C(configs), C(services), the lists that the info modules returned.
    type: dict
    required: true
  ignore:
    description: Patterns of names, such as V(ci-*), of objects and nodes that the inventory need not declare.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Say what differs
  ansible.builtin.debug:
    msg: "{{ (ansible_play_hosts_all | flotilla.swarm.swarm_drift(infos, declared, found, ignore=['ci-*'])).lines }}"
"""

RETURN = r"""
_value:
  description:
    - C(drift), whether anything differs; C(site), C(deploy) and C(undeclared), what differs, in sentences; C(diff), the options
      that differ, without values that may be secrets; C(failures), what could not be read, in sentences; C(lines), all of it.
  type: dict
"""

Result = dict[str, t.Any]
KINDS = ("networks", "secrets", "configs", "services")
# What a host can be without anything being unknown of it: one in no swarm is a difference, which the site's plan tells.
_KNOWN = ("manager", "worker", "inactive")


def swarm_drift(
    hosts: list[str], infos: Result, declared: Result, found: Result, ignore: t.Sequence[str] = ()
) -> Result:
    """See DOCUMENTATION."""
    deploy = found.get("deploy") or {}
    parts = {
        "site": list(found.get("site") or []),
        "deploy": list(deploy.get("actions") or []),
        "undeclared": [
            f"{word} {name}: declared nowhere"
            for word, name in _undeclared(infos, declared, found, hosts)
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in ignore)
        ],
    }
    failures = [line for host in hosts for line in _failure(host, infos.get(host) or {})]
    return {
        "drift": any(parts.values()),
        **parts,
        "diff": _diff(deploy),
        "failures": failures,
        "lines": [line for part in parts.values() for line in part] or ["Nothing differs."],
    }


def _diff(deploy: Result) -> list[Result]:
    """The options that differ, by object."""
    diff = deploy.get("diff") or []
    return [
        {"name": one.get("before_header"), "before": one.get("before"), "after": one.get("after")}
        for one in ([diff] if isinstance(diff, dict) else diff)
    ]


def _failure(host: str, info: Result) -> list[str]:
    if info.get("state") in _KNOWN:
        return []
    return [f"{host}: {info.get('why') or 'was not reached.'}"]


def _undeclared(
    infos: Result, declared: Result, found: Result, hosts: list[str]
) -> t.Iterator[tuple[str, str]]:
    """The kind and the name of each object that the inventory does not have."""
    yield from (("node", name) for name in _nodes(infos, hosts))
    stacks = {one["name"] for one in declared.get("stacks") or []}
    objects = {kind: [(one["name"], _stack_of(one)) for one in _own(found.get(kind) or [])] for kind in KINDS}
    others = {stack for members in objects.values() for _name, stack in members if stack} - stacks
    # A stack is told of once, unless the inventory declares what it has one by one, as an export does.
    names = {kind: {one["name"] for one in declared.get(kind) or []} for kind in KINDS}
    missing = {
        kind: [(name, stack) for name, stack in members if name not in names[kind] and stack not in stacks]
        for kind, members in objects.items()
    }
    yield from (
        ("stack", stack)
        for stack in sorted(others)
        if any(stack == one for members in missing.values() for _name, one in members)
    )
    deploy = found.get("deploy") or {}
    told = " ".join(deploy.get("actions") or [])
    for kind, members in missing.items():
        left = [name for name in (deploy.get("undeclared") or {}).get(kind) or [] if f"{name}: " not in told]
        yield from (
            (kind[:-1], name) for name in sorted([*(name for name, stack in members if not stack), *left])
        )


def _own(objects: list[Result]) -> list[Result]:
    """Without the network that every swarm has by itself."""
    return [one for one in objects if not one.get("ingress")]


def _stack_of(one: Result) -> str | None:
    """The stack of a service or a network, or of the current version of a secret or a config."""
    labels = one.get("labels") or (one.get("versions") or [{}])[0].get("labels") or {}
    stack: str | None = labels.get(NAMESPACE)
    return stack


def _nodes(infos: Result, hosts: list[str]) -> list[str]:
    manager: Result = next((one for one in infos.values() if (one or {}).get("state") == "manager"), {})
    known = {(one or {}).get("node_id") for one in infos.values()}
    return sorted(
        node["hostname"]
        for node in manager.get("nodes") or []
        # The node of a host that could not be read is known by its name only.
        if node["id"] not in known and node["hostname"] not in hosts
    )


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name the filters."""
        return {"swarm_drift": swarm_drift}
