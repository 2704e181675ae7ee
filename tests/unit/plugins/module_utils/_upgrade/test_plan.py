# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Engines are upgraded, to what and in which order, and why not."""

from __future__ import annotations

import typing as t

import hypothesis.strategies as st
import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.engine_version import (
    parse_version,
    upstream,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._maintenance import marks
from ansible_collections.flotilla.swarm.plugins.module_utils._options.labels import MAINTENANCE
from ansible_collections.flotilla.swarm.plugins.module_utils._swarm.nodes import Node, view
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.lines import plan_lines, result_lines
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.plan import (
    DONE,
    PUT_BACK,
    UPGRADE,
    Upgradable,
    UpgradeStep,
    plan,
)
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.policy import Package
from hypothesis import given

# The newest first, as apt tells them.
VERSIONS = [
    "28.5.2+dfsg4-5",
    "26.1.5+dfsg1-9+deb13u1",
    "26.1.5+dfsg1-9",
    "26.1.4-1",
    "20.10.24+dfsg1-1",
    "20.10.5-1",
]


def node(name: str, role: str = "worker", engine: str = "20.10.24+dfsg1", stage: str = "") -> Node:
    """A node; ``role`` may be leader."""
    raw: dict[str, t.Any] = {
        "ID": f"id-{name}",
        "Spec": {"Role": "worker" if role == "worker" else "manager", "Labels": {}},
        "Description": {"Hostname": name, "Engine": {"EngineVersion": engine}},
        "Status": {"State": "ready"},
    }
    if stage:
        raw["Spec"]["Labels"][MAINTENANCE] = stage
    if role != "worker":
        raw["ManagerStatus"] = {"Leader": role == "leader", "Reachability": "reachable"}
    return view(raw)


def package(
    name: str = "docker.io",
    installed: str | None = VERSIONS[4],
    versions: t.Sequence[str] = tuple(VERSIONS),
    held: bool = False,
    candidate: str | None = None,
) -> Package:
    """A package; what apt would install is the newest unless given."""
    return {
        "name": name,
        "installed": installed,
        "candidate": candidate or (versions[0] if versions else None),
        "versions": list(versions),
        "in_repository": list(versions),
        "held": held,
    }


def host(one: Node, *packages: Package, uses: t.Sequence[t.Any] = ()) -> Upgradable:
    """A host, with one package unless given."""
    return Upgradable(one["hostname"], one, list(packages or [package()]), list(uses))


SWARM = [node("m1", "leader"), node("m2", "manager"), node("m3", "manager"), node("w1")]


def one_step(wanted: str, *packages: Package, engine: str = "20.10.24+dfsg1", **more: t.Any) -> UpgradeStep:
    """The step of a single worker whose plan is not refused."""
    worker = node("w1", engine=engine)
    found = plan(wanted, [host(worker, *packages)], [worker, *SWARM], **more)
    assert not found.refused, found.refused
    return found.steps[0]


def refused(wanted: str, one: Upgradable, nodes: list[Node] | None = None) -> str:
    """Why a plan is refused."""
    return "; ".join(plan(wanted, [one], nodes or [*SWARM, one.node]).refused)


@given(
    st.lists(st.sampled_from(["worker", "manager"]), max_size=6),
    st.data(),
    st.sampled_from(["26.1", "28", "", "26.1.5"]),
)
def test_a_plan_goes_up_in_order_and_goes_on_where_it_was_stopped(
    roles: list[str], data: st.DataObject, wanted: str
) -> None:
    """Every step goes up, to what is wanted; what is done is not done again; what is left comes in the same order."""
    names = [("m0", "leader"), ("m8", "manager"), ("m9", "manager")]
    names += [(f"{role[0]}{number}", role) for number, role in enumerate(roles, 1)]
    hosts = []
    for name, role in names:
        installed = data.draw(st.sampled_from(VERSIONS[1:]))
        # An Engine that was not restarted yet is older than its package.
        older = VERSIONS[data.draw(st.integers(VERSIONS.index(installed), len(VERSIONS) - 1)) :]
        hosts.append(host(node(name, role, upstream(older[0])), package(installed=installed)))
    found = plan(wanted, hosts, [one.node for one in hosts])
    below = [one for one in hosts if wanted and parse_version(one.node["engine_version"]) > (26, 1, 5)]
    assert bool(found.refused) == bool(below)

    ranks = [(step.node["manager"] is not None, step.host == "m0") for step in found.taken]
    assert ranks == sorted(ranks)
    for step in found.taken:
        assert step.what == UPGRADE
        assert step.wanted.startswith(wanted)
        assert parse_version(step.wanted) >= parse_version(step.node["engine_version"])
        assert step.install == [f"docker.io={step.package}"]

    count = data.draw(st.integers(0, len(found.taken)))
    done = {step.host: step for step in found.taken[:count]}
    later = [_after(one, done.get(one.name)) for one in hosts]
    again = plan(wanted, later, [one.node for one in later])
    assert [step.host for step in again.taken] == [step.host for step in found.taken[count:]]
    assert {step.what for step in again.steps if step.host in done} <= {DONE}


def _after(one: Upgradable, step: UpgradeStep | None) -> Upgradable:
    """A host after its step."""
    if step is None:
        return one
    upgraded: Node = {**one.node, "engine_version": step.wanted}
    return one._replace(node=upgraded, packages=[{**one.packages[0], "installed": step.package}])


def test_a_node_that_is_out_of_rotation_is_first_and_is_put_back() -> None:
    back = node("m2", "manager", "26.1.5+dfsg1", marks.BACK)
    away = node("m3", "manager", "26.1.5+dfsg1", marks.AWAY)
    hosts = [
        host(SWARM[3]),
        host(back, package(installed=VERSIONS[1])),
        host(away, package(installed=VERSIONS[1])),
    ]
    found = plan("26.1", hosts, [SWARM[0], back, away, SWARM[3]])
    assert [(step.host, step.what) for step in found.taken] == [
        ("m2", PUT_BACK),
        ("m3", PUT_BACK),
        ("w1", UPGRADE),
    ]
    # Whether its Engine was restarted after the installation is not known.
    assert [len(step.install) for step in found.taken] == [0, 1, 1]


def test_the_newest_package_of_a_version_is_chosen_or_what_apt_would_install() -> None:
    assert one_step("26.1").package == VERSIONS[1]
    assert one_step("26.1.4").package == "26.1.4-1"
    assert one_step("").package == VERSIONS[0]
    # A pin: apt would not install the newest.
    assert one_step("", package(candidate=VERSIONS[1])).package == VERSIONS[1]
    docker = ["5:26.1.4-1~debian.12~bookworm", "5:20.10.24~3-0~debian-bookworm"]
    step = one_step("26", package("docker-ce", docker[1], docker))
    assert (step.install, step.wanted) == ([f"docker-ce={docker[0]}"], "26.1.4")


def test_a_new_build_of_the_same_engine_is_installed() -> None:
    step = one_step("26.1", package(installed=VERSIONS[2]), engine="26.1.5+dfsg1")
    assert (step.what, step.package) == (UPGRADE, VERSIONS[1])


def test_an_engine_that_was_not_restarted_is() -> None:
    step = one_step("26.1", package(installed=VERSIONS[1]))
    assert (step.what, step.way_back) == (UPGRADE, "")


def test_the_command_comes_along() -> None:
    apart = package("docker-cli", None, VERSIONS[:4])
    # It was in the Engine's package before.
    assert one_step("26.1", package(), apart).install == [
        f"docker.io={VERSIONS[1]}",
        f"docker-cli={VERSIONS[1]}",
    ]
    # Whoever did without it goes on so.
    newer = [package(installed=VERSIONS[1]), apart]
    assert one_step("28", *newer, engine="26.1.5").install == [f"docker.io={VERSIONS[0]}"]
    # No repository has it at that version.
    other = package("docker-cli", VERSIONS[1], VERSIONS[1:])
    assert one_step("28", package(installed=VERSIONS[1]), other, engine="26.1.5").install == [
        f"docker.io={VERSIONS[0]}"
    ]


def test_the_way_back_names_the_earlier_packages() -> None:
    step = one_step("28", package(installed=VERSIONS[1]), package("docker-cli", VERSIONS[1]), engine="26.1.5")
    assert f'--allow-change-held-packages docker.io={VERSIONS[1]} docker-cli={VERSIONS[1]}".' in step.way_back
    gone = {**package(), "in_repository": VERSIONS[:2]}
    assert "look in /var/cache/apt/archives" in one_step("28", t.cast("Package", gone)).way_back


@pytest.mark.parametrize(
    ("wanted", "one", "why"),
    [
        ("26.x", host(node("w1")), "swarm_upgrade_version is 26.x"),
        (
            "27",
            host(node("w1"), package(versions=VERSIONS[4:])),
            "no package docker.io is of version 27; there are 20.",
        ),
        ("20.10", host(node("w1", engine="26.1.5"), package(installed=VERSIONS[1])), "cannot be downgraded"),
        (
            "26.1.5",
            host(node("w1", engine="28.5.2+dfsg4"), package(installed=VERSIONS[0])),
            "w1: Engine 28.5.2+dfsg4 is newer than 26.1.5",
        ),
        ("26.1", host(node("w1"), package(held=True)), "w1: docker.io is held: release it"),
        ("", Upgradable("w1", node("w1"), [], []), "w1: apt did not install its Engine"),
        (
            "26.1",
            host(node("w1"), uses=[{"kind": "the storage driver", "name": "devicemapper", "where": ""}]),
            "w1: its Engine uses the storage driver devicemapper, which Engines from 25.0 on do not have",
        ),
    ],
)
def test_what_cannot_work_is_refused(wanted: str, one: Upgradable, why: str) -> None:
    assert why in refused(wanted, one)


def test_a_feature_of_a_service_is_refused_once_and_only_where_the_target_lost_it() -> None:
    use = {"kind": "the log driver", "name": "logentries", "where": "web"}
    hosts = [host(one, uses=[use]) for one in SWARM[:3]]
    why = "the service web uses the log driver logentries, which Engines from 25.0 on do not have: use another driver"
    assert plan("26.1", hosts, SWARM).refused == [why]
    newer = [one._replace(packages=[package(installed=VERSIONS[5])]) for one in hosts]
    assert plan("20.10.24", newer, SWARM).refused == []


def test_managers_are_refused_where_the_quorum_would_be_lost_before_any_worker_is_taken() -> None:
    two = [node("m1", "leader"), node("m2", "manager"), node("w1")]
    assert (
        "without m2 the swarm would lose its quorum" in plan("26", [host(one) for one in two], two).refused[0]
    )
    assert plan("26", [host(two[2])], two).refused == []


def test_a_mix_with_an_engine_before_20_10_is_refused() -> None:
    old, nobody = node("w8", engine="19.03.15"), node("w9", engine="")
    found = refused("26", host(node("w1")), [*SWARM, old, nobody])
    assert "w8: Engine 19.03.15 is older than 20.10" in found
    assert "w9: the version of its Engine is not known" in found


def test_held_packages_are_taken_where_that_is_wanted() -> None:
    step = one_step("26", package(held=True), take_held=True)
    assert step.held == ["docker.io"]
    assert step.way_back.endswith('&& apt-mark hold docker.io".')


def test_the_plan_and_what_came_of_it_as_text() -> None:
    done = node("w2", engine="26.1.5+dfsg1")
    hosts = [
        host(SWARM[0]),
        host(SWARM[3]),
        host(done, package(installed=VERSIONS[1])),
    ]
    nodes = [*SWARM, done]
    assert plan_lines(plan("26.1", hosts, nodes), nodes) == [
        "Upgrade of 2 Engines, one after the other:",
        "NODE  ROLE     ENGINE          WANTED  STEP            PACKAGES",
        "m2    manager  20.10.24+dfsg1  -       stays as it is  -",
        "m3    manager  20.10.24+dfsg1  -       stays as it is  -",
        "w2    worker   26.1.5+dfsg1    26.1.5  has it already  -",
        f"w1    worker   20.10.24+dfsg1  26.1.5  upgrade         docker.io={VERSIONS[1]}",
        f"m1    leader   20.10.24+dfsg1  26.1.5  upgrade         docker.io={VERSIONS[1]}",
    ]
    before = {one["id"]: one["engine_version"] for one in nodes}
    now = [node("m2", "manager"), node("w1", engine="26.1.5+dfsg1")]
    assert result_lines(before, now) == [
        "NODE  ROLE     BEFORE          NOW",
        "m2    manager  20.10.24+dfsg1  20.10.24+dfsg1 (as before)",
        "w1    worker   20.10.24+dfsg1  26.1.5+dfsg1",
        "The swarm has Engines of 2 versions: 20.10.24+dfsg1, 26.1.5+dfsg1.",
    ]
