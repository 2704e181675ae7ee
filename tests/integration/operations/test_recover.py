# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that brings a lost quorum back: by the mildest way, and on the manager that knows the most."""

from __future__ import annotations

import contextlib
import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import leave_swarm
from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import (
    INVENTORY,
    MANAGERS,
    WORKERS,
)
from ansible_collections.flotilla.swarm.tests.integration.running import Run, site

if t.TYPE_CHECKING:
    from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Host
    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

# An even number, of which two that are left are no majority; and a worker.
FOUR: dict[str, t.Any] = {
    "swarm": {
        "vars": {"swarm_labels_node": {"site": "fra1"}, "swarm_quorum_even": "warn"},
        "children": {
            "swarm_managers": {"hosts": {name: {} for name in ("m1", "m2", "m3", "w1")}},
            "swarm_workers": {"hosts": {"w2": {}}},
        },
    }
}
LOST = ("m1", "m2")
_LABELS = {"swarm_labels_node": {"site": "fra1"}}
THREE: dict[str, t.Any] = {"swarm": {"vars": _LABELS, **INVENTORY["swarm"]}}
FIVE: dict[str, t.Any] = {
    "swarm": {
        "vars": _LABELS,
        "children": {"swarm_managers": {"hosts": {name: {} for name in (*MANAGERS, *WORKERS)}}},
    }
}
_STATE = "docker info --format '{{.Swarm.LocalNodeState}}'"


def recover(cluster: Cluster, *arguments: str, **variables: t.Any) -> Run:
    return site(cluster.lab, FOUR, *arguments, book="recover", **variables)


def managers(cluster: Cluster, on: str) -> list[str]:
    """The host names of the managers that take part; nothing without a quorum."""
    shown = cluster.sh(
        "timeout 9 docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'", on, check=False
    )
    lines = [line.split() for line in shown.splitlines()]
    return sorted(line[0] for line in lines if line[1:] in (["Ready", "Leader"], ["Ready", "Reachable"]))


def is_sealed(host: Host) -> bool:
    """Whether the key of a manager is encrypted, as autolock makes it some seconds later."""
    return (
        host.run("grep -q ENCRYPTED /var/lib/docker/swarm/certificates/swarm-node.key", check=False).rc == 0
    )


@contextlib.contextmanager
def left_where_it_fails(cluster: Cluster) -> t.Iterator[None]:
    """No host stays in a swarm that nobody can unlock or that has no quorum: the other tests need one."""
    try:
        yield
    except BaseException:
        cluster.stage.each(leave_swarm)
        raise


def test_a_lost_quorum_comes_back_by_the_mildest_way_and_from_the_newest_manager(cluster: Cluster) -> None:
    """O5, P7: two of four managers stopped, locked, then lost for good, while one that is left knows less than the other."""
    with left_where_it_fails(cluster):
        lose_and_recover(cluster)


@pytest.mark.long
def test_a_run_that_was_killed_after_the_force_goes_on_from_the_manager_that_was_named(
    cluster: Cluster,
) -> None:
    """O5: m3 is named; whoever comes next needs to know nothing of it."""
    with left_where_it_fails(cluster):
        kill_and_recover(cluster)


@pytest.mark.long
@pytest.mark.parametrize("lost", [("m1", "m2"), ("m2", "m3")], ids="-".join)
def test_two_of_three_managers_are_wiped_and_what_the_message_says_brings_them_back(
    cluster: Cluster, lost: tuple[str, str]
) -> None:
    """O5, P7: the manager that is asked first is lost, or survives; then exactly what each run says."""
    with left_where_it_fails(cluster):
        wipe_and_obey(cluster, lost)


