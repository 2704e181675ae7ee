# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What another run can find out about the process of a run."""

from __future__ import annotations

import os
import re
import subprocess

import hypothesis.strategies as st
from ansible_collections.flotilla.swarm.plugins.plugin_utils._control import process
from hypothesis import given


def test_a_process_that_runs_has_not_ended_and_one_that_was_killed_has() -> None:
    assert not process.has_ended(process.this_one())
    with subprocess.Popen(["sleep", "60"]) as other:
        text = process.this_one().replace(f" {os.getpid()} ", f" {other.pid} ")
        text = f"{text.rpartition(' ')[0]} {process._begun(other.pid)}"
        assert not process.has_ended(text)
        other.kill()
    assert process.has_ended(text)


def test_a_number_that_another_process_has_now_is_no_sign_of_life() -> None:
    assert process.has_ended(f"{process.this_one().rpartition(' ')[0]} 1")


@given(st.text())
def test_nothing_is_known_of_another_control_node(text: str) -> None:
    assert not process.has_ended(text)
    assert not process.has_ended(f"elsewhere/{text} 1 1")


def test_an_operator_is_a_user_and_a_control_node() -> None:
    assert re.fullmatch(r"[^@ ]+@[^@ ]+", process.operator())
