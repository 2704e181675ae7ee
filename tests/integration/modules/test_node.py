# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_node on real Engines: labels, availability, roles and removal."""

from __future__ import annotations

import json
import shlex
import time
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Stage, call, shell

NOTHING = {"before": {}, "after": {}}


def labels(stage: Stage, node: str = "w1", on: str = "m1") -> dict[str, str]:
    """A node's labels without the collection's memory."""
    found = stage.node(node, on)["Spec"]["Labels"]
    return {name: value for name, value in found.items() if name != "flotilla.declared"}


def w1(check: bool = False, **args: t.Any) -> Call:
    """A call about the worker."""
    return call("m1", "swarm_node", check=check, hostname="w1", **args)


SHOWN = shell("m1", "docker node inspect w1 --format '{{json .Spec.Labels}}'")


def test_labels_merged_owned_replaced_and_removed(cluster: Stage) -> None:
    """N1: each twice, the second time no change; labels of others stay unless all are to be replaced."""
    cluster.sh("m1", "docker node update --label-add theirs=1 w1")
    writes = cluster.writes()
    steps: list[tuple[dict[str, t.Any], dict[str, str]]] = [
        ({"labels": {"a": "1", "empty": ""}}, {"theirs": "1", "a": "1", "empty": ""}),
        (
            {"labels": {"b": "2", "c": "3"}, "labels_state": "owned"},
            {"theirs": "1", "a": "1", "empty": "", "b": "2", "c": "3"},
        ),
        ({"labels": {"c": "4"}, "labels_state": "owned"}, {"theirs": "1", "a": "1", "empty": "", "c": "4"}),
        ({"labels_to_remove": ["empty", "nowhere"]}, {"theirs": "1", "a": "1", "c": "4"}),
        ({"labels": {"a": "5"}, "labels_to_remove": ["c"]}, {"theirs": "1", "a": "5"}),
        ({"labels": {"only": "x"}, "labels_state": "replace"}, {"only": "x"}),
        ({"labels_state": "replace", "labels": {}}, {}),
        ({"labels": {"rack": 7}}, {"rack": "7"}),
        ({"labels_state": "replace"}, {}),
    ]
    calls = [one for args, _kept in steps for one in (w1(check=True, **args), w1(**args), SHOWN, w1(**args))]
    results = iter(cluster.run(*calls))
    for args, kept in steps:
        check, run, shown, again = (next(results) for _step in range(4))
        assert not run["failed"], run
        live: dict[str, str] = t.cast("dict[str, str]", json.loads(shown["stdout"]))
        assert {name: value for name, value in live.items() if name != "flotilla.declared"} == kept, args
        assert (check["changed"], run["changed"], again["changed"]) == (True, True, False), args
        assert (check["actions"], check["diff"]) == (run["actions"], run["diff"])
        assert (again["actions"], again["diff"]) == ([], NOTHING)
    assert writes.seen() == ["m1: POST /nodes/" + cluster.node("w1")["ID"] + "/update"] * len(steps)


def test_the_diff_is_in_the_users_words(cluster: Stage) -> None:
    """N1: label by label, without the memory."""
    cluster.sh("m1", "docker node update --label-add a=1 --label-add gone=x w1")
    [run] = cluster.run(w1(labels={"a": "2", "b": ""}, labels_to_remove=["gone"], availability="pause"))
    assert run["diff"] == {
        "before": {"w1": {"availability": "active", "labels.a": "1", "labels.gone": "x"}},
        "after": {"w1": {"availability": "pause", "labels.a": "2", "labels.b": ""}},
    }
    assert run["actions"] == [
        "w1: availability: active → pause, labels.a: 1 → 2, labels.b: not set → '', labels.gone: x → not set"
    ]
    [node] = run["nodes"]
    assert (node["hostname"], node["availability"]) == ("w1", "pause")
    assert cluster.node("w1")["Spec"]["Availability"] == "pause"
    cluster.sh("m1", "docker node update --availability active w1")


