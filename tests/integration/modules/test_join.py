# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_join on real Engines: joining, and why one cannot; leaving, and when one may not."""

from __future__ import annotations

import typing as t

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Stage, call, shell

# A token of a swarm that never was.
STRANGER = f"SWMTKN-1-{'0' * 49}1-{'a' * 25}"
# An address of the lab's network that no host has.
NOBODY = 250


def join(stage: Stage, host: str, role: str, check: bool = False, **args: t.Any) -> Call:
    """A call that joins a host to the swarm of m1."""
    declared: dict[str, t.Any] = {
        "remote_addrs": [stage.address("m1")],
        "join_token": stage.token(role),
        **({"advertise_addr": stage.address(host)} if host in stage.names else {}),
        "role": role,
        **args,
    }
    return call(host, "swarm_join", check=check, **declared)


def nobody(stage: Stage) -> str:
    """An address that nobody has."""
    return f"{stage.address('m1').rsplit('.', 1)[0]}.{NOBODY}"


def test_worker_and_manager_join_once(single: Stage) -> None:
    """P4: each awaited, the manager until it is reachable; the second run is no change and sends nothing."""
    check, worker = single.run(
        join(single, "w1", "worker", check=True, availability="pause"),
        join(single, "w1", "worker", availability="pause"),
    )
    assert not worker["failed"], worker
    assert single.nodes()[1][:3] == ("w1", "Ready", "Pause")
    [manager] = single.run(join(single, "m2", "manager"))
    # No waiting here: the task has ended, so it is a reachable manager.
    assert single.nodes() == [
        ("m1", "Ready", "Active", "Leader"),
        ("m2", "Ready", "Active", "Reachable"),
        ("w1", "Ready", "Pause", ""),
    ]
    through = f"{single.address('m1')}:2377"
    assert worker["actions"] == check["actions"] == [f"joined as worker through {through}"]
    assert worker["diff"] == check["diff"]
    assert worker["diff"] == {"before": {"swarm": "in no swarm"}, "after": {"swarm": "member as worker"}}
    assert (check["changed"], worker["changed"], manager["changed"]) == (True, True, True)
    assert worker["node_id"] == single.local("w1")["NodeID"]

    writes = single.writes()
    again = single.run(
        join(single, "w1", "worker", availability="active"),
        join(single, "w1", "worker", check=True),
        join(single, "m2", "manager"),
        join(single, "w1", "manager"),
        join(single, "m2", "worker"),
        # The swarm's own digest is enough: these addresses are of no manager that is known.
        join(single, "w1", "worker", remote_addrs=[nobody(single)]),
        join(single, "m2", "manager", remote_addrs=[nobody(single)]),
    )
    for result in again:
        assert (result["changed"], result["actions"]) == (False, []), result
        assert result["diff"] == {"before": {}, "after": {}}
    told = [" ".join(map(str, result["warnings"])) for result in again]
    assert "This node is a worker, not a manager: joining does not change roles" in told[3]
    assert "This node is a manager, not a worker: joining does not change roles" in told[4]
    assert [text for index, text in enumerate(told) if index not in (3, 4) and text] == []
    assert writes.seen() == []


def test_joins_through_the_second_address_when_the_first_is_dead(single: Stage) -> None:
    """P4: through any reachable manager. The Engine itself would only ever try the first."""
    addresses = [nobody(single), f"{single.address('m1')}:2377"]
    [run] = single.run(join(single, "w1", "worker", remote_addrs=addresses))
    assert not run["failed"], run
    assert run["actions"] == [f"joined as worker through {single.address('m1')}:2377"]
    assert single.nodes()[1][:2] == ("w1", "Ready")


def test_what_cannot_work_is_one_sentence_and_leaves_nothing_behind(single: Stage) -> None:
    """P4: wrong token, token of another swarm, no token at all, nobody there; the host can join afterwards."""
    old = single.token("worker")
    single.sh("m1", "docker swarm join-token --rotate worker")
    m1 = single.address("m1")
    [malformed] = single.run(join(single, "w1", "worker", join_token="SWMTKN-what"))
    # The Engine tries each for 10 s, so all at the same time.
    own = {
        "m2": {"from": m1, "token": STRANGER},
        "m3": {"from": f"{m1}:9", "token": old},
        "w1": {"from": m1, "token": old},
    }
    arguments = {"remote_addrs": ["{{ own.from }}"], "join_token": "{{ own.token }}"}
    results = single.together(own, join(single, "all", "worker", **arguments))
    [stranger], [refused], [wrong] = results.values()
    sentences = {
        "the manager does not know this join token; it was rotated, read it again": wrong,
        "the join token belongs to another swarm (its CA differs)": stranger,
        "join_token is not a swarm join token (SWMTKN-1-…)": malformed,
        f"{m1}:9: cannot reach it (connection refused); check that 2377/tcp is open there": refused,
    }
    for sentence, result in sentences.items():
        assert result["failed"]
        assert not result["changed"]
        assert result["actions"] == []
        assert sentence in result["msg"]
        assert "\n" not in result["msg"]
        assert "SWMTKN-what" not in result["msg"]
        assert old not in result["msg"]
    for host in own:
        assert single.local(host)["LocalNodeState"] == "inactive"
    [run] = single.run(join(single, "w1", "worker"))
    assert run["changed"], run