@pytest.mark.long
@pytest.mark.parametrize("lost", [("m1", "m2"), ("m2", "w2")], ids="-".join)
def test_two_of_five_managers_are_wiped_and_site_alone_brings_them_back(
    cluster: Cluster, lost: tuple[str, str]
) -> None:
    """P7: three that are left are a quorum; nothing is forced, and nobody has to know anything."""
    survivor = next(name for name in MANAGERS if name not in lost)
    site(cluster.lab, FIVE).succeeded()
    everybody = sorted((*MANAGERS, *WORKERS))
    cluster.until(lambda: managers(cluster, survivor) == everybody)
    keep(cluster, survivor)
    cluster.stage.each(lambda host: host.wipe() if host.name in lost else None)
    cluster.until(lambda: len(managers(cluster, survivor)) == 3)
    site(cluster.lab, FIVE).succeeded()
    check_whole(cluster, survivor, everybody)
    again = site(cluster.lab, FIVE).succeeded()
    assert not any(again.changed.values()), again.text


def keep(cluster: Cluster, on: str) -> None:
    """A service on every node that is to be as before afterwards."""
    cluster.sh(
        f"docker service create -d --name kept --mode global --label of=us {cluster.image}:1 sleep 9999", on
    )
    cluster.until(lambda: cluster.sh("docker service ls --format '{{.Replicas}}'", on) == "5/5")


def check_whole(cluster: Cluster, on: str, wanted: list[str]) -> None:
    """One entry of each host, these managers, labels and service as before."""
    cluster.until(lambda: managers(cluster, on) == wanted)
    shown = cluster.sh("docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}}'", on)
    assert sorted(shown.splitlines()) == [f"{name} Ready Active" for name in sorted((*MANAGERS, *WORKERS))]
    for name in (*MANAGERS, *WORKERS):
        assert cluster.sh(f"docker node inspect {name} --format '{{{{.Spec.Labels.site}}}}'", on) == "fra1"
    assert cluster.sh("docker service inspect kept --format '{{.Spec.Labels.of}}'", on) == "us"
    cluster.until(lambda: cluster.sh("docker service ls --format '{{.Replicas}}'", on) == "5/5")


def wipe_and_obey(cluster: Cluster, lost: tuple[str, str]) -> None:
    """All of it, on one swarm; the playbook and the variable are those that the messages name."""
    survivor = next(name for name in MANAGERS if name not in lost)
    site(cluster.lab, THREE).succeeded()
    cluster.until(lambda: managers(cluster, survivor) == [*MANAGERS])
    keep(cluster, survivor)
    cluster.stage.each(lambda host: host.wipe() if host.name in lost else None)
    cluster.until(lambda: not managers(cluster, survivor))
    stopped = site(cluster.lab, THREE)
    assert stopped.status == 2, stopped.text
    named = re.search(r"If they are lost for good, run flotilla\.swarm\.(\w+)\.", stopped.text)
    assert named, stopped.text
    asked = site(cluster.lab, THREE, book=named[1])
    assert asked.status == 2, asked.text
    way = re.search(r"give -e (\w+)=(\w+)", asked.text)
    assert way, asked.text
    site(cluster.lab, THREE, book=named[1], **{way[1]: way[2]}).succeeded()
    check_whole(cluster, survivor, [*MANAGERS])
    again = site(cluster.lab, THREE).succeeded()
    assert not any(again.changed.values()), again.text


def kill_and_recover(cluster: Cluster) -> None:
    """All of it, on one swarm."""
    everybody = ["m1", "m2", "m3", "w1"]
    site(cluster.lab, FOUR).succeeded()
    cluster.until(lambda: managers(cluster, "w1") == everybody)
    node = cluster.stage.local("m3")["NodeID"]
    cluster.stage.each(lambda host: host.wipe() if host.name in LOST else None)
    cluster.until(lambda: not managers(cluster, "m3") and not managers(cluster, "w1"))
    elsewhere = recover(cluster, "--check", swarm_recover_on="m1").text
    assert "m1" in elsewhere and "Force a new cluster" not in elsewhere

    run = cluster.begin("recover", swarm_recover_on="m3", swarm_recover_confirm="yes")
    cluster.until(lambda: "m3" in managers(cluster, "m3"), 120)
    cluster.kill(run)
    assert managers(cluster, "m3") == ["m3"]
    asked = recover(cluster)
    assert asked.status == 2
    assert "give -e swarm_recover_confirm=yes" in asked.text
    recover(cluster, swarm_recover_confirm="yes").succeeded()
    assert managers(cluster, "m3") == everybody
    assert cluster.stage.local("m3")["NodeID"] == node
    assert cluster.stage.sh("m3", "docker node ls -q | wc -l") == "5"


