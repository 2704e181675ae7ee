# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for becomes hosts, or one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab.errors import LabError
from lab.spec import LabSpec, host_names, make_spec


@pytest.mark.parametrize(
    ("managers", "workers", "hosts", "expected"),
    [
        (None, None, None, "m1 m2 m3 w1 w2"),
        (None, None, 1, "m1"),
        (None, None, 2, "m1 w1"),
        (None, None, 3, "m1 m2 m3"),
        (None, None, 5, "m1 m2 m3 w1 w2"),
        (1, None, None, "m1"),
        (None, 2, None, "w1 w2"),
        (0, 1, None, "w1"),
    ],
)
def test_names(managers: int | None, workers: int | None, hosts: int | None, expected: str) -> None:
    assert " ".join(host_names(managers, workers, hosts)) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hosts": 0}, "ask for at least 1"),
        ({"managers": 0, "workers": 0}, "ask for at least 1 host"),
        ({"managers": -1, "workers": 3}, "cannot be"),
        ({"hosts": 5, "managers": 3}, "one or the other"),
        ({"hosts": 10}, "10 hosts are too many"),
        ({"engine": "24.0"}, "'24.0' is not known; use one of 20.10, 26.1"),
        ({"engine": "m9=20.10"}, "there is no host m9; this lab has m1, m2, m3, w1, w2"),
        ({"engine": "20.10,26.1"}, "names no host"),
        ({"firewall": "pf"}, "use one of none, firewalld, ufw, nftables"),
        ({"firewall": "mixed"}, "'mixed' is not known"),
        ({"bare": "w1,w7"}, "there is no host w7"),
        ({"engine": "w1=28.5", "bare": "w1"}, "w1 cannot be without an Engine"),
        ({"name": "Demo"}, "does not fit"),
        ({"name": "a b"}, "does not fit"),
        ({"name": "x" * 21}, "does not fit"),
    ],
)
def test_refusals(options: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOTILLA_LAB_MAX_HOSTS", raising=False)
    with pytest.raises(LabError) as refusal:
        make_spec(**options)  # type: ignore[arg-type]
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_more_hosts_on_a_bigger_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOTILLA_LAB_MAX_HOSTS", "20")
    assert len(make_spec(hosts=20).hosts) == 20


def test_engines_and_what_follows_from_them() -> None:
    spec = make_spec(managers=1, workers=2, engine="m1=26.1,w2=26.1", bare="w1", firewall="w2=ufw")
    assert [(h.name, h.release, h.bare, h.firewall, h.manager) for h in spec.hosts] == [
        ("m1", "trixie", False, "none", True),
        ("w1", "bookworm", True, "none", False),
        ("w2", "trixie", False, "ufw", False),
    ]


def test_mixed_alternates_over_what_is_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOTILLA_LAB_MIXED", "28.5,20.10,26.1")
    assert [host.engine for host in make_spec(hosts=4, engine="mixed").hosts] == [
        "28.5",
        "20.10",
        "26.1",
        "28.5",
    ]
    monkeypatch.setenv("FLOTILLA_LAB_MIXED", "19.03")
    with pytest.raises(LabError, match=r"'19.03' is not known; use one of 20.10, 26.1, 28.5"):
        make_spec(hosts=1, engine="mixed")


def test_mixed_alternates() -> None:
    assert [host.engine for host in make_spec(hosts=4, engine="mixed").hosts] == [
        "20.10",
        "26.1",
        "20.10",
        "26.1",
    ]


def test_all_bare() -> None:
    assert all(host.bare for host in make_spec(bare="all").hosts)
    assert not any(host.bare for host in make_spec().hosts)


@given(
    managers=st.integers(0, 4),
    workers=st.integers(1, 4),
    engine=st.sampled_from(["20.10", "26.1", "mixed"]),
    bare=st.sampled_from([None, "all", "w1"]),
    firewall=st.sampled_from(["none", "ufw", "w1=nftables"]),
)
def test_a_lab_can_be_read_back(
    managers: int, workers: int, engine: str, bare: str | None, firewall: str
) -> None:
    spec = make_spec("x", managers, workers, None, engine, bare, firewall)
    assert LabSpec.from_json(spec.to_json()) == spec
