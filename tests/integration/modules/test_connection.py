# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to an Engine: TCP with TLS, SSH from the control node, and a socket one may not use."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.tests.integration.inventories import listed
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Call, Stage, call

DROP_IN = "/etc/systemd/system/docker.service.d/tls.conf"
# Made on the control node: an authority with certificates for the Engine and a client, and a second authority.
CERTIFICATES = """
set -e
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -subj /CN=$1 "${@:2}"; }
signs="-addext keyUsage=critical,keyCertSign,cRLSign"
new ca -x509 -days 30 -out ca.pem $signs
new other -x509 -days 30 -out other.pem $signs
for name in server client; do
    new $name -out $name.csr
    # Python 3.13 wants the identifiers, which RFC 5280 does too.
    printf '%s\\n' "subjectAltName=IP:$ADDRESS" extendedKeyUsage=serverAuth,clientAuth \\
        subjectKeyIdentifier=hash authorityKeyIdentifier=keyid > extensions
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out $name.pem
done
"""


@pytest.fixture
def tls(stage: Stage, tmp_path: Path) -> t.Iterator[dict[str, str]]:
    """m1's Engine on TCP with TLS for clients it can trust: the paths on w1 of what a client needs, by name."""
    m1, w1 = stage.lab.host("m1"), stage.lab.host("w1")
    environment = {"ADDRESS": m1.address, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    made = subprocess.run(
        ["bash", "-c", CERTIFICATES],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    for host in (m1, w1):
        files = "ca.pem other.pem server.pem server.key client.pem client.key"
        packed = subprocess.run(
            ["tar", "-C", tmp_path, "-c", *files.split()], capture_output=True, check=True
        )
        command = host.ssh_command("mkdir -p /root/tls; tar -C /root/tls -x")
        subprocess.run(command, input=packed.stdout, check=True)
    flags = "--tlsverify --tlscacert /root/tls/ca.pem --tlscert /root/tls/server.pem --tlskey /root/tls/server.key"
    start = f"/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376 {flags}"
    restart = "systemctl daemon-reload; systemctl reset-failed docker.service; systemctl restart docker"
    unit = f"[Service]\\nExecStart=\\nExecStart={start}\\n"
    m1.run(f"mkdir -p {Path(DROP_IN).parent}; printf '{unit}' > {DROP_IN}; {restart}")
    try:
        yield {name: f"/root/tls/{name}" for name in ("ca.pem", "other.pem", "client.pem", "client.key")}
    finally:
        m1.run(f"rm -rf {DROP_IN} /root/tls; {restart}")
        w1.run("rm -rf /root/tls")


def test_tcp_with_tls(alone: Stage, tls: dict[str, str], tmp_path: Path) -> None:
    """V1, V3, P3: m1's Engine is read and changed from w1; a wrong authority and a missing certificate are sentences."""
    there = f"tcp://{alone.address('m1')}:2376"
    whole = {
        "docker_host": there,
        "validate_certs": True,
        "ca_path": tls["ca.pem"],
        "client_cert": tls["client.pem"],
        "client_key": tls["client.key"],
    }
    info, made, again, unchecked, wrong, nameless, plain, nobody = alone.run(
        call("w1", "swarm_info", **whole),
        call("w1", "swarm_init", advertise_addr=alone.address("m1"), **whole),
        call("w1", "swarm_init", **whole),
        call("w1", "swarm_info", **{**whole, "validate_certs": False, "tls": True, "ca_path": None}),
        call("w1", "swarm_node_info", **{**whole, "ca_path": tls["other.pem"]}),
        call("w1", "swarm_node", hostname="m1", **{**whole, "client_cert": None, "client_key": None}),
        call("w1", "swarm_node", hostname="m1", docker_host=there),
        call("w1", "swarm_init", docker_host=f"tcp://{alone.address('m1')}:9"),
    )
    assert (info["failed"], info.get("state")) == (False, "inactive"), info
    assert (made["changed"], again["changed"]) == (True, False), made
    assert alone.local("m1")["NodeID"] == made["node_id"]
    assert unchecked["state"] == "manager", unchecked
    for refused in (wrong, nameless):
        assert refused["failed"], refused
        assert refused["msg"].startswith(f"TLS with the Engine at {there} failed (")
        assert refused["msg"].endswith("; check ca_path, client_cert and client_key.")
    assert plain["failed"]
    assert "HTTPS server" in plain["msg"] or "TLS" in plain["msg"], plain["msg"]
    assert nobody["failed"]
    assert nobody["msg"].startswith(f"No Engine answers at tcp://{alone.address('m1')}:9 (")
    files = {key: str(tmp_path / Path(whole[key]).name) for key in ("ca_path", "client_cert", "client_key")}
    here = {**whole, **files}
    assert _nodes(tmp_path, here) == {"m1": alone.address("m1")}
    alone.reset()


def test_ssh_from_the_control_node(single: Stage, tmp_path: Path) -> None:
    """V1, V3: through paramiko, from where the playbook runs; a host that cannot be reached is a state, not a crash."""
    m1 = single.lab.host("m1")
    command = m1.ssh_command()
    known = next(word for word in command if word.startswith("UserKnownHostsFile=")).split("=", 1)[1]
    folder = tmp_path / ".ssh"
    folder.mkdir(mode=0o700)
    (folder / "known_hosts").write_text(Path(known).read_text(encoding="utf-8"), encoding="utf-8")
    key = command[command.index("-i") + 1]
    (folder / "config").write_text(f"Host *\n  IdentityFile {key}\n  IdentitiesOnly yes\n", encoding="utf-8")
    book = [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [
                {
                    "flotilla.swarm.swarm_init": {
                        "docker_host": f"ssh://root@{m1.address}",
                        "task_history_retention_limit": 2,
                    }
                },
                {
                    "flotilla.swarm.swarm_node": {
                        "docker_host": f"ssh://root@{m1.address}",
                        "hostname": "m1",
                        "labels": {"through": "ssh"},
                    }
                },
                {
                    "flotilla.swarm.swarm_node_info": {"docker_host": "ssh://nobody@127.0.0.1:9"},
                    "register": "dead",
                },
                {"ansible.builtin.debug": {"msg": "{{ dead.state }} {{ dead.why }}"}},
            ],
        }
    ]
    done = single.play("ssh.json", book, HOME=str(tmp_path))
    assert done.status == 0, done.text
    assert single.cluster()["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 2
    assert single.node("m1")["Spec"]["Labels"] == {"through": "ssh"}
    assert "No Engine answers at ssh://nobody@127.0.0.1:9" in done.text
    in_turn = ["ssh://nobody@127.0.0.1:9", f"ssh://root@{m1.address}"]
    assert _nodes(tmp_path, {"docker_host": in_turn}, HOME=str(tmp_path)) == {"m1": m1.address}


def _nodes(folder: Path, options: dict[str, t.Any], **environment: str) -> dict[str, str]:
    """The hosts that the inventory plugin finds, with their addresses."""
    path = folder / "swarm.yml"
    path.write_text(json.dumps({"plugin": "flotilla.swarm.swarm", **options}), encoding="utf-8")
    found = listed(path, **environment)["_meta"]["hostvars"]
    return {name: variables["ansible_host"] for name, variables in found.items()}


def test_a_user_who_may_not_use_the_socket(stage: Stage) -> None:
    """V1: the sentence says what to do."""
    stage.sh("w1", "id plain >/dev/null 2>&1 || useradd -m plain")
    become = {
        "become": True,
        "become_user": "plain",
        "vars": {"ansible_shell_allow_world_readable_temp": True},
    }
    calls = [call("w1", name) for name in ("swarm_info", "swarm_host_info", "swarm_init")]
    results = stage.run(*(Call(one.host, one.module, one.args, become) for one in calls))
    for result in results:
        assert result["failed"]
        assert result["msg"] == (
            "This user may not use the Engine at unix:///var/run/docker.sock; set become: true or add the user to the "
            "group docker."
        )
