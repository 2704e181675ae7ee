# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the README says to write, and the collection's source as the git repository that it names."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
#: The repository that the README installs from.
PUBLIC = "https://github.com/flotilla-swarm/flotilla.swarm.git"


def printed(mark: str) -> str:
    """The block of code of the README that has some text in it."""
    blocks = re.findall(r"```\w*\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    [found] = [block for block in blocks if mark in block]
    return str(found)


def repository(folder: Path) -> str:
    """The address of a git repository with what is, or could be, committed here."""
    subprocess.run([ROOT / "tests" / "tools" / "copy", folder], check=True)
    place = folder / "ansible_collections" / "flotilla" / "swarm"
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    for command in (("add", "--all"), (*who, "commit", "--quiet", "--message", "All of it")):
        subprocess.run(["git", "-C", str(place), *command], check=True)
    return f"file://{place}"
