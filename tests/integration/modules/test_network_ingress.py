# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ingress network customised under services that publish over it, on real Engines."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage, call

MINE = {"name": "edge", "ingress": True, "mtu": 1400, "ipam_config": [{"subnet": "10.90.0.0/20"}]}
# As every swarm has it.
USUAL = {"name": "ingress", "ingress": True, "ipam_config": [{"subnet": "10.0.0.0/24"}], "recreate": True}


def _json(stage: Stage, command: str) -> dict[str, t.Any]:
    [found] = json.loads(stage.sh("m1", command))
    return t.cast("dict[str, t.Any]", found)


def test_the_ingress_network_is_recreated_under_its_services(cluster: Stage) -> None:
    """W5: another subnet, MTU and name; ports are detached and reattached as they were, and the mesh has its new addresses."""
    image = f"{cluster.lab.registry}/tiny:1"
    quick = {"monitor": "500ms", "parallelism": 0}
    services = [
        {
            "name": "web",
            "image": image,
            "replicas": 2,
            "publish": [
                {"target_port": 80, "published_port": 8090},
                {"target_port": 53, "published_port": 5390, "protocol": "udp"},
                {"target_port": 81, "published_port": 8091, "mode": "host"},
            ],
            "placement": {"replicas_max_per_node": 1},
            "update_config": quick,
        },
        {"name": "quiet", "image": image},
    ]
    try:
        [made, refused] = cluster.run(
            call("m1", "swarm_service", services=services), call("m2", "swarm_network", **MINE)
        )
        assert not made["failed"], made
        assert "name is ingress on the swarm and edge declared" in refused["msg"]
        assert "Meanwhile web would be without it." in refused["msg"]
        before = _json(cluster, "docker service inspect web")["Spec"]
        kept = cluster.sh("m1", "docker service ps -q quiet")
        said, done, again, refused = cluster.run(
            call("m2", "swarm_network", True, **MINE, recreate=True),
            call("m2", "swarm_network", **MINE, recreate=True),
            call("m1", "swarm_network", **MINE),
            call("m1", "swarm_network", name="edge", state="absent"),
        )
        assert not done["failed"], done
        assert (
            said["actions"] == done["actions"] == ["edge: recreated (ipam_config, mtu, name); web reattached"]
        )
        assert again["changed"] is False, again
        assert "edge cannot be removed: web uses it." in refused["msg"]
        assert _json(cluster, "docker service inspect web")["Spec"] == before
        assert cluster.sh("m1", "docker service ps -q quiet") == kept
        edge = _json(cluster, "docker network inspect edge")
        assert edge["Ingress"] and edge["Options"]["com.docker.network.driver.mtu"] == "1400"
        names = cluster.sh("m1", "docker network ls --format '{{.Name}}'").splitlines()
        assert "ingress" not in names
        [address] = {
            one["Addr"]
            for one in _json(cluster, "docker service inspect web")["Endpoint"]["VirtualIPs"]
            if one["NetworkID"] == edge["Id"]
        }
        assert address.startswith("10.90.")
        for host in ("m1", "m2"):
            shown = cluster.sh(host, "nsenter --net=/run/docker/netns/ingress_sbox ip -o link show eth0")
            # 50 bytes of each packet are for the one that it is wrapped into.
            assert "mtu 1350" in shown
    finally:
        [back] = cluster.run(call("m1", "swarm_network", **USUAL))
        cluster.sh("m1", "docker service ls -q | xargs -r docker service rm >/dev/null")
    assert not back["failed"], back