def test_a_member_of_another_swarm_is_refused_naming_it(single: Stage) -> None:
    """P4, P7: a manager and a worker of another swarm stay where they are."""
    m2 = single.address("m2")
    single.form(["m2"], ["w1"])
    writes = single.writes()
    results = single.run(
        join(single, "m2", "manager"), join(single, "w1", "worker"), join(single, "w1", "worker", check=True)
    )
    for result in results:
        assert result["failed"]
        assert result["msg"] == (
            f"This node is in another swarm already (its managers: {m2}:2377), not in that of "
            f"{single.address('m1')}:2377; make it leave first: swarm_join with state=absent and force=true."
        )
    assert writes.seen() == []


def test_a_held_published_port_is_refused_or_warned_of(single: Stage) -> None:
    """P10: the swarm's traffic to that port would never reach the service."""
    single.sh("m1", "docker service create -d --name web -p 8081:80 -p 8082:80/udp x:1")
    [info] = single.run(call("m1", "swarm_info", published_ports=True))
    assert {(row["port"], row["protocol"], row["service"]) for row in info["published_ports"]} == {
        (8081, "tcp", "web"),
        (8082, "udp", "web"),
    }
    single.sh("w1", "systemd-run -q --unit held python3 -m http.server 8081")
    try:
        single.until(lambda: single.sh("w1", "ss -Hltn 'sport = :8081'"))
        ports = info["published_ports"]
        refused, warned = single.run(
            join(single, "w1", "worker", published_ports=ports),
            join(single, "w1", "worker", check=True, published_ports=ports, port_conflicts="warn"),
        )
    finally:
        single.sh("w1", "systemctl stop held")
    assert refused["failed"]
    assert refused["msg"].startswith(
        "This host: port 8081/tcp, needed for service web, is held by python3 (process "
    )
    assert single.local("w1")["LocalNodeState"] == "inactive"
    assert not warned["failed"]
    assert "port 8081/tcp, needed for service web, is held by python3" in str(warned["warnings"])
    [joined] = single.run(join(single, "w1", "worker", published_ports=ports))
    assert joined["changed"], joined


def test_a_worker_leaves(cluster: Stage) -> None:
    """P9."""
    check, still, run, again = cluster.run(
        call("w1", "swarm_join", check=True, state="absent"),
        shell("w1", "docker info --format '{{.Swarm.LocalNodeState}}'"),
        call("w1", "swarm_join", state="absent"),
        call("w1", "swarm_join", state="absent"),
    )
    assert still["stdout"] == "active"
    assert (check["changed"], run["changed"], again["changed"]) == (True, True, False)
    assert check["diff"] == run["diff"] == {"before": {"swarm": "member"}, "after": {"swarm": "in no swarm"}}
    assert (run["actions"], run["node_id"]) == (["left the swarm"], None)
    assert cluster.local("w1")["LocalNodeState"] == "inactive"


def test_a_manager_leaves_with_care_for_the_quorum(cluster: Stage) -> None:
    """P9: demoted first, refused where the quorum would be lost, the last one only by force."""
    # Three of three: it may go, and the raft group is two afterwards, not three with one gone.
    [gone] = cluster.run(call("m3", "swarm_join", state="absent"))
    assert not gone["failed"], gone
    assert gone["actions"] == ["left the swarm"]
    [info] = cluster.run(call("m1", "swarm_info"))
    assert info["quorum"] == {"managers": 2, "reachable": 2, "majority": 2, "may_fail": 0}
    # The leader itself, of two: the other takes over.
    [leader] = cluster.run(call("m1", "swarm_join", state="absent"))
    assert not leader["failed"], leader
    cluster.until(lambda: ("m2", "Ready", "Active", "Leader") in cluster.nodes("m2"))
    # The last one.
    writes = cluster.writes()
    last, check = cluster.run(
        call("m2", "swarm_join", state="absent"), call("m2", "swarm_join", check=True, state="absent")
    )
    for result in (last, check):
        assert result["failed"]
        assert result["msg"].startswith("This is the swarm's last manager: leaving erases the swarm")
        assert not result["changed"]
    assert writes.seen() == []
    [forced] = cluster.run(call("m2", "swarm_join", state="absent", force=True))
    assert forced["changed"], forced
    assert cluster.local("m2")["LocalNodeState"] == "inactive"
