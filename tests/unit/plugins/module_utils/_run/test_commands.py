# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._run import commands
from ansible_collections.flotilla.swarm.plugins.module_utils._run.commands import run_command


def test_the_status_the_output_and_the_errors_are_returned() -> None:
    code = "import sys; print('out ✓'); print('err', file=sys.stderr); sys.exit(3)"
    assert run_command([sys.executable, "-c", code]) == (3, "out ✓\n", "err\n")


def test_bytes_that_are_no_text_are_replaced() -> None:
    code = "import sys; sys.stdout.buffer.write(b'a\\xffb')"
    assert run_command([sys.executable, "-c", code]) == (0, "a\N{REPLACEMENT CHARACTER}b", "")


def test_a_program_that_is_missing_is_127_with_the_reason() -> None:
    status, output, errors = run_command(["/nowhere/program"])
    assert (status, output) == (127, "")
    assert "No such file or directory" in errors


def test_the_locale_is_fixed_and_the_rest_of_the_environment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("FLOTILLA_TEST", "kept")
    code = "import os; print(os.environ['LC_ALL'], os.environ['FLOTILLA_TEST'])"
    assert run_command([sys.executable, "-c", code])[1] == "C.UTF-8 kept\n"


def test_a_program_gets_no_input() -> None:
    """The standard input of this process may be the program that it runs."""
    assert run_command([sys.executable, "-c", "import sys; print(repr(sys.stdin.read()))"])[1] == "''\n"


def test_a_program_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_SECONDS", 0.2)
    assert run_command(["sleep", "60"]) == (124, "", "sleep did not end within 0.2 s")
