# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks of community.docker with nothing but the modules' names changed, and networks that take their form from each host."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ansible_playbook
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call, shell

BOOK = Path(__file__).with_name("moving") / "tasks.yml"
FOLDER = "/srv/moving"


def test_their_playbooks_run_with_the_names_changed(alone: Stage) -> None:
    """M1: every task runs, and the results that their playbooks read are there."""
    tiny = f"{alone.lab.registry}/tiny:1"
    files = {
        "one.env": "COLOUR=red\nSHAPE=round\n",
        "two.env": "SHAPE=square\n",
        "content": "words of the host",
        "stack.yml": f"version: '3'\nservices:\n  web:\n    image: {tiny}\n",
    }
    alone.sh("m1", f"mkdir -p {FOLDER}")
    for name, text in files.items():
        alone.sh("m1", f"cat > {FOLDER}/{name} <<'END'\n{text}\nEND")
    variables = {
        "tiny": tiny,
        "folder": FOLDER,
        "interface": "eth0",
        "manager_address": alone.address("m1"),
        "own_address": alone.address("w1"),
    }
    done = ansible_playbook(alone.inventory, str(BOOK), "-e", json.dumps(variables), timeout=200)
    assert done.status == 0, done.text


def test_a_network_of_the_swarm_takes_its_form_from_each_host(single: Stage) -> None:
    """M2: a macvlan with the addresses of each host; what the swarm would drop is refused."""
    single.lab.host("w1").join(single.lab.host("m1"), "worker")

    def form(last: int) -> dict[str, object]:
        entry = {"subnet": "10.79.0.0/24", "iprange": f"10.79.0.{last}/26", "gateway": "10.79.0.1"}
        return {
            "name": "lan-of-host",
            "config_only": True,
            "driver_options": {"parent": "eth0"},
            "ipam_config": [entry],
        }

    lan = {"name": "lan", "driver": "macvlan", "config_from": "lan-of-host"}
    address = "docker inspect $(docker ps -q) --format '{{.NetworkSettings.Networks.lan.IPAddress}}'"
    service = {
        "name": "onlan",
        "mode": "global",
        "image": f"{single.lab.registry}/tiny:1",
        "networks": ["lan"],
    }
    dropped = {"name": "lan", "driver": "macvlan", "driver_options": {"parent": "eth0"}}
    results = single.run(
        call("m1", "swarm_network", **dropped),
        call("m1", "swarm_network", check=True, **form(64)),
        call("m1", "swarm_network", **form(64)),
        call("m1", "swarm_network", **form(64)),
        call("w1", "swarm_network", **form(128)),
        call("m1", "swarm_network", **lan),
        call("m1", "swarm_service", **service),
        call("m1", "swarm_network", **lan),
        shell("m1", address),
        shell("w1", address),
        call("m1", "swarm_network", **form(128), recreate=True),
        call("m1", "swarm_service", name="onlan", state="absent"),
        call("m1", "swarm_network", name="lan", state="absent"),
        call("m1", "swarm_network", **{**form(64), "state": "absent"}),
        call("m1", "swarm_network", **{**form(64), "state": "absent"}),
        call("w1", "swarm_network", **{**form(64), "state": "absent"}),
    )
    refused, checked, made, again, on_worker, *_lan, unchanged, here, there, in_use = results[:11]
    assert refused["failed"] and "config_only: true on every host" in refused["msg"]
    assert [one["changed"] for one in (checked, made, again, on_worker)] == [True, True, False, True]
    assert checked["diff"] == made["diff"]
    assert not unchanged["changed"]
    assert here["stdout"].startswith("10.79.0.") and here["stdout"] != there["stdout"]
    assert (int(here["stdout"].rsplit(".", 1)[1]) < 128, there["stdout"]) == (True, "10.79.0.128")
    assert in_use["failed"] and "remove them or that network first" in in_use["msg"]
    assert [one["changed"] for one in results[11:]] == [True, True, True, False, True]
