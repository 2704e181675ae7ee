# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._ports import reach
from ansible_collections.flotilla.swarm.plugins.module_utils._ports.probe import ProbeOutcome

OPTIONS: dict[str, t.Any] = {
    "state": "proven",
    "host": "m1",
    "run": "r",
    "ports": [],
    "seconds": 60,
    "timeout": 2.0,
    "required": True,
    "peers": [{"host": "m2", "address": "10.0.0.12", "ports": [{"protocol": "udp", "port": 4789}]}],
}


def test_a_failed_proof_carries_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "probe", lambda *_arguments: [ProbeOutcome(problem="silent")])
    with pytest.raises(reach.NotReached, match=r"^m1 gets no answer from m2") as caught:
        reach.work(OPTIONS, False, None)
    assert caught.value.facts["reached"][0]["problem"] == "silent"
    result = reach.work({**OPTIONS, "required": False}, False, None)
    assert result == {"changed": False, **caught.value.facts}


def test_what_is_waited_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each peer may take its time on each port."""
    told: list[tuple[str, bool]] = []

    def waiting_for(sentence: str, deadline: t.Any) -> t.Any:
        told.append((sentence, deadline.left > 0))
        return contextlib.nullcontext()

    monkeypatch.setattr(reach, "waiting_for", waiting_for)
    monkeypatch.setattr(reach, "probe", lambda targets, *_more: [ProbeOutcome() for _target in targets])
    ports = [{"protocol": "udp", "port": 4789}, {"protocol": "tcp", "port": 7946}]
    peers = [{"host": name, "address": "10.0.0.12", "ports": ports} for name in ("m2", "m3")]
    reach.work({**OPTIONS, "peers": peers}, False, None)
    assert told == [("asking 2 hosts on 4 ports", True)]


@pytest.mark.parametrize(
    ("state", "result"),
    [("listening", {"ports": []}), ("proven", {"reached": [], "failures": []}), ("absent", {})],
)
def test_check_mode_starts_asks_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, state: str, result: dict[str, t.Any]
) -> None:
    for name in ("start", "stop"):
        monkeypatch.setattr(reach, name, lambda *_arguments: pytest.fail("check mode changed something"))
    monkeypatch.setattr(
        reach,
        "probe",
        lambda targets, *_arguments: [pytest.fail(f"{target} was asked") for target in targets],
    )
    assert reach.work({**OPTIONS, "state": state}, True, None) == {"changed": False, **result}


def test_each_state_does_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[t.Any] = []
    monkeypatch.setattr(reach, "start", lambda *arguments: started.append(arguments) or [{"port": 7946}])
    monkeypatch.setattr(reach, "stop", lambda run: started.clear() if run == "r" else None)
    options = {**OPTIONS, "state": "listening", "ports": [{"protocol": "udp", "port": 7946}]}
    assert reach.work(options, False, None) == {"changed": False, "ports": [{"port": 7946}]}
    assert started == [("m1", "r", [("udp", 7946)], 60)]
    assert reach.work({**OPTIONS, "state": "absent"}, False, None) == {"changed": False}
    assert started == []


def test_many_failures_are_cut_in_the_message() -> None:
    assert reach.summary(["One.", "Two."]) == "One. Two."
    assert reach.summary(["No."] * 23).endswith("No. And 3 more, see the key failures.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ports": [{"protocol": "tcp", "port": 0}]}, "Port 0 does not exist"),
        (
            {"peers": [{"host": "a", "address": "b", "ports": [{"protocol": "tcp", "port": 65536}]}]},
            "Port 65536",
        ),
        ({"seconds": 0}, "seconds is 0: give 1 to 600."),
        ({"timeout": 31.0}, "timeout is 31.0"),
    ],
)
def test_options_out_of_range_are_refused(change: dict[str, t.Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        reach.work({**OPTIONS, **change}, False, None)
