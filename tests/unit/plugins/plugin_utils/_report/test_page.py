# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import html.parser
import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import Sources, document
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.page import fingerprint, page
from ansible_collections.flotilla.swarm.tests.unit.support.reported import (
    MADE,
    ago,
    calm,
    demo,
    disk,
    host,
    network,
    node,
    rolled,
    service,
    task,
    update,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# What data may never be: each page has the same elements and attributes, whatever its names are.
_DATA_IN = {"title", "content"}


class Structure(html.parser.HTMLParser):
    """The elements of a page in their order, with their attributes; its texts apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[t.Any] = []
        self.texts: list[str] = []
        self.raw: list[str] = []
        self._tag = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        kept = [(name, None if name in _DATA_IN else value) for name, value in attrs]
        self.elements.append((tag, kept))

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""
        self.elements.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        (self.raw if self._tag in ("script", "style") else self.texts).append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:80]}")

    handle_pi = handle_comment

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data[:80]}")


def named(text: str) -> Sources:
    """A swarm in which everything that has a name is called so."""
    nodes = [
        node("n1", manager="leader", labels={"zone": text, text: text}),
        node("n2", state="down", message=text),
    ]
    for one in nodes:
        one["hostname"] = one["address"] = one["engine_version"] = text
    web = service(text, text, update=update(text, 100, None), problems=[text], mode="replicated")
    web["ports"] = [{"published_port": 1, "target_port": 2, "protocol": text, "mode": text}]
    its = [
        *rolled(web, [nodes[0]], text, 100, 1, 2),
        task(web, 2, None, state="pending", error=text),
        task(web, 3, nodes[0], state="failed", desired_state="shutdown", error=text, created=ago(5)),
    ]
    nets = [network(text, [text], driver=text, subnets=[text], problems=[text], encrypted=True)]
    return Sources(
        hosts={text: host(nodes, nodes[0]), f"{text}2": {"why": text}},
        disks={text: disk(91, text)},
        services=[web],
        tasks=t.cast("t.Any", its),
        networks=nets,
        problems=[text],
    )


def rendered(text: str) -> Structure:
    return Structure(page(document(named(text), MADE, text), text))


PLAIN = rendered("x")
HOSTILE = [
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus tabindex=0 '",
    "<!-- --!> <![CDATA[ <?php",
    "]]>&lt;b&gt;&#60;script&#62;",
    "{{ 7 * 7 }}{% raw %}",
    "\u202etxt.exe\u2066\0\x1b[31m\r\n\u2028",
    "javascript:alert(1)",
    "x" * 20_000,
    "`${alert(1)}`\\",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_text_and_nothing_else(text: str) -> None:
    found = rendered(text)
    assert found.elements == PLAIN.elements
    assert found.raw == PLAIN.raw


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(), min_size=1)
    | st.lists(st.sampled_from([*"<>&\"'`=/ \n\t\0x!-[]", "script", "\u202e", "\ud800"]), min_size=1).map(
        "".join
    )
)
def test_whatever_a_name_is_no_element_and_no_attribute_comes_of_it(text: str) -> None:
    found = rendered(text)
    assert found.elements == PLAIN.elements
    assert found.raw == PLAIN.raw


def test_every_character_of_a_name_is_seen() -> None:
    found = rendered("a\u202eb\x1bc\0d")
    shown = "".join(found.texts)
    assert "a\\u202eb\\u001bc\\u0000d" in shown
    assert not re.search(
        "[\0-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", shown
    )


def test_templates_in_names_are_not_run() -> None:
    assert "49" not in "".join(rendered("{{ 7 * 7 }}").texts)


def test_its_policy_names_the_style_and_the_script_that_it_has_and_lets_nothing_be_loaded() -> None:
    text = page(document(demo(), MADE), "Swarm")
    policy = re.search(r'Content-Security-Policy content="([^"]+)"', text)
    assert policy
    for kind, tag in (("style", "style"), ("script", "script")):
        content = text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in policy[1]
    assert not re.search(r"\bsrc=|@import|https?:|//[a-z]", text.split("</style>")[1])
    # Neither is allowed by the policy.
    assert not re.search(r"\s(style|on[a-z]+)=", text)


def test_what_is_wrong_stands_first_and_every_task_has_a_mark() -> None:
    text = page(document(demo(), MADE), "Swarm")
    assert text.index("7 things need a look") < text.index("id=placement") < text.index("id=nodes")
    assert "Everything is fine" in page(document(calm(), MADE), "Swarm")
    for mark, many in {"r": 15, "s": 1, "w": 1, "f": 1, "l": 1, "d": 2}.items():
        assert len(re.findall(f"<a class={mark} href", text)) == many


def test_a_task_that_does_not_run_leads_to_its_row() -> None:
    text = page(document(demo(), MADE), "Swarm")
    for target in re.findall(r"<a class=[swfl] href=#(t\d+)", text):
        assert f"<tr id={target}>" in text
    assert "no suitable node (scheduling constraints" in text


def test_without_a_quorum_it_is_a_page_too() -> None:
    text = page(document(Sources(hosts={"m1": {"why": "m1 has lost its quorum."}}), MADE), "Swarm")
    assert "No manager with a quorum was reached." in text and "m1 has lost its quorum." in text
    assert '<section id=problems class="hero bad"' in text


def test_a_quorum_that_was_lost_a_moment_ago_is_told_so() -> None:
    nodes = [node(name, manager="leader" if name == "m1" else "yes") for name in ("m1", "m2", "m3")]
    for one in nodes[1:]:
        assert one["manager"]
        one["manager"]["reachability"] = "unreachable"
    text = page(document(Sources(hosts={"m1": host(nodes, nodes[0])}), MADE), "Swarm")
    assert '<section id=problems class="hero bad"' in text
    assert "Quorum lost: 1 of 3 managers reachable, 2 needed." in text and "Lost; 2 needed" in text


def test_its_fingerprint_counts_all_but_the_moment() -> None:
    now, later = (document(demo(), made) for made in (MADE, "2026-11-28T11:00:00Z"))
    assert fingerprint(now, "Swarm") == fingerprint(later, "Swarm") != fingerprint(now, "Other")
    assert fingerprint(now, "Swarm") in page(now, "Swarm")
    assert fingerprint(document(calm(), MADE), "Swarm") != fingerprint(now, "Swarm")
