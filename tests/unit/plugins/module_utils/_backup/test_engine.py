# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Engine starts again whatever happens while it is stopped."""

from __future__ import annotations

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._backup.engine import stopped
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError, Refused


class _Host:
    """The units of a host; ``fails`` is a word of the program that fails."""

    def __init__(self, fails: str = "") -> None:
        self.active = {"docker.socket", "docker.service"}
        self.fails = fails
        self.done: list[str] = []

    def run(self, argv: list[str]) -> tuple[int, str, str]:
        verb = argv[0] if argv[0] == "systemd-run" else argv[1]
        if verb == "is-active":
            return (0 if argv[-1] in self.active else 3), "", ""
        self.done.append(verb)
        if verb == self.fails:
            return 1, "", "no"
        if verb == "systemd-run":
            self.active.add("timer")
        elif verb == "stop":
            self.active -= {"timer"} if argv[2].endswith(".timer") else set(argv[2:])
        elif verb == "start":
            self.active |= set(argv[2:])
        return 0, "", ""


_WHOLE = {"docker.socket", "docker.service"}


def test_the_timer_stands_before_the_engine_is_stopped_and_goes_after_it_runs() -> None:
    host = _Host()
    with stopped(60, host.run):
        assert host.active == {"timer"}
    assert host.active == _WHOLE
    assert [one for one in host.done if one != "reset-failed"] == ["systemd-run", "stop", "start", "stop"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_starts_it(error: BaseException) -> None:
    host = _Host()
    with pytest.raises(type(error)), stopped(60, host.run):
        raise error
    assert host.active == _WHOLE


def test_without_a_timer_it_is_not_stopped() -> None:
    host = _Host("systemd-run")
    with pytest.raises(Refused, match="Nothing was changed"), stopped(60, host.run):
        raise AssertionError("not reached")
    assert host.active == _WHOLE
    assert "stop" not in host.done


def test_where_it_does_not_start_the_timer_stays() -> None:
    host = _Host("start")
    with pytest.raises(FlotillaError, match="systemctl start"), stopped(60, host.run):
        pass
    assert host.active == {"timer"}


def test_one_that_was_started_meanwhile_is_told() -> None:
    host = _Host()
    with pytest.raises(FlotillaError, match="was started while"), stopped(60, host.run):
        host.active.add("docker.service")
    assert host.active == _WHOLE
