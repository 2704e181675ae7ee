# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin on a real swarm, and the collection's playbooks on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import DEPRECATED, ROOT

if t.TYPE_CHECKING:
    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster


def _asked(command: str, *arguments: str, **environment: str) -> str:
    """What one of Ansible's programs prints; it has to succeed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command)), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "tree"),
            "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            **environment,
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert DEPRECATED not in done.stderr
    return done.stdout


def _listed(path: Path, **environment: str) -> dict[str, t.Any]:
    text = _asked("ansible-inventory", "-i", str(path), "--list", **environment)
    # So it marks texts that no template is read from.
    found: dict[str, t.Any] = json.loads(text, object_hook=lambda one: one.get("__ansible_unsafe", one))
    return found


def test_nodes_are_hosts_through_any_manager_and_playbooks_run_on_them(
    cluster: Cluster, tmp_path: Path
) -> None:
    """V3."""
    cluster.sh("docker node update --availability drain --label-add zone=a w2")
    key = cluster.lab.inventory_file().parent / "key"
    # As a user's ssh would find it.
    command = tmp_path / "ssh"
    command.write_text(
        f"#!/bin/sh\nexec /usr/bin/ssh -i {key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
        '-o LogLevel=ERROR "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    path = tmp_path / "my_swarm.yml"
    managers = [cluster.lab.host(name).address for name in ("m1", "m2")]
    given = {
        "plugin": "flotilla.swarm.swarm",
        "docker_host": [f"ssh://root@{address}" for address in managers],
        "use_ssh_client": True,
        "verbose_output": False,
        "keyed_groups": [{"prefix": "arch", "key": "Description.Platform.Architecture"}],
        "compose": {"ansible_user": "'root'", "ansible_ssh_private_key_file": repr(str(key))},
    }
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    found_ssh = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    listed = _listed(path, **found_ssh)
    assert listed["swarm_managers"]["hosts"] == ["m1", "m2", "m3"]
    assert listed["swarm_workers"]["hosts"] == ["w1", "w2"]
    assert listed["swarm_availability_drain"]["hosts"] == listed["swarm_label_zone_a"]["hosts"] == ["w2"]
    assert listed["arch_x86_64"]["hosts"] == ["m1", "m2", "m3", "w1", "w2"]
    assert len(listed["leader"]["hosts"]) == 1
    variables = listed["_meta"]["hostvars"]
    assert {name: variables[name]["ansible_host"] for name in variables} == {
        name: cluster.lab.host(name).address for name in ("m1", "m2", "m3", "w1", "w2")
    }

    # A manager that is off is passed over; with a cache, nobody is asked.
    cached = {"ANSIBLE_INVENTORY_CACHE": "true", "ANSIBLE_INVENTORY_CACHE_PLUGIN": "jsonfile"}
    cached |= {"ANSIBLE_INVENTORY_CACHE_CONNECTION": str(tmp_path / "cache"), **found_ssh}
    cluster.sh("systemctl stop docker.socket docker")
    try:
        assert "m1" in _listed(path, **cached)["swarm_managers"]["hosts"]
        given["docker_host"] = ["ssh://root@127.0.0.1:9"]
        path.write_text(yaml.safe_dump(given), encoding="utf-8")
        assert "m1" in _listed(path, **cached)["swarm_managers"]["hosts"]
    finally:
        cluster.sh("systemctl start docker")
        given["docker_host"] = [f"ssh://root@{managers[1]}"]
        path.write_text(yaml.safe_dump(given), encoding="utf-8")

    # What was formed from an inventory of files is shown and deployed to from the swarm's own.
    cluster.until(lambda: cluster.stage.node("m1")["Status"]["State"] == "ready")
    cluster.sh("docker node update --availability active --label-rm zone w2")
    ssh = {**found_ssh, "ANSIBLE_HOST_KEY_CHECKING": "false"}
    shown = _asked("ansible-playbook", "-i", str(path), "flotilla.swarm.status", **ssh)
    assert "Swarm " in shown and "Every node is fine." in shown
    service = {"swarm_services": [{"name": "web", "image": f"{cluster.image}:1"}]}
    deployed = _asked(
        "ansible-playbook", "-i", str(path), "flotilla.swarm.deploy", "-e", json.dumps(service), **ssh
    )
    assert "web: created" in deployed
