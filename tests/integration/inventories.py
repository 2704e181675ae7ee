# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's programs on an inventory of the plugin, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import DEPRECATED, ROOT


def asked(command: str, *arguments: str, **environment: str) -> str:
    """What one of Ansible's programs prints; it has to succeed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command)), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "tree"),
            "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            **environment,
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert DEPRECATED not in done.stderr
    return done.stdout


def listed(path: Path, **environment: str) -> dict[str, t.Any]:
    """What ``ansible-inventory --list`` makes of an inventory."""
    text = asked("ansible-inventory", "-i", str(path), "--list", **environment)
    # So it marks texts that no template is read from.
    found: dict[str, t.Any] = json.loads(text, object_hook=lambda one: one.get("__ansible_unsafe", one))
    return found
