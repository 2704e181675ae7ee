# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tiny image services are tested with: busybox and nothing else. Pure: bytes in, blobs out."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import NamedTuple

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"

_SERVE = """#!/bin/sh
# Ends at once when asked to: a shell as first process has to say so itself.
trap 'exit 0' TERM INT
while :; do sleep 1 & wait $!; done
"""


class TinyImage(NamedTuple):
    """An image ready to be pushed: its manifest, and its blobs by digest."""

    manifest: bytes
    blobs: dict[str, bytes]


def build(busybox: bytes, applets: list[str], version: str) -> TinyImage:
    """Return the tiny image of this version; the same input gives the same bytes.

    By default it sleeps until it is told to stop. ``/www/index.html`` holds the version, for ``httpd``.
    """
    layer = _layer(busybox, applets, version)
    packed = gzip.compress(layer, compresslevel=6, mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": "2026-01-01T00:00:00Z",
            "config": {
                "Cmd": ["/bin/serve"],
                "Env": ["PATH=/bin", f"TINY_VERSION={version}"],
                "Labels": {"tiny.version": version},
            },
            "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
            "history": [{"created": "2026-01-01T00:00:00Z", "created_by": f"tiny {version}"}],
        },
        sort_keys=True,
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": len(config),
                "digest": digest(config),
            },
            "layers": [
                {
                    "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    "size": len(packed),
                    "digest": digest(packed),
                }
            ],
        },
        sort_keys=True,
    ).encode()
    return TinyImage(manifest, {digest(config): config, digest(packed): packed})


def digest(data: bytes) -> str:
    """Return the data's name in a registry."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _layer(busybox: bytes, applets: list[str], version: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:

        def add(path: str, kind: bytes, mode: int, content: bytes = b"", link: str = "") -> None:
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode, entry.size, entry.linkname = kind, mode, len(content), link
            tar.addfile(entry, io.BytesIO(content))

        for directory in ("bin", "etc", "www"):
            add(directory, tarfile.DIRTYPE, 0o755)
        add("tmp", tarfile.DIRTYPE, 0o1777)
        add("bin/busybox", tarfile.REGTYPE, 0o755, busybox)
        add("bin/serve", tarfile.REGTYPE, 0o755, _SERVE.encode())
        add(
            "etc/passwd",
            tarfile.REGTYPE,
            0o644,
            b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
        )
        add("etc/group", tarfile.REGTYPE, 0o644, b"root:x:0:\nnogroup:x:65534:\n")
        add("www/index.html", tarfile.REGTYPE, 0o644, f"{version}\n".encode())
        for applet in sorted(set(applets) - {"busybox"}):
            add(f"bin/{applet}", tarfile.SYMTYPE, 0o777, link="busybox")
    return stream.getvalue()
