# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Building the images of the test hosts, once; the outer daemon keeps them."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from . import outer as outer_daemon
from . import recipes, shell
from .errors import LabError
from .outer import Outer
from .paths import locked


def ensure(outer: Outer, release: str, layers: list[str]) -> str:
    """Return the tag of the image with these layers; build what is not cached."""
    tag = recipes.tag(release, layers)
    if _exists(outer, tag):
        return tag
    with locked(f"image-{release}"):
        _build(outer, release, layers)
        _forget_older(outer, release, layers)
        return tag


def _forget_older(outer: Outer, release: str, layers: list[str]) -> None:
    """Remove images made from earlier recipes of the same layers; what a host still runs on stays."""
    for count in range(len(layers) + 1):
        tag = recipes.tag(release, layers[:count])
        family = tag.rpartition("-")[0] + "-"
        for other in images(outer):
            if other != tag and other.startswith(family) and "-" not in other[len(family) :]:
                outer.docker("image", "rm", other, check=False)


def images(outer: Outer) -> list[str]:
    """Return the tags of all the lab's images in the outer daemon."""
    return outer.lines(
        "image", "ls", "--filter", "reference=flotilla-lab/*", "--format", "{{.Repository}}:{{.Tag}}"
    )


def _exists(outer: Outer, tag: str) -> bool:
    return outer.docker("image", "inspect", tag, check=False).rc == 0


def _build(outer: Outer, release: str, layers: list[str]) -> str:
    tag = recipes.tag(release, layers)
    if _exists(outer, tag):
        return tag
    if layers:
        below = _build(outer, release, layers[:-1])
        started = time.monotonic()
        shell.say(f"building {tag}")
        _layer(outer, below, tag, layers[-1])
    else:
        started = time.monotonic()
        shell.say(f"building {tag} (the long step, about half a minute; done once)")
        _root(outer, release, tag)
    shell.say(f"built {tag} in {time.monotonic() - started:.0f} s")
    return tag


def _layer(outer: Outer, below: str, tag: str, layer: str) -> None:
    """Run the layer's script in a container and keep the result as an image."""
    container = f"flotilla-lab-build-{uuid.uuid4().hex[:12]}"
    # ufw looks at the netfilter tables even to write its files.
    network = ["--network=host"] if layer in recipes.FETCHING else ["--network=none", "--cap-add=NET_ADMIN"]
    try:
        result = outer.docker(
            *("run", "-i", "--name", container, *network, "--security-opt=apparmor=unconfined"),
            *("--entrypoint=/bin/sh", below, "-s"),
            stdin=recipes.script(layer).encode(),
            check=False,
            timeout=900,
        )
        if result.rc != 0:
            tail = " | ".join((result.stdout + result.stderr).strip().splitlines()[-4:])
            raise LabError(f"Building the layer {layer} on {below} failed: {tail}")
        change = 'ENTRYPOINT ["/usr/local/sbin/lab-init"]'
        outer.docker(
            *("commit", "--change", change, "--change", "CMD []", "--change", "ENV container=docker"),
            *(container, tag),
        )
    finally:
        outer.docker("rm", "-f", "-v", container, check=False)


def _root(outer: Outer, release: str, tag: str) -> None:
    """Make the lowest image: mmdebstrap where we are root, else the release's image from a registry."""
    if os.geteuid() != 0:
        source = f"debian:{release}-slim"
        pulled = outer.docker("pull", source, check=False, timeout=300)
        if pulled.rc != 0:
            raise LabError(
                f"{source} cannot be pulled and making one takes root; run `tests/lab/lab up` once as root, "
                f"it builds the images ({' '.join(pulled.stderr.split())[-200:]})."
            )
        outer.docker("tag", source, tag)
        return
    outer_daemon.install(["mmdebstrap", "/usr/share/keyrings/debian-archive-keyring.gpg"])
    own = machine_mirror()
    command = ["mmdebstrap", "--variant=minbase", f"--include={recipes.PACKAGES}", release, "-"]
    _import(outer, command + ([own] if own else []), tag)


def _import(outer: Outer, command: list[str], tag: str) -> None:
    """Stream the tar archive the command writes into the outer daemon, past memory and disk."""
    with tempfile.TemporaryFile() as log:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log) as maker:
            done = subprocess.run(
                ["docker", "import", "-", tag],
                stdin=maker.stdout,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, **outer.env()},
                check=False,
            )
        log.seek(0)
        said = log.read().decode("utf-8", "replace").strip().splitlines()
    if maker.returncode != 0:
        # What was imported is the part that came before the failure.
        outer.docker("image", "rm", "-f", tag, check=False)
        reasons = [line for line in said if line.startswith("E:")] or said[-3:]
        raise LabError(f"Making the Debian image of {tag} failed: {' | '.join(reasons)}")
    if done.returncode != 0:
        raise LabError(f"Importing {tag} failed: {done.stderr.decode('utf-8', 'replace').strip()}")


def machine_mirror() -> str | None:
    """Return the Debian mirror that this machine uses: FLOTILLA_LAB_MIRROR, or what its apt has; None where neither."""
    own = os.environ.get("FLOTILLA_LAB_MIRROR")
    if own:
        return own
    text = ""
    for path in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]:
        if path.is_file() and path.suffix in (".list", ".sources"):
            text += path.read_text(encoding="utf-8", errors="replace") + "\n"
    return recipes.mirror(text)
