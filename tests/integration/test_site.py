# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site playbook on real hosts of both Engines, with things broken on purpose.

Every test starts from whatever the one before left and brings the swarm to where it needs it, which a run of the
playbook itself does in seconds.
"""

from __future__ import annotations

import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import leave_swarm, own_lab, until
from ansible_collections.flotilla.swarm.tests.integration.journals import Writes
from ansible_collections.flotilla.swarm.tests.integration.playing import play
from ansible_collections.flotilla.swarm.tests.integration.running import Lab, labels, nodes, site

SITE = {"swarm_labels_node__site": {"site": "fra1"}}


def inventory(managers: str = "m1 m2 m3", workers: str = "w1 w2", **hosts: t.Any) -> dict[str, t.Any]:
    """An inventory of these hosts, with variables of single ones."""
    return {
        "swarm": {
            "vars": SITE,
            "children": {
                "swarm_managers": {"hosts": {name: hosts.get(name, {}) for name in managers.split()}},
                "swarm_workers": {"hosts": {name: hosts.get(name, {}) for name in workers.split()}},
            },
        }
    }


DISK = {"w1": {"swarm_labels_node": {"disk": "ssd"}}}
USUAL = inventory(**DISK)


@pytest.fixture(scope="module")
def lab() -> t.Iterator[Lab]:
    """Three managers and three workers, Engines of both kinds mixed."""
    with own_lab("site", managers=3, workers=3, engine="mixed") as made:
        yield made


@pytest.fixture
def formed(lab: Lab) -> Lab:
    """The usual swarm, with w3 outside of it."""
    leave_swarm(lab.host("w3"))
    site(lab, USUAL).succeeded()
    lab.host("m1").run("docker node ls -q --filter name=w3 | xargs -r docker node rm --force")
    until(lambda: settled(lab))
    return lab


def settled(lab: Lab, on: str = "m1") -> bool:
    """Whether every node is ready and three managers are reachable, which takes seconds after a leader was lost."""
    shown = lab.host(on).run("docker node ls --format '{{.Status}} {{.ManagerStatus}}'", check=False)
    lines = shown.stdout.splitlines()
    reachable = [line for line in lines if line.endswith(("Leader", "Reachable"))]
    return len(reachable) == 3 and all(line.startswith("Ready") for line in lines)


def entries_of(lab: Lab, on: str, name: str) -> list[str]:
    """The states of the nodes of a host name; nothing while there is no leader."""
    shown = lab.host(on).run("docker node ls --format '{{.Hostname}} {{.Status}}'", check=False).stdout
    return [line.rpartition(" ")[2] for line in shown.splitlines() if line.rpartition(" ")[0] == name]


def alone(lab: Lab) -> None:
    """Bring every host out of any swarm."""
    with ThreadPoolExecutor(len(lab.hosts)) as pool:
        list(pool.map(leave_swarm, lab.hosts))


def open_wall(lab: Lab) -> None:
    """Take the collection's nftables rules off every host."""
    for host in lab.hosts:
        host.run(
            "nft list table inet flotilla >/dev/null 2>&1 && nft delete table inet flotilla", check=False
        )


def is_usual(lab: Lab, on: str = "m1") -> None:
    """Assert that the usual swarm stands: one entry per host, three managers, labels in force."""
    until(lambda: settled(lab, on))
    listed = nodes(lab, on)
    assert sorted(listed) == ["m1", "m2", "m3", "w1", "w2"]
    assert all(len(entries) == 1 for entries in listed.values()), listed
    assert {entry[0]["Status"] for entry in listed.values()} == {"Ready"}
    assert {entry[0]["Availability"] for entry in listed.values()} == {"Active"}
    assert sorted(name for name, entry in listed.items() if entry[0]["ManagerStatus"]) == ["m1", "m2", "m3"]
    assert labels(lab, on, "w1") == {"site": "fra1", "disk": "ssd"}
    assert labels(lab, on, "m1") == {"site": "fra1"}


