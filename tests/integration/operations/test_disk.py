# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks: what no service needs is removed, and images are there before a deployment needs them."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.modules.play import call
from ansible_collections.flotilla.swarm.tests.integration.modules.watching import Watch

if t.TYPE_CHECKING:
    from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

# Engines 20.10 and 26.1.
BOTH = ("m1", "w1")
_LAYERS = "curl -s --unix-socket /run/docker.sock http://engine/v1.41/system/df"
# An image with a layer of 3 MB of its own, which nothing uses and nobody has pulled.
_BUILD = (
    "docker run --name built {0}:1 dd if=/dev/urandom of=/big bs=1M count=3 2>/dev/null; "
    "docker commit built built:1 >/dev/null; docker rm built >/dev/null"
)


def _layers(cluster: Cluster, host: str) -> int:
    """Bytes of all images of a host, as its Engine counts them."""
    found: int = json.loads(cluster.sh(_LAYERS, host))["LayersSize"]
    return found


def _images(cluster: Cluster, host: str) -> str:
    return cluster.sh("docker images --digests --format '{{.Repository}}:{{.Tag}}@{{.Digest}}' | sort", host)


@pytest.fixture
def digests(cluster: Cluster) -> dict[str, str]:
    """The digests of the versions of the image."""
    return {version: cluster.lab.push(version) for version in ("1", "2", "3", "4")}


def test_pruned_is_what_no_service_needs_and_what_is_freed_is_true(
    cluster: Cluster, digests: dict[str, str]
) -> None:
    """On both Engines; images for a rollback, of plain containers and young ones stay; a dead Engine stops no other."""
    image = cluster.image
    for host in BOTH:
        cluster.sh("docker rm -f plain built 2>&1", host, check=False)
    # The service has used 1, 2 and 3; a plain container uses 4.
    cluster.sh(f"docker service create -q --name web --mode global --stop-grace-period 1s {image}:1 sleep 1d")
    for version in ("2", "3"):
        cluster.sh(f"docker service update -q --update-parallelism 0 --image {image}:{version} web")
    for host in BOTH:
        cluster.sh(_BUILD.format(image), host)
        cluster.sh(f"docker run -d --name plain {image}:4 sleep 1d", host)

    # All of it is younger than that.
    young = cluster.run("prune", swarm_prune_older_than="1h").succeeded()
    assert re.search(r"^m1 +0, 0 B +0, 0 B +0 B +0 B$", young.text, re.MULTILINE), young.text
    assert "built:1" in _images(cluster, "m1")

    used = cluster.stage.one("m1", "swarm_image_info")["used"]
    assert [(one["image"][-90:], one["services"], one["rollback"]) for one in used] == [
        (f"{image}:2@{digests['2']}"[-90:], [], ["web"]),
        (f"{image}:3@{digests['3']}"[-90:], ["web"], []),
    ]
    keep = [one["image"] for one in used]
    cluster.sh("systemctl stop docker.socket docker", "w2")
    try:
        foreseen = cluster.stage.run(
            *(call(host, "swarm_prune", check=True, keep=keep, older_than="0s") for host in BOTH)
        )
        before = {host: _layers(cluster, host) for host in BOTH}
        there = {host: _images(cluster, host) for host in BOTH}
        checked = cluster.run("prune", "--check", swarm_prune_older_than="0s").succeeded()
        assert {host: _images(cluster, host) for host in BOTH} == there, "check mode removes nothing"

        done = cluster.run("prune", swarm_prune_older_than="0s").succeeded()
    finally:
        cluster.sh("systemctl start docker", "w2")
    assert "w2: is in no swarm" in done.text
    for host, seen in zip(BOTH, foreseen, strict=True):
        freed = before[host] - _layers(cluster, host)
        assert freed >= 3 << 20
        assert seen["freed"]["images"] == freed, "the bytes that were foreseen are those that are free"
        [row] = re.findall(rf"^{host} +\d.*$", done.text, re.MULTILINE)
        assert row in checked.text, "check mode shows the same bytes"
        left = _images(cluster, host)
        assert digests["2"] in left, "the rollback needs it"
        assert digests["3"] in left, "the service uses it"
        assert f"{image}:4@" in left, "a plain container uses it"
        assert digests["1"] not in left
        assert "built:1" not in left
        # Tasks that the swarm has replaced are gone; those that run are not.
        assert cluster.sh("docker ps -aq --filter status=exited", host) == ""
        assert cluster.sh("docker ps -q", host).count("\n") == 1
        cluster.sh("docker rm -f plain", host)
    cluster.sh("docker service rollback -q web")


