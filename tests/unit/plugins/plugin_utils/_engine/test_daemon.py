# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host.daemon import with_fingerprints
from ansible_collections.flotilla.swarm.tests.unit.support.engines import (
    ABSENT,
    MANAGER,
    engine,
    plan,
    refusal,
)


def test_declared_options_are_compared_key_by_key() -> None:
    live = {"debug": True, "mtu": 1500, "log-driver": "journald", "registry-mirrors": ["http://m"]}
    found = plan(
        {"mtu": 1450, "log_options": {"max-size": "10m", "max-file": 3, "compress": True}},
        engine(daemon=live),
    )
    assert found["tasks"]["options"] is True
    assert found["changes"] == [
        "daemon: log-opts.compress unset → true",
        "daemon: log-opts.max-file unset → 3",
        "daemon: log-opts.max-size unset → 10m",
        "daemon: mtu 1500 → 1450",
        "restart the engine",
    ]


def test_null_removes_a_key() -> None:
    found = plan({"daemon": {"debug": None, "absent": None}}, engine(daemon={"debug": True, "mtu": 1400}))
    assert found["tasks"]["options"] is True
    assert found["changes"] == ["daemon: debug true → unset", "restart the engine"]


def test_what_the_engine_takes_over_by_itself_needs_no_restart() -> None:
    found = plan({"insecure_registries": ["r:5000"], "daemon": {"debug": True}}, engine(daemon={"mtu": 1400}))
    assert (found["tasks"]["reload"], found["tasks"]["restart"]) == (True, False)
    assert found["changes"][-1] == "reload the engine"
    both = plan({"insecure_registries": ["r:5000"], "mtu": 1400})
    assert (both["tasks"]["reload"], both["tasks"]["restart"]) == (False, True)


def test_options_of_a_new_or_a_stopped_engine_need_no_restart() -> None:
    for live in (ABSENT, engine("stopped", None)):
        tasks = plan({"mtu": 1400}, live, swarm={"state": "no_engine"})["tasks"]
        assert tasks["options"]
        assert not tasks["restart"]
        assert not tasks["reload"]


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"data_root": "/var/lib/docker"}, {}),
        ({"mtu": 1500, "log_driver": "json-file"}, {}),
        ({"insecure_registries": ["b", "a"]}, {"insecure-registries": ["a", "b"]}),
        ({"log_options": {}}, {"log-opts": {}}),
        ({"daemon": {"live-restore": False}}, {"live-restore": False}),
    ],
)
def test_what_comes_to_the_same_is_no_change(declared: dict[str, t.Any], live: dict[str, t.Any]) -> None:
    found = plan(declared, engine(daemon=live), swarm=MANAGER)
    assert (found["refusals"], found["changes"], found["tasks"]["options"]) == ([], [], False)


def test_true_is_not_one() -> None:
    assert plan({"daemon": {"debug": True}}, engine(daemon={"debug": 1}))["tasks"]["options"]


def test_live_restore_is_refused_with_the_reason() -> None:
    assert refusal({"daemon": {"live-restore": True}}).startswith(
        "swarm_engine_daemon sets live-restore, which excludes"
    )
    found = refusal({}, engine(daemon={"live-restore": True}))
    assert found.startswith("/etc/docker/daemon.json sets live-restore, which excludes swarm mode")


@pytest.mark.parametrize("value", [None, False])
def test_live_restore_is_switched_off_when_that_is_declared(value: bool | None) -> None:
    found = plan({"daemon": {"live-restore": value}}, engine(daemon={"live-restore": True}))
    assert found["refusals"] == []
    assert found["tasks"]["options"]


def test_a_malformed_file_is_refused_by_name() -> None:
    sentence = refusal({"mtu": 1400}, engine(daemon={}, daemon_error="Expecting value: line 2 column 1"))
    assert (
        sentence
        == "/etc/docker/daemon.json cannot be read (Expecting value: line 2 column 1): repair or remove it."
    )


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"mtu": 100}, "swarm_engine_mtu is 100: give"),
        ({"mtu": "big"}, "'swarm_engine_mtu' is of type"),
        ({"log_options": {"max-size": None}}, "swarm_engine_log_options has to be"),
        ({"log_options": ["a"]}, "'swarm_engine_log_options' is of type"),
        ({"daemon": {"": 1}}, "swarm_engine_daemon has an empty key: name an option of daemon.json"),
        ({"daemon": {" ": None}}, "swarm_engine_daemon has an empty key"),
        (
            {"log_driver": "local", "log_options": {"max-size": "10 parsecs"}},
            "swarm_engine_log_options: max-size is not a size such as 10m",
        ),
        (
            {"daemon": {"log-driver": "json-file", "log-opts": {"compress": "yes"}}},
            "swarm_engine_log_options: compress is neither",
        ),
        ({"log_driver": ""}, "swarm_engine_log_driver is empty: give the name of a log driver"),
        ({"insecure_registries": {"r": 1}}, "'swarm_engine_insecure_registries' is of type"),
        ({"data_root": "docker"}, "swarm_engine_data_root is docker: give an absolute path"),
        ({"daemon": ["a"]}, "'swarm_engine_daemon' is of type"),
        ({"mtu": 1400, "daemon": {"mtu": 1500}}, "swarm_engine_mtu and swarm_engine_daemon both set mtu"),
    ],
)
def test_values_the_engine_would_not_start_with_are_refused(declared: dict[str, t.Any], message: str) -> None:
    assert message in refusal(declared)