def test_check_mode_on_fresh_hosts_tells_all_and_changes_nothing(lab: Lab) -> None:
    """P3, P4."""
    alone(lab)
    writes = Writes(lab.hosts)
    run = site(lab, USUAL, "--check", "--diff").succeeded()
    address = {host.name: host.address for host in lab.hosts}
    assert run.plan == [
        f"m1: create the swarm (advertise {address['m1']})",
        "m1: labels.site: not set → fra1",
        f"m2: join as manager (advertise {address['m2']})",
        "m2: labels.site: not set → fra1",
        f"m3: join as manager (advertise {address['m3']})",
        "m3: labels.site: not set → fra1",
        f"w1: join as worker (advertise {address['w1']})",
        "w1: labels.disk: not set → ssd",
        "w1: labels.site: not set → fra1",
        f"w2: join as worker (advertise {address['w2']})",
        "w2: labels.site: not set → fra1",
    ]
    assert writes.seen() == []
    assert "inactive" in lab.host("m1").run("docker info --format '{{.Swarm.LocalNodeState}}'").stdout


def test_forms_a_mixed_swarm_and_a_second_run_writes_nothing(lab: Lab) -> None:
    """P3, P4, P6, N1."""
    alone(lab)
    site(lab, USUAL).succeeded()
    is_usual(lab)
    writes = Writes(lab.hosts)
    again = site(lab, USUAL).succeeded()
    assert not any(again.changed.values())
    check = site(lab, USUAL, "--check", "--diff").succeeded()
    assert check.plan == []
    assert not any(check.changed.values())
    assert writes.seen() == []


@pytest.mark.parametrize("lost", [["m1"], ["m2", "w1"], ["w1", "w2"]], ids="-".join)
def test_lost_hosts_are_rebuilt(formed: Lab, lost: list[str]) -> None:
    """P7: hosts that lost their swarm state join anew, the first included; nothing of them is left over."""
    before = nodes(formed, "m3")
    for name in lost:
        formed.host(name).wipe()
    site(formed, USUAL).succeeded()
    is_usual(formed, "m3")
    after = nodes(formed, "m3")
    for name, entries in after.items():
        assert (entries[0]["ID"] == before[name][0]["ID"]) == (name not in lost)


def test_stopped_engines_are_started_and_their_quorum_waited_for(formed: Lab) -> None:
    """P1, P7: with every manager's Engine stopped there is no leader at first, which is no lost quorum."""
    before = nodes(formed, "m1")
    for name in ("m1", "m2", "m3", "w2"):
        formed.host(name).stop_engine()
    site(formed, USUAL).succeeded()
    is_usual(formed)
    assert {name: entry[0]["ID"] for name, entry in nodes(formed, "m1").items()} == {
        name: entry[0]["ID"] for name, entry in before.items()
    }


def test_every_manager_moves_at_once(formed: Lab) -> None:
    """N1, N4: three others are promoted before all three are demoted, and labels change in the same run."""
    moved = inventory("w1 w2 w3", "m1 m2 m3", m1={"swarm_labels_node": {"disk": "hdd"}})
    site(formed, moved).succeeded()
    listed = nodes(formed, "w1")
    assert sorted(name for name, entry in listed.items() if entry[0]["ManagerStatus"]) == ["w1", "w2", "w3"]
    assert labels(formed, "w1", "m1") == {"site": "fra1", "disk": "hdd"}
    again = site(formed, moved).succeeded()
    assert not any(again.changed.values())
    site(formed, inventory(workers="w1 w2 w3", **DISK)).succeeded()


def test_manager_off_while_a_worker_is_added(formed: Lab) -> None:
    """P4, P7: any reachable manager is the way in."""
    formed.host("m1").kill()
    try:
        run = site(formed, inventory(workers="w1 w2 w3", **DISK))
        assert run.status == 4, run.text  # Ansible's own status for an unreachable host
        assert "m1 was not reached; its node stays as it is" in run.text
        [w3] = nodes(formed, "m2")["w3"]
        assert (w3["Status"], w3["Availability"]) == ("Ready", "Active")
    finally:
        formed.host("m1").start()


def test_quorum_lost_stops_in_seconds(formed: Lab) -> None:
    """P7, V1."""
    formed.host("m1").kill()
    formed.host("m2").kill()
    try:
        # A leader answers for some seconds before it notices that nobody follows.
        until(lambda: formed.host("m3").run("docker node ls", check=False).rc != 0)
        writes = Writes([host for host in formed.hosts if host.name not in ("m1", "m2")])
        run = site(formed, inventory(workers="w1 w2 w3", **DISK))
        assert run.status != 0
        assert "of its 3 managers, m3 can be asked, 2 are needed. Start m1 or m2." in run.text
        assert "If they are lost for good, run flotilla.swarm.recover." in run.text
        assert run.seconds < 60
        status = site(formed, USUAL, book="status")
        assert "m3 is a manager of a swarm that has lost its quorum" in status.text
        assert writes.seen() == []
    finally:
        formed.host("m1").start()
        formed.host("m2").start()


