# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which values of daemon.json are hidden, and that nothing of them is left where they are."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._host.daemon import (
    comparable,
    hide,
    is_marked,
    mark,
    may_be_secret,
    parse,
    same,
    secret_texts,
    with_fingerprints,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options import fingerprint
from hypothesis import given
from hypothesis import strategies as st

SECRET = "s3cret-canary"
SALT = b"salt"


@pytest.fixture(autouse=True, scope="module")
def cheap() -> t.Iterator[None]:
    """Fingerprints are slow on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "_COST", 1)
        yield


@pytest.mark.parametrize(
    "content",
    [
        {"proxies": {"http-proxy": SECRET, "no-proxy": SECRET}},
        {"proxies": SECRET},
        {"registry-mirrors": [f"https://me:{SECRET}@mirror"]},
        {"registry-mirrors": ["https://other", f"https://{SECRET}@mirror/path"]},
        {"log-opts": {"splunk-token": SECRET, "auth": SECRET}},
        {"log-opts": {"syslog-address": f"tcp://me:{SECRET}@logs:1"}},
        {"log-opts": {"tag": {"inner": SECRET}}},
        {"log-opts": [SECRET]},
        {"log-opts": f"splunk-token={SECRET}"},
        {"tlskey": SECRET},
        {"runtimes": {"own": {"path": "/bin/own", "options": {"apiToken": SECRET}}}},
        {"runtimes": {"own": {"runtimeArgs": ["--token", SECRET]}}},
        {"runtimes": {"own": {"runtimeArgs": [f"--password={SECRET}"]}}},
        {"storage-opts": ["dm.basesize=10G", f"x.secret={SECRET}"]},
        {"hosts": [f"tcp://me:{SECRET}@0.0.0.0:1"]},
        {"api-token": 918273645},
        {"default-network-opts": {"overlay": {"com.example.password": SECRET}}},
    ],
    ids=lambda content: json.dumps(content)[:40],
)
def test_what_may_be_a_secret_is_hidden(content: dict[str, t.Any]) -> None:
    shown = json.dumps([hide(content), with_fingerprints(content, SALT)])
    assert SECRET not in shown
    assert "918273645" not in shown
    assert secret_texts(content) & {SECRET, "918273645"} or any(
        SECRET in text for text in secret_texts(content)
    )


@pytest.mark.parametrize(
    "content",
    [
        {"userland-proxy": False, "debug": True, "mtu": 1400},
        {"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "3", "tag": "{{.Name}}"}},
        {"registry-mirrors": ["https://mirror:5000"], "insecure-registries": ["10.0.0.0/8", "r:5000"]},
        {"proxies": {}, "tlskey": "", "log-opts": {"splunk-token": None}},
        {"default-address-pools": [{"base": "10.0.0.0/8", "size": 24}]},
        {"runtimes": {"own": {"path": "/bin/own", "runtimeArgs": ["--debug", "--log=/var/log/own"]}}},
        {"default-ulimits": {"nofile": {"Name": "nofile", "Hard": 64000, "Soft": 64000}}},
        {
            "hosts": ["unix:///run/docker.sock"],
            "labels": ["disk=ssd"],
            "exec-opts": ["native.cgroupdriver=systemd"],
        },
        {"data-root": "/srv/docker", "builder": {"gc": {"enabled": True, "defaultKeepStorage": "20GB"}}},
    ],
    ids=lambda content: json.dumps(content)[:40],
)
def test_what_is_none_is_shown(content: dict[str, t.Any]) -> None:
    assert hide(content) == with_fingerprints(content, SALT) == content
    assert secret_texts(content) == set()


def test_a_part_of_a_login_is_hidden_in_messages_too() -> None:
    assert secret_texts({"registry-mirrors": ["https://me:s3cret@mirror/x"]}) == {
        "https://me:s3cret@mirror/x",
        "me:s3cret",
        "s3cret",
    }


@pytest.mark.parametrize(
    ("text", "content"), [("", {}), (" \n", {}), ("{}", {}), ('{"mtu": 1400}', {"mtu": 1400})]
)
def test_a_text_is_parsed(text: str, content: dict[str, t.Any]) -> None:
    assert parse(text) == content


@pytest.mark.parametrize("text", ["[1]", '"s3cret"', "7", "null", '{"a": }', "[" * 100_000])
def test_what_is_no_object_is_an_error_that_repeats_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(it is|Expecting)") as error:
        parse(text)
    assert "s3cret" not in str(error.value)


# Properties

NAMES = st.sampled_from(
    [
        "token",
        "proxies",
        "log-opts",
        "max-size",
        "registry-mirrors",
        "insecure-registries",
        "x",
        "labels",
        "tlskey",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.just("https://me:pw@h"),
    st.just("--token=x"),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
CONTENTS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(CONTENTS)
def test_keys_and_what_is_not_hidden_stay(content: dict[str, t.Any]) -> None:
    before = json.dumps(content)
    for shown in (hide(content), with_fingerprints(content, SALT)):
        assert shown.keys() == content.keys()
        for key, value in shown.items():
            if isinstance(content[key], dict):
                assert value.keys() == content[key].keys()
                parts = [(name, content[key][name], part, key) for name, part in value.items()]
            else:
                parts = [(key, content[key], value, "")]
            for name, was, now, inside in parts:
                assert is_marked(now) if may_be_secret(name, was, inside) else now == was
    assert json.dumps(content) == before


@given(CONTENTS)
def test_nothing_that_is_shown_may_be_a_secret(content: dict[str, t.Any]) -> None:
    """Hiding again finds nothing but what stands there in place of secrets."""
    found: list[t.Any] = []
    mark(hide(content), lambda _key, value: found.append(value))
    assert all(is_marked(value) for value in found)


@given(NAMES, VALUES, VALUES)
def test_two_values_are_the_same_where_their_json_is(key: str, one: t.Any, other: t.Any) -> None:
    assert same(key, one, one)
    assert same(key, one, other) == (comparable(key, one) == comparable(key, other))
    if key not in ("registry-mirrors", "insecure-registries"):
        assert same(key, one, other) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
