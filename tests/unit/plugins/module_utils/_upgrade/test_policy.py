# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of packages, and of what is in use."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade import lost
from ansible_collections.flotilla.swarm.plugins.module_utils._upgrade.policy import packages_in

POLICY = """\
docker.io:
  Installed: 20.10.24+dfsg1-1+deb12u1+b6
  Candidate: 26.1.5+dfsg1-9+deb13u1+b1
  Version table:
     28.5.2+dfsg4-5 -1
        100 http://me:opensesame@mirror/debian forky/main amd64 Packages
     26.1.5+dfsg1-9+deb13u1+b1 600
        500 http://deb.debian.org/debian trixie/main amd64 Packages
        500 http://other.example/debian trixie/main amd64 Packages
 *** 20.10.24+dfsg1-1+deb12u1+b6 100
        100 /var/lib/dpkg/status
docker-cli:
  Installed: (none)
  Candidate: (none)
  Version table:
"""


def test_versions_come_without_those_that_a_pin_forbids_and_without_their_source() -> None:
    engine, command = packages_in(POLICY)
    assert engine == {
        "name": "docker.io",
        "installed": "20.10.24+dfsg1-1+deb12u1+b6",
        "candidate": "26.1.5+dfsg1-9+deb13u1+b1",
        "versions": ["26.1.5+dfsg1-9+deb13u1+b1", "20.10.24+dfsg1-1+deb12u1+b6"],
        "in_repository": ["26.1.5+dfsg1-9+deb13u1+b1"],
        "held": False,
    }
    assert (command["name"], command["installed"], command["versions"]) == ("docker-cli", None, [])
    assert packages_in("") == []


def test_only_what_some_engine_has_lost_is_told() -> None:
    daemon = {"graph": "/srv", "proxies": {"http": "secret"}, "log-opts": {"fluentd-async-connect": "true"}}
    uses = lost.of_engine({"Driver": "overlay2", "LoggingDriver": "logentries"}, daemon)
    assert [use["name"] for use in uses] == ["graph", "logentries", "fluentd-async-connect"]
    assert lost.of_engine({}, {}) == []
    driver = {"Name": "fluentd", "Options": {"fluentd-async-connect": "true", "tag": "secret"}}
    specs: list[dict[str, t.Any]] = [
        {"Name": "web", "TaskTemplate": {"LogDriver": driver}},
        {"Name": "plugin"},
    ]
    [use] = lost.of_services([{"Spec": spec} for spec in specs])
    assert (use["name"], use["where"]) == ("fluentd-async-connect", "web")


@pytest.mark.parametrize("row", lost.LOST, ids=lambda row: row.name)
def test_a_feature_is_refused_from_the_engine_on_that_lost_it(row: lost.Lost) -> None:
    use: lost.Use = {"kind": row.kind, "name": row.name, "where": ""}
    major, minor = row.since
    assert lost.refusals([use], f"{major - 1}.9.9") == []
    [why] = lost.refusals([use], f"{major}.{minor}.0")
    assert why.endswith(f": {row.instead}")
