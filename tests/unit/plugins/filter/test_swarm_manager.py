# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.filter.swarm_manager import FilterModule

manager = FilterModule().filters()["swarm_manager"]


@pytest.mark.parametrize(
    ("states", "host"),
    [
        (["worker", "manager", "manager"], "h1"),
        (["no_quorum", "locked", "manager"], "h2"),
        (["no_quorum", "worker", None], "h0"),
        ([None], "h0"),
    ],
)
def test_the_first_manager_with_a_quorum_is_asked_else_the_first_host(
    states: list[str | None], host: str
) -> None:
    variables = {
        f"h{number}": {"r": {"state": state}} if state else {} for number, state in enumerate(states)
    }
    assert manager(list(variables), variables, "r") == host