def test_what_cannot_work_is_refused_before_anything_is_sent(cluster: Stage) -> None:
    """N1, N4: one wrong node in a list stops the whole list."""
    writes = cluster.writes()
    fine = {"hostname": "m2", "labels": {"fine": "yes"}}
    refusals: dict[str, Call] = {
        "Node w1: labels: label 'bad name' is not a label name: use letters": w1(labels={"bad name": "x"}),
        "Node w1: labels: label 'v' is a number, not a string: put it in quotes.": w1(labels={"v": 1.1}),
        "Node w1: labels: label 'y' is a yes or no, ": w1(labels={"y": True}),
        "Node w1: labels: label 'flotilla.declared' is reserved": w1(labels={"flotilla.declared": "x"}),
        "No node is called w7; the swarm knows m1, m2, m3, w1.": call(
            "m1", "swarm_node", nodes=[fine, {"hostname": "w7"}]
        ),
        "Node w1: labels: label 'n' is a number, ": call(
            "m1", "swarm_node", nodes=[fine, {"hostname": "w1", "labels": {"n": 3.5}}]
        ),
        "Worker nodes can't be used to view or modify cluster state": call(
            "w1", "swarm_node", hostname="self", labels={"a": "1"}
        ),
        "w1: it is not down and so cannot be removed; let it leave the swarm first": call(
            "m2", "swarm_node", hostname="w1", state="absent", wait_timeout=1
        ),
    }
    for told, result in zip(refusals, cluster.run(*refusals.values()), strict=True):
        assert result["failed"], told
        assert told in result["msg"]
        assert not result.get("changed")
        assert "\n" not in result["msg"]
    assert writes.seen() == []


def test_many_nodes_in_one_call(cluster: Stage) -> None:
    """N1, N3: by host name, ID, the beginning of an ID and self; on any manager; one call for all."""
    ids = {name: cluster.node(name)["ID"] for name in ("m2", "m3", "w1")}
    declared: list[dict[str, t.Any]] = [
        {"hostname": "self", "labels": {"site": "a"}},
        {"hostname": ids["m2"], "labels": {"site": "b"}, "availability": "pause"},
        {"hostname": ids["m3"][:12], "labels": {"site": "c"}, "labels_state": "owned"},
        {"hostname": "w1"},
    ]
    check, run, again = cluster.run(
        call("m1", "swarm_node", check=True, nodes=declared),
        call("m1", "swarm_node", nodes=declared),
        call("m3", "swarm_node", nodes=[{**declared[0], "hostname": "m1"}, *declared[1:]]),
    )
    assert check["actions"] == run["actions"]
    assert len(run["actions"]) == 3
    assert (run["changed"], again["changed"]) == (True, False)
    assert [node["hostname"] for node in run["nodes"]] == ["m1", "m2", "m3", "w1"]
    assert [labels(cluster, name) for name in ("m1", "m2", "m3", "w1")] == [
        {"site": "a"},
        {"site": "b"},
        {"site": "c"},
        {},
    ]
    assert cluster.node("m2")["Spec"]["Availability"] == "pause"
    cluster.sh("m1", "docker node update --availability active m2")


def test_no_update_is_lost_to_another_writer(cluster: Stage) -> None:
    """N1: somebody else writes the same node all the while; both sides' labels are all there at the end."""
    loop = "for i in $(seq 1 20); do docker node update --label-add other$i=x w1 >/dev/null 2>&1 || echo lost; sleep 0.2; done"
    unit = f"writer{time.time_ns()}"
    cluster.sh("m1", f"systemd-run -q -G --unit {unit} --property=StandardOutput=journal bash -c '{loop}'")
    mine = [call("m2", "swarm_node", hostname="w1", labels={f"mine{i}": "y"}) for i in range(6)]
    results = cluster.run(*mine)
    cluster.until(lambda: cluster.sh("m1", f"systemctl is-active {unit}", check=False) != "active")
    assert all(result["changed"] and not result["failed"] for result in results), results
    found = labels(cluster)
    assert {name for name in found if name.startswith("mine")} == {f"mine{i}" for i in range(6)}
    # The loop does not retry, so what it says it wrote must be there, and only that.
    lost = cluster.sh("m1", f"journalctl -q -u {unit} -o cat | grep -cx lost || true")
    assert len([name for name in found if name.startswith("other")]) == 20 - int(lost or 0)
    assert int(lost or 0) < 20


