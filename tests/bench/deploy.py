# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time a deployment of 40 services, 10 secrets, 10 configs and a network that changes nothing, on a swarm of five hosts.

Whole runs of ``ansible-playbook`` are timed: a play with the one task, the playbooks ``deploy`` and ``site``, and, for what
Ansible takes for nothing, a play that only runs ``true`` on one host. The services have no replicas, so that no containers
are measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import typing as t

from bench import CACHE, ROOT, run, spread

sys.path.insert(0, str(ROOT / "tests"))

from lab import Lab, LabError  # found by the path above

VENV = ROOT / ".venv"
KINDS = ("networks", "secrets", "configs", "services", "stacks")


def declared(registry: str) -> dict[str, t.Any]:
    """The variables of the inventory."""
    return {
        "swarm_networks": [{"name": "bench"}],
        "swarm_secrets": [{"name": f"secret{number}", "data": f"value{number}"} for number in range(10)],
        "swarm_configs": [{"name": f"config{number}", "data": f"value{number}"} for number in range(10)],
        "swarm_services": [
            {
                "name": f"web{number}",
                "image": f"{registry}/tiny:1",
                "replicas": 0,
                "env": {"TIER": "bench", "NUMBER": str(number)},
                "networks": ["bench"],
                "secrets": [{"secret_name": f"secret{number % 10}"}],
                "configs": [{"config_name": f"config{number % 10}", "filename": "/etc/config"}],
                "labels": {"team": "a"},
                "limits": {"cpus": 0.5, "memory": "64M"},
                "update_config": {"parallelism": 2, "order": "start-first"},
            }
            for number in range(40)
        ],
    }


def books(lab: Lab) -> dict[str, list[str]]:
    """What is timed, and the arguments of the command."""
    inventory, variables = CACHE / "deploy-hosts.yml", CACHE / "deploy-declared.json"
    inventory.write_text(lab.inventory(), encoding="utf-8")
    variables.write_text(json.dumps({"swarm": {"vars": declared(lab.registry)}}), encoding="utf-8")
    lists = {kind: f"{{{{ swarm_{kind} | default([]) }}}}" for kind in KINDS}
    tasks = {"true": {"ansible.builtin.raw": "true"}, "one": {"flotilla.swarm.swarm_deploy": lists}}
    for name, task in tasks.items():
        play = {"hosts": "m1", "gather_facts": False, "tasks": [task]}
        (CACHE / f"deploy-{name}.yml").write_text(json.dumps([play]), encoding="utf-8")
    where = ["-i", str(inventory), "-i", str(variables)]
    return {
        "a play that only runs true": [str(CACHE / "deploy-true.yml"), *where],
        "one task, unchanged": [str(CACHE / "deploy-one.yml"), *where],
        "deploy, unchanged": ["flotilla.swarm.deploy", *where],
        "site and deploy, unchanged": ["flotilla.swarm.site", "flotilla.swarm.deploy", *where],
    }


def measure(lab: Lab, rounds: int) -> dict[str, list[float]]:
    """Deploy once, and time what is done when nothing changes."""
    runs = books(lab)
    run(runs["site and deploy, unchanged"], VENV)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _round in range(rounds):
        for name, arguments in runs.items():
            times[name].append(run(arguments, VENV))
            print(f"  {name:<28} {times[name][-1]:6.2f} s", flush=True)
    return times


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="time a deployment that changes nothing")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default: 5)")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        lab = Lab.up(name="bench", managers=3, workers=2, engine="26.1")
        try:
            times = measure(lab, options.rounds)
        finally:
            lab.down()
    except LabError as error:
        sys.exit(f"bench: {error}")
    rows = [f"| {name} | {spread(seconds)} |" for name, seconds in times.items()]
    print(f"\nMedian of {options.rounds} rounds (fastest–slowest)\n\n| run | time |\n|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