def test_managers_that_have_no_leader_yet_are_waited_for(formed: Lab) -> None:
    """P7: a quorum that is there, but has not chosen its leader, is not a lost one."""
    back = [formed.host("m1"), formed.host("m2")]
    for host in back:
        host.run("systemctl stop docker.socket docker")
    try:
        until(lambda: formed.host("m3").run("timeout 5 docker node ls", check=False).rc != 0)
    finally:
        for host in back:
            host.run("systemctl start --no-block docker.socket docker")
    for host in back:
        until(lambda host=host: host.run("docker version", check=False).rc == 0)
    config = {"flotilla.swarm.swarm_config": {"name": "elected", "data": "words"}}
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(play, formed, [{"hosts": "m3", "gather_facts": False, "tasks": [config]}])
        run = site(formed, USUAL).succeeded()
    assert run.changed == dict.fromkeys(run.changed, 0), run.text
    assert other.result().changed == {"m3": 1}, other.result().text
    formed.host("m3").run("docker config rm elected")


@pytest.mark.long
def test_an_entry_that_a_broken_join_left_is_removed(formed: Lab) -> None:
    """P7, P9: a node that got its ID and was cut off before it reported anything; by its ID, and by itself once it is down."""
    host, manager = formed.host("w3"), formed.host("m1")
    token = manager.run("docker swarm join-token -q worker").stdout.strip()
    # The first connections get the certificate, and with it the ID; those that would use it are dropped.
    wall = (
        "nft add table inet cut; nft add chain inet cut o '{ type filter hook output priority 0; }'; nft add rule inet cut o "
        "tcp dport 2377 ct state new limit rate over 1/hour burst 2 packets drop"
    )
    try:
        for _entry in range(2):
            host.run(wall)
            host.run(f"timeout 8 docker swarm join --token {token} {manager.address}:2377", check=False)
            leave_swarm(host)
            host.run("nft delete table inet cut")
        first, second = nodes(formed, "m1")[""]
        assert (first["Status"], second["Status"]) == ("Unknown", "Unknown")
        status = site(formed, USUAL, book="status").succeeded()
        assert f"{first['ID']}: it never reported its host name" in status.text
        site(formed, USUAL, book="remove_nodes", swarm_remove=first["ID"]).succeeded()
        assert [entry["ID"] for entry in nodes(formed, "m1")[""]] == [second["ID"]]
        # Another leader gives it up, some heartbeats later.
        leader = next(
            name for name, entry in nodes(formed, "m1").items() if entry[0]["ManagerStatus"] == "Leader"
        )
        other = "m2" if leader == "m1" else "m1"
        formed.host(leader).run("systemctl restart docker")
        until(lambda: entries_of(formed, other, "") == ["Down"], 90)
        site(formed, USUAL).succeeded()
        assert entries_of(formed, other, "") == []
    finally:
        host.run("nft delete table inet cut", check=False)


def test_a_copied_disk_is_refused_naming_both_hosts(formed: Lab) -> None:
    """P7: a host that was made from the disk of a node; the way out that is offered joins it as a node of its own."""
    original, copy = formed.host("w1"), formed.host("w3")
    state = original.run("tar -C /var/lib/docker -c swarm | base64 -w0", over="exec").stdout
    copy.stop_engine()
    copy.run("rm -rf /var/lib/docker/swarm")
    for start in range(0, len(state), 100_000):
        copy.run(f"echo -n {state[start : start + 100_000]} >> /tmp/state", over="exec")
    copy.run("base64 -d /tmp/state | tar -C /var/lib/docker -x; rm /tmp/state")
    copy.start_engine()
    node_id = original.run("docker info --format '{{.Swarm.NodeID}}'").stdout.strip()
    until(lambda: copy.run("docker info --format '{{.Swarm.NodeID}}'").stdout.strip() == node_id)
    more = inventory(workers="w1 w2 w3", **DISK)
    writes = Writes(formed.hosts)
    refused = site(formed, more)
    assert refused.status == 2
    assert f"w1 and w3 are the same node of the swarm ({node_id})" in refused.text
    assert writes.seen() == []
    assert (
        "On the copy, stop the Engine, remove /var/lib/docker/swarm, start the Engine, and run"
        in refused.text
    )
    copy.stop_engine()
    copy.run("rm -rf /var/lib/docker/swarm")
    copy.start_engine()
    site(formed, more).succeeded()
    listed = nodes(formed, "m1")
    assert [entry["ID"] for entry in listed["w1"]] == [node_id]
    assert listed["w3"][0]["ID"] != node_id