def test_a_drain_is_complete_and_undone(cluster: Stage) -> None:
    """N3: when the task ends, the node runs no service task; active again, a global service returns."""
    image = f"{cluster.lab.registry}/tiny:1"
    cluster.sh("m1", f"docker service create -d -q --mode global --name all {image}")
    running = "docker ps -q --filter label=com.docker.swarm.service.name=all | wc -l"
    cluster.until(lambda: cluster.sh("w1", running) == "1")
    check, still, run, left, again, back = cluster.run(
        w1(check=True, availability="drain"),
        shell("w1", running),
        w1(availability="drain"),
        shell("w1", running),
        w1(availability="drain"),
        w1(availability="active"),
    )
    assert (check["changed"], still["stdout"]) == (True, "1")
    assert not run["failed"], run
    assert (run["changed"], left["stdout"], again["changed"], back["changed"]) == (True, "0", False, True)
    cluster.until(lambda: cluster.sh("w1", running) == "1")
    # One that ignores the request to stop takes longer than we are ready to wait: said with node and count.
    stubborn = f"docker service create -d -q --name stubborn --stop-grace-period 60s --constraint node.hostname==w1 {image}"
    cluster.sh("m1", f"{stubborn} sh -c 'trap \"\" TERM; while :; do sleep 1; done'")
    [late] = cluster.run(w1(availability="drain", wait_timeout=2))
    assert late["failed"]
    assert late["changed"]
    assert late["msg"].startswith("still draining: w1 runs ")
    assert late["actions"] == ["w1: availability: active → drain"]
    # The next run goes on waiting, though there is nothing to send any more.
    [still_late] = cluster.run(w1(availability="drain", wait_timeout=2))
    assert still_late["failed"]
    assert not still_late["changed"]
    assert still_late["msg"].startswith("still draining: w1 runs ")
    cluster.sh(
        "w1", "docker ps -q --filter label=com.docker.swarm.service.name=stubborn | xargs -r docker kill"
    )
    cluster.sh("m1", "docker service rm all stubborn; docker node update --availability active w1")


def test_a_drain_is_complete_with_the_replicas_of_a_service(cluster: Stage) -> None:
    """N3: it ends when the last task has ended, the replicas run elsewhere; late, it says how many are left."""
    others = " ".join(name for name in cluster.names if name != "w1")
    image = f"{cluster.lab.registry}/tiny:1"
    running = "docker ps -q --filter label=com.docker.swarm.service.name=slow | wc -l"
    everywhere = (
        "docker service ps slow --filter desired-state=running --format '{{.Node}} {{.CurrentState}}'"
    )

    def gather(start: str) -> None:
        """Have all replicas on w1, and the other nodes ready to take them."""
        cluster.sh("m1", f"for n in {others}; do docker node update --availability pause $n; done; {start}")
        cluster.until(lambda: cluster.sh("w1", running) == "4")
        cluster.sh("m1", f"for n in {others}; do docker node update --availability active $n; done")

    def elsewhere() -> bool:
        nodes = [line.split()[:2] for line in cluster.sh("m1", everywhere).splitlines()]
        return len(nodes) == 4 and all(node != "w1" and state == "Running" for node, state in nodes)

    try:
        # Each takes three seconds to stop.
        create = f"docker service create -d -q --name slow --replicas 4 --stop-grace-period 60s {image}"
        gather(f"{create} sh -c 'trap \"sleep 3; exit 0\" TERM; while :; do sleep 0.2; done'")
        run, left, again, node = cluster.run(
            w1(availability="drain"),
            shell("w1", running),
            w1(availability="drain"),
            call("m1", "swarm_node_info", name=["w1"]),
        )
        assert not run["failed"], run
        assert (run["changed"], left["stdout"], again["changed"]) == (True, "0", False)
        assert node["nodes"][0]["availability"] == "drain"
        cluster.until(elsewhere)

        cluster.sh("m1", "docker node update --availability active w1")
        gather("docker service update -d -q --force --update-parallelism 0 slow")
        [late] = cluster.run(w1(availability="drain", wait_timeout=1))
        assert late["failed"]
        assert late["changed"]
        assert late["msg"] == "still draining: w1 runs 4 task(s) (waited 1 s)."
        # Nothing was taken back: the drain goes on.
        cluster.until(lambda: cluster.sh("w1", running) == "0")
        cluster.until(elsewhere)
    finally:
        cluster.sh("m1", "docker service rm slow", check=False)
        cluster.sh("m1", f"for n in w1 {others}; do docker node update --availability active $n; done")


