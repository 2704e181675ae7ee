# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time the same job with this collection and with community.docker, on the same hosts: a swarm and its labels.

For each size, the hosts are made once, with Docker. In each round each side gets hosts that are in no swarm, runs
once (formation) and then again (nothing to change). Both run with the same ansible-core, pipelining and forks; which
side begins changes from round to round. Docker SDK for Python, which community.docker needs on the hosts, is put
there beforehand and not counted. This collection runs its whole site playbook: Engine, firewall and reachability of
the peers are looked at too. What the proof that the ports are open costs is told apart by a third side without it.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "bench"
VENV = ROOT / ".cache" / "bench-venv"
sys.path.insert(0, str(ROOT / "tests"))

from lab import Lab, LabError  # noqa: E402  # found by the path above

OURS, THEIRS, UNPROVEN = "flotilla.swarm", "community.docker", "flotilla.swarm, ports not proven"
# What each side gives to ansible-playbook.
SIDES = {
    OURS: ["flotilla.swarm.site"],
    THEIRS: [str(ROOT / "tests" / "bench" / "community_docker.yml")],
    UNPROVEN: ["flotilla.swarm.site", "-e", "swarm_quorum_prove_ports=false"],
}
# What Docker SDK for Python imports; all of it works as plain Python.
SDK = ("docker", "requests", "urllib3", "certifi", "idna", "charset_normalizer")

# (size, side, "first" | "second") -> seconds of each run
Times = dict[tuple[int, str, str], list[float]]


def everywhere(lab: Lab, command: str) -> None:
    """Run a shell command on all hosts at once."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda host: host.run(command), lab.hosts))


def leave(lab: Lab) -> None:
    """Bring all hosts back to: in no swarm."""
    everywhere(lab, "docker swarm leave --force >/dev/null 2>&1 || true")


def give_sdk(lab: Lab, needed: tuple[str, ...] = SDK) -> None:
    """Put packages on the hosts that community.docker needs there, from the venv of the benchmark."""
    [packages] = VENV.glob("lib/python3*/site-packages")
    archive = subprocess.run(
        ["tar", "-C", str(packages), "--exclude=__pycache__", "--exclude=*.so", "-czf", "-", *needed],
        check=True,
        capture_output=True,
    ).stdout
    unpack = "d=$(python3 -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))'); mkdir -p $d; tar -C $d -xzf -"
    for host in lab.hosts:
        subprocess.run(host.ssh_command(unpack), input=archive, check=True)


def play(side: str, inventories: list[Path]) -> float:
    """Run a side's playbook; the seconds it took."""
    return run(SIDES[side] + [word for inventory in inventories for word in ("-i", str(inventory))])


def run(arguments: list[str], venv: Path = VENV) -> float:
    """Run ansible-playbook as both sides do; the seconds it took.

    Args:
        arguments: of the command.
        venv: where Ansible is.

    Raises:
        SystemExit: it failed.
    """
    env = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "tree"),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_FORKS": "10",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
    }
    command = [str(venv / "bin" / "ansible-playbook"), *arguments]
    start = time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        sys.exit(f"{arguments[0]} failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return seconds


def turns(number: int) -> list[str]:
    """The order of the sides in a round: each begins in turn."""
    first = number % len(SIDES)
    return [*list(SIDES)[first:], *list(SIDES)[:first]]


def measure(size: int, rounds: int, times: Times) -> None:
    """Make a lab of so many hosts and time both sides on it."""
    lab = Lab.up(name="bench", managers=3, workers=size - 3)
    try:
        give_sdk(lab)
        inventory = CACHE / f"hosts-{size}.yml"
        inventory.write_text(lab.inventory(), encoding="utf-8")
        inventories = [inventory, ROOT / "tests" / "bench" / "labels.yml"]
        for number in range(rounds):
            for side in turns(number):
                leave(lab)
                for run in ("first", "second", "second"):
                    seconds = play(side, inventories)
                    times.setdefault((size, side, run), []).append(seconds)
                    print(
                        f"  {size} hosts  round {number + 1}  {side:<32} {run:<7} {seconds:6.2f} s",
                        flush=True,
                    )
    finally:
        lab.down()


def spread(seconds: list[float]) -> str:
    """The median, and the range in brackets."""
    return f"{statistics.median(seconds):.1f} s ({min(seconds):.1f}–{max(seconds):.1f})"


def machine() -> str:
    """The machine and the versions in one line."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    versions = json.loads(
        subprocess.run(
            [
                str(VENV / "bin" / "ansible-galaxy"),
                "collection",
                "list",
                "community.docker",
                "--format",
                "json",
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    docker = next(iter(versions.values()))["community.docker"]["version"]
    core = subprocess.run(
        [str(VENV / "bin" / "ansible"), "--version"], check=True, capture_output=True, text=True
    ).stdout
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB, {core.splitlines()[0]}, community.docker {docker}"


def table(sizes: list[int], times: Times) -> str:
    """The result as a table in Markdown, with what going from the smallest to the largest size costs."""
    lines = [f"| hosts | run | {' | '.join(SIDES)} | {OURS} ÷ {THEIRS} |", "|---" * (len(SIDES) + 3) + "|"]
    middle = {key: statistics.median(seconds) for key, seconds in times.items()}
    for size in sizes:
        for run in ("first", "second"):
            cells = [spread(times[size, side, run]) for side in SIDES]
            ratio = middle[size, OURS, run] / middle[size, THEIRS, run]
            lines.append(f"| {size} | {run} | {' | '.join(cells)} | {ratio:.2f} |")
    small, large = min(sizes), max(sizes)
    if small != large:
        growth = [
            f"{side} {100 * (middle[large, side, 'second'] / middle[small, side, 'second'] - 1):+.0f} %"
            for side in (OURS, THEIRS)
        ]
        lines.append(f"\nSecond run, {small} → {large} hosts: {', '.join(growth)}.")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table and keep every single time in .cache/bench/times.json."""
    parser = argparse.ArgumentParser(description="compare with community.docker on test hosts")
    parser.add_argument(
        "--sizes", default="3,5,9", help="numbers of hosts, 3 of them managers (default: 3,5,9)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="formations a side and size (default: 3)")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    CACHE.mkdir(parents=True, exist_ok=True)
    times: Times = {}
    for size in sizes:
        try:
            measure(size, options.rounds, times)
        except LabError as error:
            sys.exit(f"bench: {error}")
    rows = [
        {"hosts": size, "side": side, "run": run, "seconds": seconds}
        for (size, side, run), seconds in times.items()
    ]
    (CACHE / "times.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(f"\n{machine()}; median of {options.rounds} rounds (fastest–slowest)\n\n{table(sizes, times)}")


if __name__ == "__main__":
    main()
