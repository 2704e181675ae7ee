# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm that was made with Docker's command line, and the inventory that is exported from it."""

from __future__ import annotations

import shlex

from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

SECRET = "not-to-be-seen"
_STACK = """
version: "3.8"
services:
  one:
    image: {image}:1
    environment: {{A: b}}
    networks: {{inner: {{aliases: [first]}}}}
    configs: [conf]
    deploy: {{replicas: 1, update_config: {{order: start-first}}, labels: {{of: service}}}}
networks: {{inner: {{attachable: true}}}}
configs: {{conf: {{file: /tmp/conf}}}}
"""
_MADE = """
docker network create -d overlay --attachable --subnet 10.{subnet}.0.0/24 --label of=hand \
  --opt com.docker.network.driver.mtu=1400 {at}-net >/dev/null
printf not-to-be-seen | docker secret create {at}-key - >/dev/null
printf 'text {{{{ .Service.Name }}}}\\n' | docker config create --template-driver golang --label a=b {at}-conf - >/dev/null
printf '\\377\\000' | docker config create {at}-binary - >/dev/null
docker service create -d --name {at}-many --replicas 2 --env KEY=not-to-be-seen --env EMPTY= \
  --hostname '{{{{.Node.Hostname}}}}' \
  --network name={at}-net,alias=many --secret source={at}-key,target=key,mode=0400,uid=1 \
  --config source={at}-conf,target=/etc/c \
  --config {at}-binary --label x=y --container-label c=d --mount type=volume,source={at}-data,target=/data,volume-label=l=m \
  --mount type=tmpfs,target=/scratch,tmpfs-size=16m,tmpfs-mode=0700 --mount type=bind,source=/tmp,target=/host,readonly \
  --publish published={port}0,target=80 --publish published={port}1,target=81,protocol=udp,mode=host --limit-memory 64m \
  --reserve-memory 8m --limit-cpu 0.5 --limit-pids 50 \
  --ulimit nofile=1024:2048 --cap-add NET_ADMIN --sysctl net.core.somaxconn=512 --stop-grace-period 3s \
  --stop-signal SIGINT --user 0:0 --workdir / --health-cmd true --health-interval 20s --log-driver json-file \
  --log-opt max-size=5m --restart-condition on-failure --restart-max-attempts 4 --update-order start-first \
  --update-parallelism 2 --update-failure-action rollback --rollback-monitor 2s --constraint node.role==manager \
  --placement-pref spread=node.labels.zone --dns 10.0.0.53 --host db:10.0.0.9 --init --read-only --no-resolve-image \
  --endpoint-mode vip {image}:1 sleep 1000 >/dev/null
docker service create -d --name {at}-agent --mode global {image}:1 >/dev/null
docker service create -d --name {at}-job --mode replicated-job --replicas 2 --max-concurrent 1 {image}:1 true >/dev/null
printf conf > /tmp/conf
printf %s {stack} | docker stack deploy -c - {at}-stack >/dev/null
"""
_GONE = (
    "docker stack rm {at}-stack; docker service rm {at}-many {at}-agent {at}-job; sleep 3; "
    "for i in 1 2 3 4 5 6; do docker network rm {at}-net && break; sleep 2; done; "
    "docker secret rm {at}-key; docker config rm {at}-conf {at}-binary"
)
_TASKS = "docker service ls -q | xargs docker service ps -q --no-trunc | sort"
# The command line of each of them makes a half of the swarm: 20.10 and 26.1.
_HALVES = {
    "m1": {"at": "old", "subnet": "77", "port": "1808"},
    "m2": {"at": "new", "subnet": "78", "port": "1908"},
}


def _settled(cluster: Cluster) -> bool:
    """Whether no task is started any longer."""
    shown = cluster.sh("docker service ls --format '{{.Name}} {{.Replicas}}'").splitlines()
    done = dict(line.split(" ", 1) for line in shown)
    return all(
        done[f"{half['at']}-many"] == "2/2"
        and "2/2 completed" in done[f"{half['at']}-job"]
        and done[f"{half['at']}-agent"] == "5/5"
        and done[f"{half['at']}-stack_one"] == "1/1"
        for half in _HALVES.values()
    )


def test_a_swarm_made_by_hand_is_declared_as_it_is(cluster: Cluster) -> None:
    """O10: deploy finds nothing to do in what was exported, sends nothing, and replaces no task."""
    path = cluster.stage.folder / "exported.yml"
    try:
        for host, half in _HALVES.items():
            stack = shlex.quote(_STACK.format(image=cluster.image))
            cluster.sh(_MADE.format(image=cluster.image, stack=stack, **half), host)
        cluster.until(lambda: _settled(cluster), 120)
        before = cluster.sh(_TASKS)
        run = cluster.run("export", "-vvv", swarm_export_file=str(path)).succeeded()
        assert SECRET not in run.text
        assert "left out, since" not in run.text, run.text
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text(encoding="utf-8").count(SECRET) == len(_HALVES)
        writes = cluster.stage.writes()
        checked = cluster.run("deploy", "--check", "-e", f"@{path}").succeeded()
        assert "Nothing had to be done." in checked.text, checked.text
        deployed = cluster.run("deploy", "-e", f"@{path}").succeeded()
        assert "Nothing had to be done." in deployed.text, deployed.text
        assert set(deployed.changed.values()) == {0}
        assert writes.seen() == []
        assert cluster.sh(_TASKS) == before
    finally:
        for host, half in _HALVES.items():
            cluster.sh(_GONE.format(**half), host, check=False)