def test_two_runs_at_the_same_time_make_one_swarm(lab: Lab) -> None:
    """P7, P11: neither blames the firewall for the ports that the proofs of the other one hold."""
    alone(lab)
    open_wall(lab)
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda name: site(lab, USUAL, name=name), ("first", "second")))
    for run in runs:
        run.succeeded()
    is_usual(lab)
    again = site(lab, USUAL).succeeded()
    assert not any(again.changed.values())


def test_what_something_native_holds_is_reported_on_members_before_a_service_needs_it(formed: Lab) -> None:
    """P10: the swarm first, the service later; by deploy for every host, by the site for services that are there."""
    redis = {
        "name": "redis",
        "image": f"{formed.registry}/tiny:1",
        "publish": [{"target_port": 6379, "published_port": 6379}],
    }
    on_managers = {
        **redis,
        "name": "edge",
        "publish": [{"target_port": 80, "published_port": 6379, "mode": "host"}],
    }
    on_managers["placement"] = {"constraints": ["node.role == manager"]}
    held = "w1: port 6379/tcp, needed for service redis, is held by python3"
    formed.host("w1").run("nohup python3 -m http.server 6379 >/dev/null 2>&1 & echo $! >/tmp/holder")
    try:
        for more in ((), ("--check",)):
            refused = site(formed, USUAL, *more, book="deploy", swarm_services=[redis])
            assert refused.status == 2
            assert held in refused.text
        assert formed.host("m1").run("docker service ls -q").stdout == ""
        site(formed, USUAL, book="deploy", swarm_services=[on_managers]).succeeded()
        formed.host("m1").run("docker service rm edge")
        sent = site(
            formed, USUAL, book="deploy", swarm_services=[redis], swarm_quorum_port_conflicts="warn"
        ).succeeded()
        assert held in sent.text
        # Docker's own listeners on the other nodes, and the service as it is, are no news.
        again = site(formed, USUAL, book="deploy", swarm_services=[redis]).succeeded()
        assert not any(again.changed.values())
        warned = site(formed, USUAL).succeeded()
        assert held in warned.text
        assert warned.text.count("port 6379/tcp") == 1
    finally:
        formed.host("w1").run("kill $(cat /tmp/holder)")
        formed.host("m1").run("docker service ls -q | xargs -r docker service rm")


def test_split_inventory_is_refused_naming_both(formed: Lab) -> None:
    """P7."""
    formed.host("w3").run(f"docker swarm init --advertise-addr {formed.host('w3').address}")
    other = formed.host("w3").run("docker info --format '{{.Swarm.Cluster.ID}}'").stdout.strip()
    this = formed.host("m1").run("docker info --format '{{.Swarm.Cluster.ID}}'").stdout.strip()
    writes = Writes(formed.hosts)
    run = site(formed, inventory(workers="w1 w2 w3"))
    assert run.status != 0
    assert f"{other} (w3)" in run.text
    assert f"{this} (m1, m2, m3)" in run.text
    assert "Nothing was changed." in run.text
    assert writes.seen() == []


def test_worker_of_another_swarm_is_refused(formed: Lab) -> None:
    """P4."""
    formed.host("w3").run(f"docker swarm init --advertise-addr {formed.host('w3').address}")
    formed.host("w2").run("docker swarm leave")
    formed.host("w2").join(formed.host("w3"))
    run = site(formed, USUAL)
    assert run.status != 0
    assert "another one that w2 is in" in run.text
    assert formed.host("w3").address in run.text
    formed.host("w2").run("docker swarm leave")


