# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own registry: without one, every task start would first wait for a name server."""

from __future__ import annotations

import base64
import http.client
import json
import time
from urllib.parse import urlsplit

from . import image, recipes, subnets, tiny
from .errors import LabError
from .hosts import LABEL, container, network
from .outer import Outer
from .spec import LabSpec

PORT = 5000
_NAME = "registry"


def address(subnet: str) -> str:
    """Return ``IP:port`` of the registry of the lab on this subnet."""
    return f"{subnets.registry_address(subnet)}:{PORT}"


def private_address(subnet: str) -> str:
    """Return ``IP:port`` of the same registry where it asks for a login; see ``serve_private``."""
    return f"{subnets.registry_address(subnet)}:{PORT + 1}"


def serve_private(outer: Outer, lab: str, subnet: str, htpasswd: str) -> None:
    """Serve the lab's images a second time, to those only who log in.

    Args:
        htpasswd: a line with a user and the bcrypt hash of a password.
    """
    name = container(lab, _NAME)
    outer.docker("exec", "-i", name, "sh", "-c", "cat > /run/htpasswd", stdin=htpasswd.encode())
    auth = (
        "AUTH=htpasswd",
        "AUTH_HTPASSWD_REALM=lab",
        "AUTH_HTPASSWD_PATH=/run/htpasswd",
        f"HTTP_ADDR=:{PORT + 1}",
    )
    options = [word for setting in auth for word in ("-e", f"REGISTRY_{setting}")]
    serve = ("/usr/bin/docker-registry", "serve", "/etc/docker/registry/config.yml")
    outer.docker("exec", "-d", *options, name, *serve)
    _wait(private_address(subnet), wanted=401)


def _layers() -> list[str]:
    return ["base", "registry"]


def _release(spec: LabSpec) -> str:
    # Any release serves; one the lab's hosts use anyway saves building another base.
    return min(host.release for host in spec.hosts)


def build_image(outer: Outer, spec: LabSpec) -> str:
    """Return the tag of the registry's image, built where it is not cached."""
    return image.ensure(outer, _release(spec), _layers())


def ensure(outer: Outer, spec: LabSpec, subnet: str) -> None:
    """Start the lab's registry, where it does not run, and put the tiny images into it."""
    name = container(spec.name, _NAME)
    running = outer.docker("inspect", "--format={{.State.Running}}", name, check=False)
    if running.rc != 0:
        outer.docker(
            *("run", "-d", "--name", name, "--hostname", _NAME, f"--label={LABEL}={spec.name}"),
            *("--network", network(spec.name), "--ip", subnets.registry_address(subnet)),
            *("--restart=always", "--stop-signal=SIGTERM", "--entrypoint=/usr/bin/docker-registry"),
            *(recipes.tag(_release(spec), _layers()), "serve", "/etc/docker/registry/config.yml"),
        )
    elif running.stdout.strip() != "true":
        outer.docker("start", name)
    _wait(address(subnet))
    if "1" not in tags(address(subnet)) or "2" not in tags(address(subnet)):
        for version in ("1", "2"):
            push_tiny(outer, spec.name, address(subnet), version)


def push_tiny(outer: Outer, lab: str, where: str, version: str) -> str:
    """Push the tiny image with this version as its tag and return its digest."""
    name = container(lab, _NAME)
    # A pipe through exec: `docker cp` would hand us a tar archive.
    applets = outer.docker("exec", name, "busybox", "--list").stdout.split()
    busybox = base64.b64decode(outer.docker("exec", name, "base64", "-w0", "/usr/bin/busybox").stdout)
    made = tiny.build(busybox, applets, version)
    for digest, blob in made.blobs.items():
        _push_blob(where, digest, blob)
    _ask(where, "PUT", f"/v2/tiny/manifests/{version}", made.manifest, tiny.MANIFEST_TYPE, 201)
    return tiny.digest(made.manifest)


def tags(where: str) -> list[str]:
    """Return the tags of the tiny image in the registry."""
    status, _headers, body = _send(where, "GET", "/v2/tiny/tags/list", b"", "")
    return list(json.loads(body).get("tags") or []) if status == 200 else []


def _push_blob(where: str, digest: str, blob: bytes) -> None:
    if _send(where, "HEAD", f"/v2/tiny/blobs/{digest}", b"", "")[0] == 200:
        return
    headers = _ask(where, "POST", "/v2/tiny/blobs/uploads/", b"", "", 202)
    place = urlsplit(headers["Location"])
    query = f"{place.query}&digest={digest}" if place.query else f"digest={digest}"
    _ask(where, "PUT", f"{place.path}?{query}", blob, "application/octet-stream", 201)


def _ask(where: str, method: str, path: str, body: bytes, kind: str, expected: int) -> dict[str, str]:
    status, headers, answer = _send(where, method, path, body, kind)
    if status != expected:
        raise LabError(f"The registry at {where} answered {method} {path} with {status}: {answer[:200]!r}.")
    return headers


def _send(where: str, method: str, path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(where, timeout=20)
    try:
        connection.request(method, path, body or None, {"Content-Type": kind} if kind else {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _wait(where: str, timeout: float = 30, wanted: int = 200) -> None:
    deadline = time.monotonic() + timeout
    reason = ""
    while time.monotonic() < deadline:
        try:
            status = _send(where, "GET", "/v2/", b"", "")[0]
            if status == wanted:
                return
            reason = f"status {status}"
        except OSError as error:
            reason = str(error)
        time.sleep(0.2)
    raise LabError(f"The lab's registry at {where} does not answer after {timeout:g} s ({reason}).")