def test_promoted_before_demoted_the_leader_and_self_included(cluster: Stage) -> None:
    """N4: in one call w1 takes the place of the leader, who is the one that is asked; never fewer managers than three."""
    moved = [{"hostname": "m1", "role": "worker"}, {"hostname": "w1", "role": "manager"}]
    unit = f"watch{time.time_ns()}"
    # Only answers count: while the leader changes there is none.
    watch = 'while :; do seen="$(docker node ls --format \'{{.ManagerStatus}}\')" && echo "$seen" | grep -c .; done'
    cluster.sh("m2", f"systemd-run -q -G --unit {unit} bash -c {shlex.quote(watch.replace('$', '$$'))}")
    try:
        check, run = cluster.run(
            call("m1", "swarm_node", check=True, nodes=moved), call("m1", "swarm_node", nodes=moved)
        )
        assert not run["failed"], run
        cluster.until(lambda: [node[3] for node in cluster.nodes("m2")].count("Leader") == 1)
        shown = [node[3] for node in cluster.nodes("m2")]
    finally:
        cluster.sh("m2", f"systemctl stop {unit}", check=False)
    assert run["actions"] == check["actions"]
    assert run["actions"] == ["w1: role: worker → manager", "m1: role: manager → worker"]
    assert shown[0] == ""
    assert all(shown[1:])
    counts = cluster.sh("m2", f"journalctl -q -u {unit} -o cat | grep -xE '[0-9]+'").split()
    # Four for a moment, which may fall between two looks.
    assert min(map(int, counts)) == 3
    assert cluster.local("m1")["ControlAvailable"] is False
    # And back, asked of another manager; the same again is no change.
    back = [{"hostname": "w1", "role": "worker"}, {"hostname": "m1", "role": "manager"}]
    undone, again = cluster.run(call("m2", "swarm_node", nodes=back), call("m2", "swarm_node", nodes=back))
    assert not undone["failed"], undone
    assert (undone["changed"], again["changed"]) == (True, False)
    assert [bool(node[3]) for node in cluster.nodes("m2")] == [True, True, True, False]


def test_the_last_manager_stays(single: Stage) -> None:
    """N4."""
    writes = single.writes()
    results = single.run(
        call("m1", "swarm_node", hostname="self", role="worker"),
        call("m1", "swarm_node", check=True, hostname="m1", role="worker"),
        call("m1", "swarm_node", hostname="m1", state="absent", force=True),
    )
    for result in results:
        assert result["failed"]
        assert result["msg"] == (
            "m1 is the swarm's last manager; promote another node before it is demoted or removed."
        )
    assert writes.seen() == []


