# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._host.daemon import with_fingerprints
from ansible_collections.flotilla.swarm.plugins.module_utils._host.daemon_plan import (
    declared_options,
    merge,
    plan_daemon,
    replacing,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._options import fingerprint
from ansible_collections.flotilla.swarm.plugins.plugin_utils._engine.daemon import MarkedComparison
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]
NOTHING: Raw = dict.fromkeys(
    ("insecure_registries", "mtu", "log_driver", "log_options", "data_root", "daemon"), None
)


@pytest.fixture(autouse=True, scope="module")
def cheap() -> t.Iterator[None]:
    """Fingerprints are slow on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "_COST", 1)
        yield


def merged(declared: Raw, live: Raw) -> Raw:
    """The content of the file afterwards."""
    return merge(declared, live, plan_daemon(declared, live).keys)


def test_declared_keys_win_and_others_stay() -> None:
    live = {"debug": True, "mtu": 1500, "proxies": {"http-proxy": "s3cret"}}
    given = {
        **NOTHING,
        "mtu": 1450,
        "log_options": {"max-file": 3, "compress": True},
        "daemon": {"debug": None},
    }
    declared = declared_options(given)
    assert merged(declared, live) == {
        "mtu": 1450,
        "proxies": {"http-proxy": "s3cret"},
        "log-opts": {"max-file": "3", "compress": "true"},
    }


def test_a_sentence_names_the_option_as_the_user_does() -> None:
    with pytest.raises(Refused, match=r"^mtu is 5: give"):
        declared_options({**NOTHING, "mtu": 5})
    prefixed = {f"swarm_engine_{name}": value for name, value in {**NOTHING, "mtu": 5}.items()}
    with pytest.raises(Refused, match=r"^swarm_engine_mtu is 5: give"):
        declared_options(prefixed, "swarm_engine_")


def test_two_secrets_for_one_key_are_refused_without_them() -> None:
    given = {**NOTHING, "log_options": {"token": "s3cret"}, "daemon": {"log-opts": {"token": "0ther"}}}
    with pytest.raises(
        Refused, match=r"^log_options and daemon both set log-opts, to different values: remove"
    ) as error:
        declared_options(given)
    assert "s3cret" not in str(error.value)


# Properties

KEYS = st.sampled_from(
    [
        "mtu",
        "debug",
        "insecure-registries",
        "log-opts",
        "labels",
        "proxies",
        "registry-mirrors",
        "data-root",
        "x",
    ]
)
SECRET = st.sampled_from(["https://me:s3cret@one", "https://me:s3cret@two"])
VALUES = st.one_of(
    st.booleans(),
    st.integers(0, 2),
    st.text(max_size=3),
    SECRET,
    st.lists(st.one_of(st.text(max_size=2), SECRET), max_size=3),
    st.dictionaries(
        st.sampled_from(["max-size", "token", "x"]), st.one_of(st.text(max_size=2), SECRET), max_size=3
    ),
)
LIVE = st.dictionaries(KEYS, VALUES)
DECLARED = st.dictionaries(KEYS, st.one_of(st.none(), VALUES))


@given(DECLARED, LIVE)
def test_planning_again_after_merging_gives_nothing(declared: Raw, live: Raw) -> None:
    before = json.dumps([declared, live])
    made = merged(declared, live)
    assert plan_daemon(declared, made).keys == []
    undeclared = live.keys() - declared.keys()
    assert {key: made.get(key) for key in undeclared} == {key: live[key] for key in undeclared}
    assert json.dumps([declared, live]) == before
    # As JSON, where false is not 0.
    changed = json.dumps(made, sort_keys=True) != json.dumps(live, sort_keys=True)
    assert bool(plan_daemon(declared, live).keys) == changed


@given(DECLARED, LIVE)
def test_fingerprints_lead_to_the_same_plan_as_the_values(declared: Raw, live: Raw) -> None:
    plan = plan_daemon(declared, live)
    assert plan_daemon(declared, with_fingerprints(live, b"salt"), MarkedComparison()) == plan
    assert "s3cret" not in str(plan)


@given(LIVE, LIVE)
def test_one_content_is_made_of_another(live: Raw, other: Raw) -> None:
    options = replacing(live, other)
    made = merge(options, live, options)
    assert json.dumps(made, sort_keys=True) == json.dumps(other, sort_keys=True)