def test_swapped_roles_keep_the_quorum_at_every_step(formed: Lab) -> None:
    """N4, P2: promoted before demoted, by the Engine's events; never fewer managers than three; the firewall on."""
    wall = {"swarm_firewall_backend": "nftables"}
    site(formed, USUAL, **wall).succeeded()
    begun = formed.host("m2").run("date +%s.%N").stdout.strip()
    counts: list[int] = []
    stop = threading.Event()

    def record() -> None:
        while not stop.is_set():
            listed = formed.host("m2").run(
                "docker node ls --format '{{.ManagerStatus}}'", check=False, over="exec"
            )
            if listed.rc == 0:
                counts.append(sum(line in ("Leader", "Reachable") for line in listed.stdout.splitlines()))

    recorder = threading.Thread(target=record)
    recorder.start()
    swapped = inventory("w1 m2 m3", "m1 w2", **DISK)
    try:
        site(formed, swapped, **wall).succeeded()
    finally:
        stop.set()
        recorder.join()

    def managers() -> list[str]:
        listed = nodes(formed, "m2")
        return sorted(name for name, entry in listed.items() if entry[0]["ManagerStatus"])

    # A leader that has just taken over does not list every manager yet.
    until(lambda: managers() == ["m2", "m3", "w1"])
    assert min(counts) >= 3
    events = formed.host("m2").run(
        f"docker events --since {begun} --until $(date +%s.%N) --filter type=node "
        "--format '{{.Actor.Attributes.name}} {{index .Actor.Attributes \"role.new\"}}'"
    )
    roles = [
        tuple(line.split())
        for line in events.stdout.splitlines()
        if line.split()[1:] in (["manager"], ["worker"])
    ]
    assert roles == [("w1", "manager"), ("m1", "worker")]
    again = site(formed, swapped, **wall).succeeded()
    assert not any(again.changed.values())
    # And back, by the same road.
    site(formed, USUAL, **wall).succeeded()
    is_usual(formed, "m2")
    open_wall(formed)


def test_no_task_lands_before_the_labels_are_in_force(formed: Lab) -> None:
    """N2: a global service keeps off nodes with a label; the new host has it, so no task may ever reach it."""
    manager = formed.host("m1")
    image = f"{formed.registry}/tiny:1"
    manager.run(
        "docker service create --detach --name keep-off --mode global --constraint 'node.labels.quiet!=yes' "
        f"{image} sleep 100000"
    )
    manager.run(
        "docker service create --detach --name only-here --mode global --constraint 'node.labels.quiet==yes' "
        f"{image} sleep 100000"
    )
    try:
        site(
            formed, inventory(workers="w1 w2 w3", w3={"swarm_labels_node": {"quiet": "yes"}}, **DISK)
        ).succeeded()
        [w3] = nodes(formed, "m1")["w3"]
        assert w3["Availability"] == "Active"
        ps = "docker service ps --no-trunc --format '{{.Node}} {{.CurrentState}}'"
        manager.run(
            f"for i in $(seq 60); do {ps} only-here | grep -q 'w3 Running' && exit; sleep 0.5; done; exit 1"
        )
        assert "w3" not in manager.run(f"{ps} keep-off").stdout
    finally:
        manager.run("docker service rm keep-off only-here")


def test_finishes_a_join_that_broke_off_before_its_labels(formed: Lab) -> None:
    """N2, P4: a host that joined paused and got no further is finished by the next run; one paused by hand is not."""
    # Where an earlier test had the firewall, the site goes on with it, and it lets nobody in who is no member.
    open_wall(formed)
    formed.host("w3").join(formed.host("m1"), "worker", "--availability pause")
    formed.host("m1").run("docker node update --availability pause w2")
    site(formed, inventory(workers="w1 w2 w3", w3={"swarm_labels_node": {"disk": "hdd"}}, **DISK)).succeeded()
    listed = nodes(formed, "m1")
    assert listed["w3"][0]["Availability"] == "Active"
    assert labels(formed, "m1", "w3") == {"site": "fra1", "disk": "hdd"}
    assert listed["w2"][0]["Availability"] == "Pause"
    formed.host("m1").run("docker node update --availability active w2")


def test_labels_are_owned_key_by_key(formed: Lab) -> None:
    """N1: added, changed, removed; the operator's own are left alone; the host's own variable wins."""
    manager = formed.host("m1")
    manager.run("docker node update --label-add theirs=1 w1")
    more = {
        "w1": {"swarm_labels_node__a": {"disk": "nvme", "site": "own"}, "swarm_labels_node": {"empty": ""}}
    }
    site(formed, inventory(**more)).succeeded()
    assert labels(formed, "m1", "w1") == {"theirs": "1", "disk": "nvme", "site": "own", "empty": ""}
    run = site(formed, inventory(), "--check", "--diff").succeeded()
    assert run.plan == [
        "w1: labels.disk: nvme → not set",
        "w1: labels.empty: '' → not set",
        "w1: labels.site: own → fra1",
    ]
    site(formed, inventory()).succeeded()
    assert labels(formed, "m1", "w1") == {"theirs": "1", "site": "fra1"}
    manager.run("docker node update --label-rm theirs w1")


