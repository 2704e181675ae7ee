# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time services with this collection and with community.docker, on the same swarm: one task each.

This collection gets all services in one call, community.docker a loop over them, which is all that its module offers. The
services have no replicas, so that both are measured and not the containers, except where 20 are created: there, each has
one, and this collection is timed a second time while it waits until all have proven that they run.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import typing as t
from pathlib import Path

from bench import CACHE, OURS, ROOT, THEIRS, everywhere, give_sdk, leave, machine, run, spread

sys.path.insert(0, str(ROOT / "tests"))

from lab import Lab, LabError  # found by the path above

MODULES = {OURS: "flotilla.swarm.swarm_service", THEIRS: "community.docker.docker_swarm_service"}
Times = dict[tuple[str, str], list[float]]


def declared(registry: str, count: int, replicas: int, changed: int = 0) -> list[dict[str, t.Any]]:
    """Services as users have them, with a dozen options each."""
    return [
        {
            "name": f"web{number}",
            "image": f"{registry}/tiny:1",
            "replicas": replicas,
            "env": {"TIER": "bench", "NUMBER": str(number if number else changed)},
            "labels": {"team": "a", "number": str(number)},
            "networks": ["bench"],
            "limits": {"cpus": 0.5, "memory": "64M"},
            "reservations": {"memory": "8M"},
            "healthcheck": {"test": ["CMD", "true"], "interval": "30s", "timeout": "3s", "retries": 3},
            "mounts": [{"source": "data", "target": "/data", "type": "volume"}],
            "update_config": {
                "parallelism": 2,
                "delay": "1s",
                "order": "start-first",
                "failure_action": "rollback",
                "monitor": "5s",
                "max_failure_ratio": 0.1,
            },
            "restart_config": {"condition": "any", "delay": "5s", "max_attempts": 3, "window": "1m"},
            "placement": {"constraints": ["node.role == manager"]},
            "stop_grace_period": "5s",
        }
        for number in range(count)
    ]


def book(side: str, services: list[dict[str, t.Any]], wait: bool = True) -> Path:
    """Write the playbook of one side; only this collection can wait."""
    if side == OURS:
        task: dict[str, t.Any] = {MODULES[side]: {"services": services, "wait": wait}}
    else:
        # All that is declared is passed on, whatever it is.
        task = {MODULES[side]: "{{ item }}", "loop": services, "loop_control": {"label": "{{ item.name }}"}}
    path = CACHE / "services.yml"
    play = {"hosts": "m1", "gather_facts": False, "tasks": [{"name": "Deploy", **task}]}
    path.write_text(json.dumps([play]), encoding="utf-8")
    return path


def clear(lab: Lab) -> None:
    """Remove all services and wait for their containers."""
    lab.host("m1").run(
        "docker service ls -q | xargs -r docker service rm >/dev/null; "
        'while [ -n "$(docker ps -q)" ]; do sleep 0.2; done'
    )


def memory(lab: Lab, inventory: Path, services: list[dict[str, t.Any]]) -> float:
    """The most memory that this collection's module takes on the host, in MiB, for an unchanged run."""
    marker = "flotilla-bench-memory"
    # Modules come through the standard input of a Python, so any Python that runs meanwhile is one.
    watch = "for p in /proc/[0-9]*; do grep -qa ^/usr/bin/python3 $p/cmdline && grep VmHWM $p/status; done"
    lab.host("m1").run(
        f"nohup sh -c 'while :; do {watch}; sleep 0.01; done > /run/{marker} 2>/dev/null' >/dev/null 2>&1 & "
        f"echo $! > /run/{marker}.pid"
    )
    run([str(book(OURS, services)), "-i", str(inventory)])
    lab.host("m1").run(f"kill $(cat /run/{marker}.pid)", check=False)
    seen = [int(found) for found in re.findall(r"(\d+) kB", lab.host("m1").run(f"cat /run/{marker}").stdout)]
    return max(seen, default=0) / 1024


def measure(lab: Lab, inventory: Path, rounds: int, times: Times) -> None:
    """Time both sides in every situation."""

    def timed(what: str, side: str, services: list[dict[str, t.Any]], wait: bool = True) -> None:
        seconds = run([str(book(side, services, wait)), "-i", str(inventory)])
        times.setdefault((what, side), []).append(seconds)
        print(f"  {what:<28} {side:<20} {seconds:7.2f} s", flush=True)

    registry = lab.registry
    for number in range(rounds):
        for side in list(MODULES)[:: 1 if number % 2 == 0 else -1]:
            clear(lab)
            timed("20 created, not awaited", side, declared(registry, 20, 1), wait=False)
            clear(lab)
            if side == OURS:
                timed("20 created and awaited", side, declared(registry, 20, 1))
                clear(lab)
            run([str(book(side, declared(registry, 20, 0))), "-i", str(inventory)])
            timed("20 unchanged", side, declared(registry, 20, 0))
            # Made by this collection for both, since the other side takes minutes; each then takes them over once.
            run([str(book(OURS, declared(registry, 100, 0))), "-i", str(inventory)])
            if side == OURS:
                timed("100 unchanged", side, declared(registry, 100, 0))
                timed("100 unchanged", side, declared(registry, 100, 0))
            elif number == 0:
                timed("100 unchanged", side, declared(registry, 100, 0))
            if side == OURS or number == 0:
                timed("1 of 100 changed", side, declared(registry, 100, 0, changed=1))


def table(times: Times) -> str:
    """The result as a table in Markdown."""
    lines = [f"| services | {OURS} | {THEIRS} | {THEIRS} ÷ {OURS} |", "|---|---|---|---|"]
    for what in dict.fromkeys(what for what, _side in times):
        ours, theirs = times[what, OURS], times.get((what, THEIRS))
        if theirs is None:
            lines.append(f"| {what} | {spread(ours)} | cannot | |")
            continue
        ratio = statistics.median(theirs) / statistics.median(ours)
        lines.append(f"| {what} | {spread(ours)} | {spread(theirs)} | {ratio:.1f} |")
    growth = statistics.median(times["100 unchanged", OURS]) / statistics.median(times["20 unchanged", OURS])
    lines.append(f"\nUnchanged, 20 → 100 services: {OURS} {growth:.2f} times as long.")
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="compare services with community.docker on a test swarm")
    parser.add_argument("--rounds", type=int, default=2, help="rounds a side (default: 2)")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    times: Times = {}
    try:
        lab = Lab.up(name="bench", managers=1, workers=0)
        try:
            leave(lab)
            everywhere(
                lab,
                "docker swarm init >/dev/null && docker network create -d overlay --subnet 10.77.0.0/16 bench",
            )
            give_sdk(lab)
            inventory = CACHE / "services-hosts.yml"
            inventory.write_text(lab.inventory(), encoding="utf-8")
            measure(lab, inventory, options.rounds, times)
            peak = memory(lab, inventory, declared(lab.registry, 100, 0, changed=1))
        finally:
            lab.down()
    except LabError as error:
        sys.exit(f"bench: {error}")
    print(
        f"\n{machine()}; median of {options.rounds} rounds (fastest–slowest), on one manager\n\n{table(times)}"
    )
    print(f"Memory of the module for 100 services, on the host: {peak:.0f} MiB at most.")


if __name__ == "__main__":
    main()