def lose_and_recover(cluster: Cluster) -> None:
    """All of it, on one swarm."""
    everybody = ["m1", "m2", "m3", "w1"]
    site(cluster.lab, FOUR).succeeded()
    cluster.until(lambda: managers(cluster, "w1") == everybody)
    key = cluster.sh("docker swarm update --autolock=true >/dev/null; docker swarm unlock-key -q")
    cluster.sh(
        f"docker service create -d --name kept --mode global --label of=us {cluster.image}:1 sleep 9999"
    )

    # Engines that do not run, and are locked once they do.
    stop = "systemctl stop docker.socket docker.service"
    cluster.stage.each(lambda host: host.run(stop) if host.name in LOST else None)
    # A leader answers for some seconds before it notices that nobody follows.
    cluster.until(lambda: not managers(cluster, "m3") and not managers(cluster, "w1"))
    sealed = recover(cluster, "--limit", "m3,w1,w2", swarm_recover_confirm="yes", swarm_unlock_key=key)
    assert (sealed.status, sum(sealed.changed.values())) == (2, 0), sealed.text
    assert "the Engine cannot force a new cluster on a manager whose key is encrypted" in sealed.text
    started = recover(cluster)
    assert started.status == 2, started.text
    assert "+ Start the Engine of m1, m2." in started.text
    assert "Unlock m1, m2 with swarm_unlock_key" in started.text
    assert cluster.sh(_STATE) == "locked"
    unlocked = recover(cluster, "-vv", swarm_unlock_key=key).succeeded()
    assert managers(cluster, "w1") == everybody
    assert key not in unlocked.text
    cluster.sh("docker swarm update --autolock=false >/dev/null", "w1")
    cluster.until(lambda: not any(cluster.stage.each(is_sealed).values()))

    # m3, the first that is left, misses what the others are told.
    cluster.sh(stop, "m3")
    cluster.sh("for n in 1 2 3; do echo $n | docker config create late$n - >/dev/null; done")
    task = cluster.sh("docker ps -q --filter label=com.docker.swarm.service.name=kept", "w2")
    cluster.stage.each(lambda host: host.wipe() if host.name in LOST else None)
    # If w1 leads, it tells m3 what it has missed until it notices that nobody else follows.
    cluster.until(lambda: not managers(cluster, "w1"))
    cluster.sh("systemctl start docker", "m3")
    checked = recover(cluster, "--check").succeeded()
    refused = recover(cluster)
    for run in (checked, refused):
        assert "of its 4 managers, m3, w1 can be asked, 3 are needed; m1 and m2 do not answer" in run.text
        logs = re.search(
            r"The logs of the managers go w1 to term \d+, index (\d+), m3 to .* index (\d+)\.", run.text
        )
        assert logs, run.text
        assert int(logs[1]) - int(logs[2]) >= 3
        assert "+ Force a new cluster on w1." in run.text
    assert refused.status == 2
    assert "give -e swarm_recover_confirm=yes" in refused.text
    assert not managers(cluster, "w1")

    recover(cluster, swarm_recover_confirm="yes").succeeded()
    assert managers(cluster, "w1") == everybody
    shown = cluster.sh("docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}}'", "w1")
    assert sorted(shown.splitlines()) == [f"{name} Ready Active" for name in (*everybody, "w2")]
    assert cluster.sh("docker config ls --format '{{.Name}}' | sort | xargs", "w1") == "late1 late2 late3"
    assert cluster.sh("docker service inspect kept --format '{{.Spec.Labels.of}}'", "w1") == "us"
    assert cluster.sh("docker service ls --format '{{.Replicas}}'", "w1") == "5/5"
    assert cluster.sh("docker ps -q --filter label=com.docker.swarm.service.name=kept", "w2") == task
    assert cluster.sh("docker node inspect m1 --format '{{.Spec.Labels.site}}'", "w1") == "fra1"
    cluster.sh("docker config rm late1 late2 late3", "w1")
