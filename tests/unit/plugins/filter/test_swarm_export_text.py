# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import typing as t
import zlib

import yaml
from ansible_collections.flotilla.swarm.plugins.filter.swarm_export_text import FilterModule
from hypothesis import given, settings
from hypothesis import strategies as st

text_of = FilterModule().filters()["swarm_export_text"]


class Loader(yaml.SafeLoader):
    """Reads what Ansible reads."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def text(lists: dict[str, t.Any]) -> str:
    return text_of(base64.b64encode(zlib.compress(json.dumps(lists).encode())).decode())


def test_what_looks_like_a_template_is_marked() -> None:
    shown = text({"swarm_services": [{"name": "web", "hostname": "{{.Node.Hostname}}"}], "swarm_secrets": []})
    assert "hostname: !unsafe '{{.Node.Hostname}}'" in shown
    assert "swarm_secrets" not in shown


@settings(max_examples=300)
@given(
    st.text()
    | st.sampled_from(["yes", "0444", "1.10", "a: b", "x\n", "{{ a }}\n b", "\t\n ", "null", "1:30"])
)
def test_every_text_is_read_again_as_it_is(value: str) -> None:
    lists = {"swarm_configs": [{"name": "c", "data": value}]}
    assert yaml.load(text(lists), Loader) == lists
