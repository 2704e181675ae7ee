# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.tests.unit.support.rollouts import ENGINES, Recording


def levels(name: str, engine: str) -> list[str]:
    """How far the tasks of a recorded rollout were, at each snapshot."""
    recording = Recording(name, engine)
    return [recording.snapshot(at).level for at in recording.times()]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "name", ["create_ok", "update_ok", "job_ok", "global_ok", "global_job_ok", "start_first"]
)
def test_the_level_rises_until_all_tasks_are_as_they_should_be(name: str, engine: str) -> None:
    found = levels(name, engine)
    assert found == sorted(found, key=["", "started", "running"].index)
    assert (found[0], found[-1]) == ("", "running")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("unhealthy_create", {"", "started"}),
        ("crash_loop", {"", "started"}),
        ("bad_image_create", {""}),
        ("unsatisfiable", {""}),
        ("global_nobody", {""}),
    ],
)
def test_what_does_not_come_so_far_is_not_taken_for_it(name: str, reached: set[str], engine: str) -> None:
    assert set(levels(name, engine)) == reached


@pytest.mark.parametrize("engine", ENGINES)
def test_a_change_that_replaces_no_task_holds_nothing_back(engine: str) -> None:
    assert set(levels("label_change", engine)) == {"running"}
