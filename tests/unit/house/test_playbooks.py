# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every playbook has, and that each has a page in the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.unit.house.test_consistency import load

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
EACH = pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
# A variable of the user: not private, no filter, no module.
_VARIABLE = re.compile(r"(?<![\w.])(swarm_[a-z_]+)\b(?! *:)")


@EACH
def test_every_play_takes_the_defaults_for_connections(path: Path) -> None:
    for play in load(path):
        assert play["roles"] == [{"role": "flotilla.swarm.swarm_connection"}], play["name"]


def test_these_defaults_give_way_to_all_that_a_user_sets() -> None:
    role = ROOT / "roles" / "swarm_connection"
    assert set(load(role / "defaults" / "main.yml")) == {"ansible_pipelining", "ansible_python_interpreter"}
    # Without tasks it takes no time, and without variables nothing overrides the inventory.
    assert not [part for part in ("tasks", "vars", "handlers") if (role / part).exists()]
