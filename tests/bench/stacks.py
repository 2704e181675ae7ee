# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time one stack with this collection, with community.docker and with ``docker stack deploy``, on the same swarm.

The stack has 40 services, 10 secrets, 10 configs and 4 networks, in one Compose file on the host. Its services have no
replicas, so that the tools are measured and not the containers. The command line is timed on the host itself, without a
connection to it; the other two as whole plays. What Ansible takes for nothing, a play that only runs ``true`` on the host,
is timed as well.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import typing as t
from pathlib import Path

from bench import CACHE, OURS, ROOT, SDK, THEIRS, everywhere, give_sdk, leave, machine, run, spread

sys.path.insert(0, str(ROOT / "tests"))

from lab import Lab, LabError  # found by the path above

COMMAND, NOTHING = "docker stack deploy", "a play that only runs true"
FOLDER = "/srv/bench"
FILE = f"{FOLDER}/compose.json"
Times = dict[tuple[str, str], list[float]]


def compose(registry: str, changed: int = 0) -> dict[str, t.Any]:
    """The stack; ``changed`` is a variable of one service."""
    return {
        "version": "3.8",
        "services": {
            f"web{number}": {
                "image": f"{registry}/tiny:1",
                "environment": {"TIER": "bench", "NUMBER": str(number if number else changed)},
                "networks": {f"net{number % 4}": {}},
                "secrets": [f"secret{number % 10}"],
                "configs": [{"source": f"config{number % 10}", "target": "/etc/config"}],
                "volumes": ["data:/data"],
                "healthcheck": {"test": ["CMD", "true"], "interval": "30s", "timeout": "3s", "retries": 3},
                "deploy": {
                    "replicas": 0,
                    "labels": {"team": "a"},
                    "resources": {"limits": {"cpus": "0.5", "memory": "64M"}},
                    "update_config": {"parallelism": 2, "order": "start-first"},
                    "placement": {"constraints": ["node.role == manager"]},
                },
            }
            for number in range(40)
        },
        "networks": {f"net{number}": {} for number in range(4)},
        "volumes": {"data": {}},
        "secrets": {f"secret{number}": {"file": f"./secret{number}"} for number in range(10)},
        "configs": {f"config{number}": {"file": f"./config{number}"} for number in range(10)},
    }


def write(lab: Lab, changed: int = 0) -> None:
    """Put the stack's files on the host."""
    text = json.dumps(compose(lab.registry, changed))
    files = "".join(
        f"printf %s value{number} > {FOLDER}/{kind}{number}; "
        for kind in ("secret", "config")
        for number in range(10)
    )
    lab.host("m1").run(f"mkdir -p {FOLDER}; {files} cat > {FILE} <<'END'\n{text}\nEND")


def seconds(lab: Lab, inventory: Path, side: str) -> float:
    """Deploy the stack as it is written, without waiting for it; the seconds that took."""
    if side == COMMAND:
        done = lab.host("m1").run(
            f"begun=$(date +%s.%N); docker stack deploy -c {FILE} bench >/dev/null 2>&1 || exit 1; echo $begun $(date +%s.%N)",
            timeout=300,
        )
        begun, ended = map(float, done.stdout.split())
        return ended - begun
    tasks: dict[str, t.Any] = {
        OURS: {"flotilla.swarm.swarm_stack": {"name": "bench", "compose": [FILE], "wait": False}},
        THEIRS: {"community.docker.docker_stack": {"name": "bench", "compose": [FILE]}},
        NOTHING: {"ansible.builtin.raw": "true"},
    }
    book = CACHE / "stacks.yml"
    book.write_text(
        json.dumps([{"hosts": "m1", "gather_facts": False, "tasks": [tasks[side]]}]), encoding="utf-8"
    )
    return run([str(book), "-i", str(inventory)])


def clear(lab: Lab) -> None:
    """Remove the stack and wait until its networks are gone."""
    lab.host("m1").run(
        "docker stack rm bench >/dev/null 2>&1; "
        'while [ -n "$(docker network ls -qf name=bench_)" ]; do docker stack rm bench >/dev/null 2>&1; sleep 0.5; done'
    )


def measure(lab: Lab, inventory: Path, rounds: int, times: Times) -> None:
    """Time all sides in every situation."""
    sides = [OURS, THEIRS, COMMAND]

    def timed(what: str, side: str) -> None:
        took = seconds(lab, inventory, side)
        times.setdefault((what, side), []).append(took)
        print(f"  {what:<28} {side:<28} {took:7.2f} s", flush=True)

    for number in range(rounds):
        for side in sides[:: 1 if number % 2 == 0 else -1]:
            clear(lab)
            write(lab)
            timed("first deployment", side)
            timed("unchanged", side)
            write(lab, changed=1)
            timed("1 of 40 changed", side)
        timed(NOTHING, NOTHING)


def table(times: Times) -> str:
    """The result as a table in Markdown."""
    lines = [f"| stack | {OURS} | {THEIRS} | {COMMAND} |", "|---|---|---|---|"]
    middle = {key: statistics.median(seconds) for key, seconds in times.items()}
    nothing = middle[NOTHING, NOTHING]
    for what in dict.fromkeys(what for what, side in times if side == OURS):
        lines.append(
            f"| {what} | " + " | ".join(spread(times[what, side]) for side in (OURS, THEIRS, COMMAND)) + " |"
        )
    tasks = [f"{side} {middle['unchanged', side] - nothing:.1f} s" for side in (OURS, THEIRS)]
    ratio = middle["unchanged", THEIRS] / middle["unchanged", OURS]
    return "\n".join(
        [
            *lines,
            f"\n{NOTHING.capitalize()} takes {spread(times[NOTHING, NOTHING])}; beyond that, unchanged, {' and '.join(tasks)}.",
            f"\nUnchanged, {THEIRS} takes {ratio:.1f} times as long as {OURS}.",
        ]
    )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="compare stacks with community.docker and the command line")
    parser.add_argument("--rounds", type=int, default=2, help="rounds a side (default: 2)")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    times: Times = {}
    try:
        lab = Lab.up(name="bench", managers=1, workers=0, engine="26.1")
        try:
            leave(lab)
            everywhere(lab, "docker swarm init >/dev/null")
            give_sdk(lab, (*SDK, "jsondiff", "yaml"))
            inventory = CACHE / "stacks-hosts.yml"
            inventory.write_text(lab.inventory(), encoding="utf-8")
            measure(lab, inventory, options.rounds, times)
        finally:
            lab.down()
    except LabError as error:
        sys.exit(f"bench: {error}")
    print(
        f"\n{machine()}; median of {options.rounds} rounds (fastest–slowest), on one manager\n\n{table(times)}"
    )


if __name__ == "__main__":
    main()
