# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests that need a kernel with IPVS in a virtual machine: ``python -m mesh [pytest arguments]``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from lab import LabError, image, outer, shell
from lab.paths import state_dir
from lab.spec import RELEASES

from . import machine

ROOT = Path(__file__).resolve().parents[2]
TESTS = ["tests/integration/modules/test_mesh.py", "tests/integration/modules/test_publish.py"]
PROGRAMS = ["qemu-system-x86_64", "mmdebstrap", "mke2fs", "ip", "ssh"]
IMAGES = [
    *((release, ["base", "docker"]) for release in sorted(set(RELEASES.values()))),
    (min(RELEASES.values()), ["base", "registry"]),
]


def main(arguments: list[str]) -> int:
    """Build what is missing, start the machine, run the tests; returns pytest's exit code."""
    if os.geteuid() != 0:
        raise LabError("A virtual machine with a network link of its own takes root; run this as root.")
    outer.install(PROGRAMS)
    # The images are made here, where packages can be had, and the virtual machine gets them.
    here = outer.ensure()
    wanted = [image.ensure(here, release, layers) for release, layers in IMAGES]
    os.environ["FLOTILLA_LAB_STATE"] = str(state_dir() / "mesh")
    with machine.running(image.machine_mirror()) as docker_host:
        _load(here, docker_host, wanted)
        environment = {
            **os.environ,
            "DOCKER_HOST": docker_host,
            "FLOTILLA_LAB_POOL": machine.HOSTS,
            "FLOTILLA_LAB_PREFIX": "mesh-",
        }
        command = [sys.executable, "-m", "pytest", *TESTS, "-v", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _load(here: outer.Outer, docker_host: str, wanted: list[str]) -> None:
    there = {"DOCKER_HOST": docker_host}
    missing = [
        tag
        for tag in wanted
        if shell.run(["docker", "image", "inspect", tag], check=False, env=there).rc != 0
    ]
    if not missing:
        return
    shell.say(f"copying {len(missing)} images into the virtual machine")
    with subprocess.Popen(
        ["docker", "save", *missing], stdout=subprocess.PIPE, env={**os.environ, **here.env()}
    ) as saving:
        subprocess.run(["docker", "load", "-q"], stdin=saving.stdout, check=True, env={**os.environ, **there})


if __name__ == "__main__":
    # Whoever is asked to end shuts the virtual machine down first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    except LabError as error:
        sys.exit(str(error))