def test_settings_change_alone(formed: Lab) -> None:
    """P8: what is named changes, what another client set stays."""
    spec = "docker swarm update"
    formed.host("m1").run(f"{spec} --snapshot-interval 4321")
    site(formed, USUAL, swarm_quorum_settings={"task_history_retention_limit": 3}).succeeded()
    shown = formed.host("m1").run("docker info --format '{{json .Swarm.Cluster.Spec}}'").stdout
    assert '"TaskHistoryRetentionLimit":3' in shown
    assert '"SnapshotInterval":4321' in shown
    again = site(formed, USUAL, swarm_quorum_settings={"task_history_retention_limit": 3}).succeeded()
    assert not any(again.changed.values())


@pytest.mark.parametrize(
    ("groups", "variables", "sentence"),
    [
        (
            inventory("m1 m2", "w1"),
            {},
            "names 2 managers, and an even number tolerates no more losses than 1: choose an odd number",
        ),
        (inventory("", "w1"), {}, "so no host would be a manager"),
        (inventory("m1 w1 m3", "w1"), {}, "w1 is in both swarm_managers and swarm_workers"),
        (
            USUAL,
            {"swarm_quorum_sise": 3},
            "no role has a variable swarm_quorum_sise; did you mean swarm_quorum_size?",
        ),
        (USUAL, {"swarm_labels_node": {"my disk": "x"}}, "label 'my disk' is not a label name"),
        (
            USUAL,
            {"swarm_labels_node": {"disk": 1.1}},
            "label 'disk' is a number, not a string: put it in quotes",
        ),
        (
            USUAL,
            {"swarm_quorum_settings": {"node_cert_expiry": "5m"}},
            "a certificate has to live at least 1h",
        ),
        (USUAL, {"swarm_engine_daemon": {"live-restore": True}}, "live-restore, which excludes swarm mode"),
        (
            inventory(m2={"swarm_quorum_address": "10.9.9.9"}),
            {},
            "of m2 is 10.9.9.9, which is not an address of this",
        ),
        (
            USUAL,
            {"swarm_quorum_address_pools": ["127.0.0.0/8"]},
            "swarm_quorum_address_pools: entry 1: 127.0.0.0/8 is no network for hosts",
        ),
    ],
    ids=[
        "even",
        "none",
        "both",
        "variable",
        "label-name",
        "label-value",
        "setting",
        "live-restore",
        "address",
        "pool",
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(
    formed: Lab, groups: dict[str, t.Any], variables: dict[str, t.Any], sentence: str
) -> None:
    """P5, P1, N1."""
    writes = Writes(formed.hosts)
    run = site(formed, groups, **variables)
    assert run.status == 2
    assert sentence in run.text
    assert writes.seen() == []


def test_ports_are_proven_and_held_ones_reported_before_anybody_joins(formed: Lab) -> None:
    """P10, P11."""
    host = formed.host("w3")
    more = inventory(workers="w1 w2 w3", **DISK)
    host.run("nohup python3 -m http.server 7946 >/dev/null 2>&1 & echo $! >/tmp/holder")
    try:
        run = site(formed, more)
        assert "w3: port 7946/tcp, needed for the swarm's gossip, is held by python3" in run.text
    finally:
        host.run("kill $(cat /tmp/holder)")
    table = "nft add table inet t; nft add chain inet t i '{ type filter hook input priority 0; }'"
    host.run(f"{table}; nft add rule inet t i udp dport 4789 drop")
    try:
        run = site(formed, more)
        assert "gets no answer from w3" in run.text
        assert "on 4789/udp" in run.text
        assert "Nothing was joined." in run.text
    finally:
        host.run("nft delete table inet t")
    assert "w3" not in nodes(formed, "m1")


def test_host_leaving_the_inventory_loses_its_access(formed: Lab) -> None:
    """P2, through the whole playbook: packets of the member that left are dropped, members still talk."""
    try:
        site(formed, USUAL, swarm_firewall_backend="nftables").succeeded()
        again = site(formed, USUAL, swarm_firewall_backend="nftables").succeeded()
        assert not any(again.changed.values())
        probe = f"timeout 2 bash -c '</dev/tcp/{formed.host('m1').address}/2377'"
        assert formed.host("w3").run(probe, check=False).rc != 0
        assert formed.host("w2").run(probe, check=False).rc == 0
        site(formed, inventory(workers="w1 w2 w3", **DISK), swarm_firewall_backend="nftables").succeeded()
        assert formed.host("w3").run(probe, check=False).rc == 0
        refused = site(formed, USUAL, book="remove_nodes", swarm_remove="w3")
        assert "w3 runs in the swarm but was not reached" in refused.text
        site(formed, inventory(workers="w1 w2 w3"), book="remove_nodes", swarm_remove="w3").succeeded()
        site(formed, USUAL, swarm_firewall_backend="nftables").succeeded()
        assert formed.host("w3").run(probe, check=False).rc != 0
    finally:
        for host in formed.hosts:
            host.run(
                "nft list table inet flotilla >/dev/null 2>&1 && nft delete table inet flotilla", check=False
            )


def test_managers_are_chosen_by_size_and_spread_over_zones(lab: Lab) -> None:
    """P5: three managers of six hosts in three zones, one in each, the same again in the next run."""
    alone(lab)
    zones = {"m1": "a", "m2": "a", "m3": "a", "w1": "b", "w2": "b", "w3": "c"}
    hosts = {name: {"swarm_labels_node": {"zone": zone}} for name, zone in zones.items()}
    groups = {"swarm": {"hosts": hosts, "vars": {"swarm_quorum_size": 3}}}
    site(lab, groups).succeeded()
    listed = nodes(lab, "m1")
    chosen = sorted(name for name, entry in listed.items() if entry[0]["ManagerStatus"])
    assert chosen == ["m1", "w1", "w3"]
    again = site(lab, groups).succeeded()
    assert not any(again.changed.values())


def test_join_tokens_are_never_shown(lab: Lab) -> None:
    """P4: not in the output at -vvvv, not in the journals, not in the process lists."""
    alone(lab)
    seen: list[str] = []
    stop = threading.Event()

    def record() -> None:
        while not stop.is_set():
            for name in ("m1", "m2", "w1"):
                seen.append(
                    lab.host(name).run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '", False, "exec").stdout
                )

    recorder = threading.Thread(target=record)
    recorder.start()
    try:
        run = site(lab, USUAL, "-vvvv", "--diff").succeeded()
    finally:
        stop.set()
        recorder.join()
    tokens = [
        lab.host("m1").run(f"docker swarm join-token -q {role}").stdout.strip()
        for role in ("worker", "manager")
    ]
    journals = "".join(host.run("journalctl -q -o cat --since -5min").stdout for host in lab.hosts)
    for token in tokens:
        secret = token.rsplit("-", 1)[1]
        assert secret not in run.text
        assert secret not in journals
        assert not any(secret in processes for processes in seen)
    # The recorder would have seen a token: it saw the modules' own processes.
    assert any("python3" in processes for processes in seen)


def test_nodes_are_removed_with_care_and_the_swarm_is_torn_down_only_when_confirmed(formed: Lab) -> None:
    """P9, V1."""
    removed = site(formed, USUAL, book="remove_nodes", swarm_remove="w2,m3").succeeded()
    assert "w2, m3 left." in removed.text
    even = "The swarm has 2 managers, and an even number tolerates no more losses than 1"
    assert even in removed.text
    assert even in site(formed, USUAL, book="status").text
    nobody = site(formed, USUAL, book="remove_nodes", swarm_remove="w9")
    assert nobody.status == 2
    assert (
        "swarm_remove names w9, which is neither in the inventory nor in the swarm: the swarm has m1, m2, w1."
        in nobody.text
    )
    assert sorted(nodes(formed, "m1")) == ["m1", "m2", "w1"]
    refused = site(formed, USUAL, book="teardown")
    assert refused.status == 2
    assert "Nothing was changed: answer yes" in refused.text
    site(formed, USUAL, book="teardown", swarm_teardown_confirm="yes").succeeded()
    for host in formed.hosts:
        assert host.run("docker info --format '{{.Swarm.LocalNodeState}}'").stdout.strip() == "inactive"
    status = site(formed, USUAL, book="status").succeeded()
    assert "m1 is in no swarm." in status.text
