# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tiny image is one a registry and an Engine accept: every digest is that of the bytes it names."""

from __future__ import annotations

import gzip
import io
import json
import tarfile

from lab.tiny import build, digest


def test_manifest_config_and_layer_fit_together() -> None:
    image = build(b"busybox!", ["sh", "sleep", "busybox"], "7")
    manifest = json.loads(image.manifest)
    config_blob = image.blobs[manifest["config"]["digest"]]
    packed = image.blobs[manifest["layers"][0]["digest"]]
    assert manifest["config"]["size"] == len(config_blob)
    assert manifest["layers"][0]["size"] == len(packed)
    assert {digest(blob): blob for blob in image.blobs.values()} == image.blobs
    layer = gzip.decompress(packed)
    config = json.loads(config_blob)
    assert config["rootfs"]["diff_ids"] == [digest(layer)]
    assert config["config"]["Cmd"] == ["/bin/serve"]
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        assert tar.getmember("bin/sh").linkname == "busybox"
        assert tar.getmember("bin/busybox").mode == 0o755
        assert tar.getmember("bin/busybox").isreg()
        content = tar.extractfile("www/index.html")
        assert content is not None
        assert content.read() == b"7\n"


def test_the_same_in_the_same_out() -> None:
    assert build(b"b", ["sh"], "1") == build(b"b", ["sh"], "1")
    assert build(b"b", ["sh"], "1").manifest != build(b"b", ["sh"], "2").manifest