def test_images_are_there_before_a_deployment_needs_them(cluster: Cluster, digests: dict[str, str]) -> None:
    """The nodes that can run them have them; a node without a registry is one sentence; afterwards no task pulls."""
    image = cluster.image
    service = {
        "name": "api",
        "image": f"{image}:2",
        "mode": "global",
        "command": "sleep 1d",
        "stop_grace_period": "1s",
        "placement": {"constraints": ["node.role==worker"]},
        "registry_auth": {"username": "nobody", "password": "pass-word-of-the-registry"},
    }
    for host in ("m1", "w1", "w2"):
        cluster.sh(f"docker images -q {image} | xargs -r docker rmi -f", host, check=False)
    registry = cluster.lab.registry.partition(":")[0]
    cut, heal = f"ip route add unreachable {registry}", f"ip route del unreachable {registry}"
    cluster.sh(cut, "w2")
    broken = cluster.run("deploy", "-vvv", swarm_services=[service], swarm_deploy_pull=True)
    cluster.sh(heal, "w2")
    assert broken.status != 0
    assert "Not every image could be pulled on w2" in broken.text
    assert re.search(
        rf"^w2: {image}:2@{digests['2']} was not pulled: .*no route to host.*\.$", broken.text, re.MULTILINE
    )
    assert "pass-word-of-the-registry" not in broken.text
    assert digests["2"] in _images(cluster, "w1"), "the others go on"
    assert digests["2"] not in _images(cluster, "m1"), "a manager cannot run it"
    assert cluster.sh("docker service ls -q") == ""

    secret = "pass-word-of-the-registry"
    # On the command line, it would be in the process list by the test's own doing.
    given = cluster.stage.write("pull.json", {"swarm_services": [service]})
    with Watch(cluster.stage, "w2", (secret,)) as watch:
        done = cluster.run("pull", "-vvv", "-e", f"@{given}").succeeded()
    assert secret not in done.text
    assert [place for place, text in watch.places.items() if secret in text] == []
    assert re.search(r"^w1 +1 +0 +0 B +0$", done.text, re.MULTILINE), done.text
    assert re.search(r"^w2 +0 +1 +\S+ \S+ +0$", done.text, re.MULTILINE), done.text
    # No task could pull now.
    for host in ("w1", "w2"):
        cluster.sh(cut, host)
    try:
        writes = cluster.stage.writes()
        cluster.run("deploy", swarm_services=[service], swarm_deploy_pull=True).succeeded()
        assert [one for one in writes.seen() if "images" in one] == []
    finally:
        for host in ("w1", "w2"):
            cluster.sh(heal, host)


def test_the_status_shows_what_fills_the_disks(cluster: Cluster) -> None:
    """As the Engine counts it, with the logs that it does not count."""
    cluster.sh(
        f"docker run --name noisy {cluster.image}:1 sh -c 'seq 20000; dd if=/dev/zero of=/f bs=1M count=2'",
        "w1",
    )
    try:
        shown = cluster.run("status", swarm_status_disk=True).succeeded().text
        [found] = cluster.stage.run(call("w1", "swarm_disk_info", sizes=True))
    finally:
        cluster.sh("docker rm -f noisy", "w1")
    assert re.search(r"^HOST +IMAGES +BUILD CACHE +STOPPED +LOGS +FREE +FULL$", shown, re.MULTILINE)
    assert re.search(r"^w2 .* of .* %$", shown, re.MULTILINE)
    assert found["sizes"]["stopped_containers"] >= 2 << 20
    assert found["sizes"]["logs"] > 20000 * 50
    assert found["sizes"]["images"] == _layers(cluster, "w1")
    used = int(cluster.sh("df --output=pcent /var/lib/docker | tail -1 | tr -d ' %'", "w1"))
    assert abs(found["filesystem"]["used_percent"] - used) <= 1
