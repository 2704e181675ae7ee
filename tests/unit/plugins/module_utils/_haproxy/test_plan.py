# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is declared and what the swarm is to frontends, and to HAProxy's text: properties, and what is refused."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy import declared, text
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy.plan import Balanced, plan
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node, view
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]
CERTIFICATES = {"site": "/etc/haproxy/flotilla/site.pem"}
# Every line that a configuration of ours may have.
_LINES = re.compile(
    r"""(?x)
    |\#\ .*|global|defaults|listen\ [\w.-]+
    |\ \ \ \ (?:
        description\ flotilla-[0-9a-f]{20}|\#\ .*|log\ .*|user\ haproxy|group\ haproxy|stats\ socket\ .*|server-state-file\ .*
        |ssl-default-bind-options\ .*|tune\..*|hard-stop-after\ 1h|option\ \w+(?:\ 1)?|retries\ 3|timeout\ [\w-]+\ \d+[smh]
        |load-server-state-from-file\ global|default-server\ [\w\ -]+
        |bind\ :\d+(?:\ ssl\ crt\ /etc/haproxy/flotilla/site\.pem\ alpn\ [\w,/.]+)?|mode\ (?:tcp|http)|balance\ \w+
        |retry-on\ conn-failure\ empty-response|http-request\ disable-l7-retry\ if\ !\ \{\ method\ GET\ HEAD\ OPTIONS\ \}
        |http-request\ set-header\ X-Forwarded-Proto\ https
        |http-check\ send\ meth\ GET\ uri\ /[A-Za-z0-9._~/?&=:@+,;-]*\ ver\ HTTP/1\.1\ hdr\ Host\ [\w-]+
        |http-check\ expect\ status\ 200-399
        |server\ [\w-]+\.[\w-]+\ (?:[\d.]+|\[[0-9a-f:]+\]):\d+(?:\ send-proxy-v2\ check-send-proxy)?
    )
    """,
    re.ASCII,
)
# What would end a line or a word, or begin a comment, a string or a variable.
HOSTILE = st.text(st.sampled_from("ab1.-_ \t\n\r\"'\\#$%{}[]();|&/:é\u2028\x00"), min_size=1, max_size=12)


def node(name: str, state: str = "ready", availability: str = "active", **labels: str) -> Node:
    """A node."""
    return view(
        {
            "ID": f"id{name}",
            "Spec": {"Role": "worker", "Availability": availability, "Labels": labels},
            "Description": {"Hostname": name},
            "Status": {"State": state, "Addr": f"10.0.0.{1 + ord(name[-1]) % 250}"},
        }
    )


def port(published: int | None, mode: str = "ingress", protocol: str = "tcp") -> t.Any:
    return {"published_port": published, "target_port": 80, "protocol": protocol, "mode": mode}


def live(
    *nodes: Node, running: tuple[str, ...] = (), labels: dict[str, str] | None = None, mode: str = "ingress"
) -> Balanced:
    """A swarm with the service web on port 8080, and one that publishes nothing."""
    return Balanced(
        list(nodes or (node("w1"), node("w2"))),
        {
            "web": [port(8080, mode)],
            "quiet": [],
            "two": [port(1, mode), port(2, mode)],
            "chosen": [port(None, "host")],
        },
        {"web": labels or {}},
        {"web": {f"id{name}" for name in running}},
    )


def names(frontends: list[Raw]) -> list[str]:
    return [server["node"] for server in frontends[0]["servers"]]


def planned(one: Raw, swarm: Balanced) -> list[Raw]:
    return plan([one], True, CERTIFICATES, swarm)


def written(frontends: list[Raw]) -> str:
    return text.configuration(frontends, CERTIFICATES)


def test_behind_the_mesh_stand_all_nodes_that_are_active_and_ready() -> None:
    swarm = live(
        node("w1"),
        node("w2", state="down"),
        node("w3", availability="drain"),
        node("w4", availability="pause"),
        running=("w3",),
    )
    [web] = planned({"service": "web"}, swarm)
    assert (web["port"], web["published_port"], web["publish_mode"], web["mode"]) == (
        8080,
        8080,
        "ingress",
        "tcp",
    )
    assert names([web]) == ["w1"]


def test_without_the_mesh_a_node_stands_behind_it_whose_task_may_come_or_is_there() -> None:
    swarm = live(node("w1"), node("w2"), node("w3", availability="pause"), running=("w2", "w3"), mode="host")
    assert names(planned({"service": "web"}, swarm)) == ["w1", "w2", "w3"]
    assert names(planned({"service": "web", "only_running": True}, swarm)) == ["w2", "w3"]


def test_maintenance_changes_no_configuration() -> None:
    def away(availability: str, state: str, stage: str) -> Node:
        return node("w1", state, availability, **{"flotilla.maintenance": stage})

    before = planned({"service": "web"}, live(node("w1"), node("w2")))
    for one in (
        away("drain", "ready", "away"),
        away("drain", "down", "away"),
        away("active", "ready", "back"),
    ):
        during = planned({"service": "web"}, live(one, node("w2")))
        assert written(during) == written(before)
        drained = one["labels"]["flotilla.maintenance"] == "away"
        assert [server["drained"] for server in during[0]["servers"]] == [drained, False]


def test_a_label_asks_for_what_the_inventory_asks_for() -> None:
    said = {
        "load_balancer.443": "mode=http  check=/health?full=1 certificate=site proxy_protocol=true timeout=5",
        "other": "x",
    }
    listed = {
        "service": "web",
        "port": 443,
        "mode": "http",
        "check": "/health?full=1",
        "certificate": "site",
        "proxy_protocol": True,
        "timeout": 5,
    }
    assert plan([], True, CERTIFICATES, live(labels=said)) == planned(listed, live())
    assert plan([], False, CERTIFICATES, live(labels=said)) == []
    assert plan([], True, CERTIFICATES, live(labels={"load_balancer.443": ""})) == planned(
        {"service": "web", "port": 443}, live()
    )