def test_a_step_that_breaks_the_quorum_is_refused(cluster: Stage) -> None:
    """N4, V1, P9: with m3 down, a living manager may not go, the dead one may; what is wrong is told meanwhile."""
    cluster.lab.host("m3").stop_engine()
    try:
        cluster.until(lambda: ("m3", "Down", "Active", "Unreachable") in cluster.nodes())
        writes = cluster.writes()
        demote, leave, info, nodes = cluster.run(
            call("m1", "swarm_node", hostname="m2", role="worker"),
            call("m2", "swarm_join", state="absent"),
            call("m1", "swarm_info"),
            call("m1", "swarm_node_info", name=["m3", "m9"]),
        )
        assert demote["failed"]
        assert demote["msg"].startswith(
            "Without m2 the swarm would lose its quorum (2 of 3 managers are reachable);"
        )
        assert leave["failed"]
        assert leave["msg"].startswith("Without this manager the swarm would lose its quorum (2 of 3")
        assert writes.seen() == []
        assert info["quorum"] == {"managers": 3, "reachable": 2, "majority": 2, "may_fail": 0}
        assert info["why"].startswith(
            "Quorum holds, but no manager may fail: 2 of 3 managers reachable, 2 needed"
        )
        assert (nodes["missing"], [node["hostname"] for node in nodes["nodes"]]) == (["m9"], ["m3"])
        assert "as a manager it is unreachable" in nodes["nodes"][0]["problems"]
        [gone] = cluster.run(call("m1", "swarm_node", hostname="m3", state="absent"))
        assert not gone["failed"], gone
        assert [node[0] for node in cluster.nodes()] == ["m1", "m2", "w1"]
    finally:
        cluster.lab.host("m3").start_engine()
        cluster.sh("m3", "docker swarm leave --force", check=False)


def test_removed_with_its_down_namesakes(cluster: Stage) -> None:
    """P9: a host that left and joined again has two entries; the stale one is told, and both go once it leaves."""
    old = cluster.node("w1")["ID"]
    cluster.sh("w1", "docker swarm leave")
    cluster.lab.host("w1").join(cluster.lab.host("m1"))
    cluster.until(lambda: cluster.node(old)["Status"]["State"] == "down")
    info, name = cluster.run(
        call("m1", "swarm_info"), call("m1", "swarm_node", hostname="w1", labels={"a": "1"})
    )
    assert any(
        f"w1: it is a stale entry: w1 is now {cluster.local('w1')['NodeID']}." in line
        for line in info["summary"]
    )
    # By name the living one is meant, by ID the stale one.
    assert name["nodes"][0]["id"] == cluster.local("w1")["NodeID"]
    cluster.sh("w1", "docker swarm leave")
    check, run, gone = cluster.run(
        call("m1", "swarm_node", check=True, hostname="w1", state="absent"),
        # The entry is still ready for a while: it is awaited.
        call("m1", "swarm_node", hostname="w1", state="absent"),
        call("m1", "swarm_node", hostname="w1", state="absent"),
    )
    assert not run["failed"], run
    assert (len(check["actions"]), len(run["actions"]), gone["changed"]) == (2, 2, False)
    assert [node[0] for node in cluster.nodes()] == ["m1", "m2", "m3"]


def test_a_ready_node_is_removed_only_by_force(cluster: Stage) -> None:
    """P9."""
    refused, forced = cluster.run(
        call("m1", "swarm_node", hostname="w1", state="absent", wait=False),
        call("m1", "swarm_node", hostname="w1", state="absent", force=True),
    )
    assert refused["failed"]
    assert refused["msg"].startswith(
        "w1: it is not down and so cannot be removed; let it leave the swarm first"
    )
    assert not refused["changed"]
    assert (forced["changed"], forced["failed"]) == (True, False)
    assert [node[0] for node in cluster.nodes()] == ["m1", "m2", "m3"]
    cluster.sh("w1", "docker swarm leave --force")
