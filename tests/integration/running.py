# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the collection's playbooks as a user does, and see what they did to the Engines."""

from __future__ import annotations

import json
import re
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Lab, ansible_playbook

_RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


@dataclass
class Run:
    """What came of a run: exit status, all it printed, and the counts of its recap by host."""

    status: int
    text: str
    seconds: float

    @property
    def changed(self) -> dict[str, int]:
        """How many tasks changed something, by host."""
        return {found[1]: int(found[3]) for found in _RECAP.finditer(self.text)}

    @property
    def plan(self) -> list[str]:
        """The lines of the plan that ``--check --diff`` prints."""
        return [line[2:] for line in self.text.splitlines() if line.startswith("+ ")]

    def succeeded(self) -> Run:
        """This run, if it did succeed."""
        assert self.status == 0, self.text
        return self


def inventory_folder(lab: Lab, inventory: dict[str, t.Any], name: str = "site") -> Path:
    """A folder with an inventory, made of groups as in a YAML inventory; how hosts are reached is added."""
    folder = lab.inventory_file().parent / name
    folder.mkdir(exist_ok=True)
    (folder / "groups.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    reached = yaml.safe_load(lab.inventory())["all"]
    names = {name for group in groups_of(inventory) for name in group}
    hosts = {
        name: host
        for group in groups_of(reached["children"])
        for name, host in group.items()
        if name in names
    }
    everybody = {"all": {"vars": reached["vars"], "hosts": hosts}}
    (folder / "hosts.yml").write_text(yaml.safe_dump(everybody), encoding="utf-8")
    return folder


def site(
    lab: Lab,
    inventory: dict[str, t.Any],
    *arguments: str,
    book: str = "site",
    name: str = "site",
    **variables: t.Any,
) -> Run:
    """Run a playbook of the collection.

    Args:
        lab: the hosts.
        inventory: groups as in a YAML inventory; how hosts are reached is added.
        arguments: more for ``ansible-playbook``.
        book: the playbook's name.
        name: that of the inventory's folder, another one for each of several runs at the same time.
        variables: extra variables.
    """
    folder = inventory_folder(lab, inventory, name)
    start = time.monotonic()
    extra = ("-e", json.dumps(variables))
    done = ansible_playbook(folder, f"flotilla.swarm.{book}", *arguments, *extra, report=False)
    return Run(done.status, done.text, time.monotonic() - start)


def groups_of(groups: dict[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    """The ``hosts`` of every group, however deep."""
    for group in groups.values():
        yield {name: host or {} for name, host in ((group or {}).get("hosts") or {}).items()}
        yield from groups_of((group or {}).get("children") or {})


def nodes(lab: Lab, on: str) -> dict[str, list[dict[str, str]]]:
    """The nodes by host name, as a manager lists them: ``ID Status Availability ManagerStatus``."""
    listed: dict[str, list[dict[str, str]]] = {}
    for line in lab.host(on).run("docker node ls --format '{{json .}}'").stdout.splitlines():
        node = json.loads(line)
        listed.setdefault(node["Hostname"], []).append(node)
    return listed


def labels(lab: Lab, on: str, node: str) -> dict[str, str]:
    """The labels of a node, without the collection's memory."""
    shown = lab.host(on).run(f"docker node inspect {node} --format '{{{{json .Spec.Labels}}}}'").stdout
    found: dict[str, str] = json.loads(shown)
    found.pop("flotilla.declared", None)
    return found