@pytest.mark.parametrize(
    ("one", "swarm", "why"),
    [
        ({"service": "wbe"}, live(), "names the service wbe, and there is none"),
        ({"service": "quiet"}, live(), "publishes no TCP port"),
        ({"service": "chosen"}, live(), "publishes no TCP port"),
        ({"service": "two"}, live(), r"publishes several ports \(1, 2\)"),
        ({"service": "two", "published_port": 3}, live(), "does not publish the port 3, but 1, 2"),
        ({"service": "web", "mode": "udp"}, live(), "mode 'udp'"),
        ({"service": "web", "port": 70000}, live(), "70000, which is not a port"),
        ({"service": "web", "check": "health"}, live(), "check 'health'"),
        ({"service": "web", "check": "/x y"}, live(), "check '/x y'"),
        ({"service": "web", "certificate": "shop"}, live(), r"certificate 'shop'.*there are: site"),
        (
            {"service": "web", "port": 80},
            live(labels={"load_balancer.80": ""}),
            "Two frontends want the port 80",
        ),
        ({"service": "web"}, live(labels={"load_balancer.http": ""}), "has to end with a port"),
        ({"service": "web"}, live(labels={"load_balancer.80": "modes=http"}), "says 'modes=http'"),
        ({"service": "web"}, live(labels={"load_balancer.80": "mode=http mode=tcp"}), "says 'mode=tcp'"),
        (
            {"service": "web"},
            live(labels={"load_balancer.80": "proxy_protocol=maybe"}),
            "write true or false",
        ),
        ({"service": "web"}, live(labels={"load_balancer.80": "timeout=soon"}), "not a number"),
        ({"service": "web"}, live(labels={"load_balancer.80": "service=db"}), "says 'service=db'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(one: Raw, swarm: Balanced, why: str) -> None:
    with pytest.raises(Refused, match=rf"{why}.*Nothing was changed\."):
        planned(one, swarm)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        ({"name": "../site", "path": "/a"}, "cannot name a certificate"),
        ({"name": "site"}, "either a path or its content"),
        ({"name": "site", "path": "a.pem"}, "write an absolute one"),
        ({"name": "site", "path": "/a.pem\nuser root"}, "write an absolute one"),
        ({"name": "site", "content": "canary3f9a"}, "not PEM with a certificate and its private key"),
    ],
)
def test_a_certificate_that_is_none_is_refused_without_its_content(one: Raw, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        declared.check_certificates([one])
    assert "canary" not in str(refused.value)


@given(
    service=HOSTILE,
    hosts=st.lists(st.tuples(HOSTILE, HOSTILE), max_size=4),
    mode=st.sampled_from(["tcp", "http"]),
    check=st.one_of(st.just("tcp"), HOSTILE.map(lambda end: f"/{end}")),
    certificate=st.sampled_from([None, "site"]),
    proxy=st.booleans(),
)
def test_nothing_that_a_swarm_says_becomes_configuration(
    service: str, hosts: list[tuple[str, str]], mode: str, check: str, certificate: str | None, proxy: bool
) -> None:
    nodes = [{**node("w1"), "id": one, "hostname": name} for one, name in hosts]
    swarm = Balanced(t.cast("list[Node]", nodes), {service: [port(8080)]}, {}, {})
    asked = {
        "service": service,
        "mode": mode,
        "check": check,
        "certificate": certificate,
        "proxy_protocol": proxy,
    }
    try:
        frontends = planned(asked, swarm)
    except Refused:
        assert not re.fullmatch(r"/[A-Za-z0-9._~/?&=:@+,;-]*", check)
        return
    found = written(frontends)
    assert [
        line
        for line in re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", found)
        if not _LINES.fullmatch(line)
    ] == []
    assert found.count("\n    server ") == len(hosts)


@given(said=HOSTILE)
def test_a_label_is_understood_or_refused(said: str) -> None:
    try:
        frontends = plan([], True, CERTIFICATES, live(labels={"load_balancer.80": said}))
    except Refused:
        return
    assert not said.strip()
    assert frontends[0]["port"] == 80


@given(order=st.permutations(["w1", "w2", "w3"]), services=st.permutations([80, 81, 82]))
def test_the_same_swarm_gives_the_same_text(order: list[str], services: list[int]) -> None:
    def of(nodes: list[str], ports: list[int]) -> str:
        listed = [{"service": "web", "port": number} for number in ports]
        return written(plan(listed, True, CERTIFICATES, live(*map(node, nodes))))

    assert of(order, services) == of(["w1", "w2", "w3"], [80, 81, 82])


def test_another_text_or_another_certificate_has_another_fingerprint() -> None:
    frontends = planned({"service": "web", "certificate": "site"}, live())
    base = text.fingerprint_in(text.configuration(frontends, CERTIFICATES, ["a"]))
    assert base
    assert text.fingerprint_in(text.configuration(frontends, CERTIFICATES, ["b"])) != base
    assert text.fingerprint_in(text.configuration(frontends[:0], CERTIFICATES, ["a"])) != base
    assert text.fingerprint_in("global\n    description mine\n") == ""


def test_a_node_without_an_address_is_no_server() -> None:
    assert names(
        planned({"service": "web"}, live(node("w1"), t.cast("Node", {**node("w2"), "address": ""})))
    ) == ["w1"]
    with pytest.raises(Refused, match="has the address 'w2', which is none"):
        written(planned({"service": "web"}, live(t.cast("Node", {**node("w2"), "address": "w2"}))))