def test_secrets_are_never_shown() -> None:
    declared = {
        "log_options": {"splunk-token": "s3cret", "splunk-url": "https://logs", "auth": "s3cret"},
        "daemon": {
            "proxies": {"http-proxy": "http://me:s3cret@proxy"},
            "some-key": "s3cret",
            "registry-mirrors": ["https://me:s3cret@mirror"],
        },
    }
    found = plan(declared, engine(daemon=hidden({"log-opts": {"splunk-token": "0ld-s3cret"}})))
    assert "s3cret" not in str(found)
    changes = found["changes"]
    assert "daemon: log-opts.splunk-token (hidden) → (hidden)" in changes
    assert "daemon: log-opts.splunk-url unset → https://logs" in changes


PROXY = {"http-proxy": "http://me:s3cret@proxy:3128"}
MIRRORS = ["https://me:s3cret@one", "https://two"]


def hidden(live: dict[str, t.Any]) -> dict[str, t.Any]:
    """A daemon.json as ``swarm_host_info`` returns it."""
    return with_fingerprints(live, b"salt")


@pytest.mark.parametrize(
    ("declared", "live"),
    [
        ({"daemon": {"proxies": PROXY}}, {"proxies": PROXY, "debug": True}),
        ({"daemon": {"registry-mirrors": MIRRORS}}, {"registry-mirrors": MIRRORS[::-1]}),
        (
            {"log_options": {"max-file": 3, "splunk-token": "s3cret"}},
            {"log-opts": {"max-file": "3", "splunk-token": "s3cret"}},
        ),
    ],
)
def test_a_secret_is_recognized_by_its_fingerprint(
    declared: dict[str, t.Any], live: dict[str, t.Any]
) -> None:
    found = plan(declared, engine(daemon=hidden(live)))
    assert (found["changes"], found["warnings"], found["tasks"]["options"]) == ([], [], False)


@pytest.mark.parametrize(
    ("declared", "live", "line"),
    [
        (
            {"proxies": PROXY},
            {"proxies": {"http-proxy": "http://p"}},
            "proxies.http-proxy (hidden) → (hidden)",
        ),
        ({"proxies": None}, {"proxies": PROXY}, "proxies.http-proxy (hidden) → unset"),
        (
            {"registry-mirrors": ["https://two"]},
            {"registry-mirrors": MIRRORS},
            "registry-mirrors (hidden) → https://two",
        ),
        (
            {"registry-mirrors": MIRRORS},
            {"registry-mirrors": ["https://two"]},
            "registry-mirrors https://two → (hidden)",
        ),
        ({"proxies": {}}, {"proxies": PROXY}, "proxies.http-proxy (hidden) → unset"),
    ],
)
def test_a_secret_that_differs_is_a_change_without_being_shown(
    declared: dict[str, t.Any], live: dict[str, t.Any], line: str
) -> None:
    found = plan({"daemon": declared}, engine(daemon=hidden(live)))
    assert f"daemon: {line}" in found["changes"]
    assert found["tasks"]["options"]
    assert "s3cret" not in str(found)


def test_a_secret_that_cannot_be_compared_is_planned_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(hashlib, "scrypt")
    found = plan({"daemon": {"proxies": PROXY}}, engine(daemon=hidden({"proxies": PROXY})))
    assert found["changes"] == ["daemon: proxies.http-proxy (hidden) → (hidden)", "restart the engine"]
    assert [warning.split(" in /etc")[0] for warning in found["warnings"]] == ["whether http-proxy"]


def test_hosts_that_share_a_salt_cost_one_fingerprint() -> None:
    calls = []
    real = hashlib.scrypt
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", lambda *data, **how: (calls.append(1), real(*data, **how))[1])
        live = {"proxies": {"http-proxy": "http://only-here"}}
        seen = hidden(live)
        for _host in range(5):
            assert plan({"daemon": live}, engine(daemon=seen))["changes"] == []
    # One made here in place of the hosts, one to compare.
    assert len(calls) == 2


def test_a_text_in_place_of_a_dictionary_is_refused_without_it() -> None:
    """Ansible would make names of it, and names are shown."""
    for variable in ("daemon", "log_options"):
        assert refusal({variable: "s3cret=1"}) == (
            f"m1: swarm_engine_{variable} is a text, not a dictionary. Nothing was sent."
        )
    assert plan({"daemon": '{"mtu": 1450}'})["changes"][0] == "daemon: mtu 1500 → 1450"
