# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm that was made with Docker's command line, and the inventory that is exported from it."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.flotilla.swarm.tests.integration.operations.cluster import Cluster

SECRET = "not-to-be-seen"
_STACK = """
services:
  one:
    image: {image}:1
    environment: {{A: b}}
    networks: {{inner: {{aliases: [first]}}}}
    configs: [conf]
    deploy: {{replicas: 1, update_config: {{order: start-first}}, labels: {{of: service}}}}
networks: {{inner: {{attachable: true}}}}
configs: {{conf: {{file: /tmp/export-conf}}}}
"""
_MADE = """
docker network create -d overlay --attachable --subnet 10.77.0.0/24 --label of=hand --opt com.docker.network.driver.mtu=1400 export-net >/dev/null
printf not-to-be-seen | docker secret create export-key - >/dev/null
printf 'text {{{{ .Service.Name }}}}\\n' | docker config create --template-driver golang --label a=b export-conf - >/dev/null
printf '\\377\\000' | docker config create export-binary - >/dev/null
docker service create -d --name export-many --replicas 2 --env KEY=not-to-be-seen --env EMPTY= --hostname '{{{{.Node.Hostname}}}}' \
  --network name=export-net,alias=many --secret source=export-key,target=key,mode=0400,uid=1 --config source=export-conf,target=/etc/c \
  --config export-binary --label x=y --container-label c=d --mount type=volume,source=export-data,target=/data,volume-label=l=m \
  --mount type=tmpfs,target=/scratch,tmpfs-size=16m,tmpfs-mode=0700 --mount type=bind,source=/tmp,target=/host,readonly \
  --publish published=18080,target=80 --publish published=18081,target=81,protocol=udp,mode=host --limit-memory 64m \
  --reserve-memory 8m --limit-cpu 0.5 --limit-pids 50 --ulimit nofile=1024:2048 --cap-add NET_ADMIN --sysctl net.core.somaxconn=512 --stop-grace-period 3s \
  --stop-signal SIGINT --user 0:0 --workdir / --health-cmd true --health-interval 20s --log-driver json-file \
  --log-opt max-size=5m --restart-condition on-failure --restart-max-attempts 4 --update-order start-first \
  --update-parallelism 2 --update-failure-action rollback --rollback-monitor 2s --constraint node.role==manager \
  --placement-pref spread=node.labels.zone --dns 10.0.0.53 --host db:10.0.0.9 --init --read-only --no-resolve-image \
  --endpoint-mode vip {image}:1 sleep 1000 >/dev/null
docker service create -d --name export-agent --mode global {image}:1 >/dev/null
docker service create -d --name export-job --mode replicated-job --replicas 2 --max-concurrent 1 {image}:1 true >/dev/null
printf conf > /tmp/export-conf
printf %s {stack} | docker stack deploy -c - export-stack >/dev/null
"""
_GONE = (
    "docker stack rm export-stack; docker service rm export-many export-agent export-job; sleep 3; "
    "for i in 1 2 3 4 5 6; do docker network rm export-net && break; sleep 2; done; "
    "docker secret rm export-key; docker config rm export-conf export-binary"
)


@pytest.mark.parametrize("host", ["m1", "m2"])
def test_a_swarm_made_by_hand_is_declared_as_it_is(cluster: Cluster, host: str) -> None:
    """O10: made by the command lines of 20.10 and 26.1; deploy finds nothing to do and sends nothing."""
    path = cluster.stage.folder / f"exported-{host}.yml"
    stack = shlex.quote(_STACK.format(image=cluster.image))
    try:
        cluster.sh(_MADE.format(image=cluster.image, stack=stack), host)
        cluster.until(lambda: "2/2" in cluster.sh("docker service ls --filter name=export-many"), 90)
        tasks = "docker service ps -q --no-trunc export-many export-agent export-job export-stack_one | sort"
        before = cluster.sh(tasks)
        run = cluster.run("export", "-vvv", swarm_export_file=str(path)).succeeded()
        assert SECRET not in run.text
        assert "left out, since" not in run.text, run.text
        assert path.stat().st_mode & 0o777 == 0o600
        assert SECRET in path.read_text(encoding="utf-8")
        writes = cluster.stage.writes()
        checked = cluster.run("deploy", "--check", "-e", f"@{path}").succeeded()
        assert "Nothing had to be done." in checked.text, checked.text
        deployed = cluster.run("deploy", "-e", f"@{path}").succeeded()
        assert "Nothing had to be done." in deployed.text, deployed.text
        assert set(deployed.changed.values()) == {0}
        assert writes.seen() == []
        assert cluster.sh(tasks) == before
    finally:
        cluster.sh(_GONE, host, check=False)
