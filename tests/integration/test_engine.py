# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P1 on real hosts: two bare ones, Debian 12 and Debian 13. The tests go on from each other in this order."""

from __future__ import annotations

import json
import re
import time
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.playing import Lab, Played, play

ROLE = [{"hosts": "swarm", "gather_facts": False, "roles": ["flotilla.swarm.swarm_engine"]}]
PINNED = {"m1": "20.10", "w1": "26.1"}
DAEMON = "/etc/docker/daemon.json"

HOLD_LOCK = 'import fcntl, time; f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(25)'
OLD_ENGINE = """
import http.server, json, socketserver
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"Version": "19.03.15", "ApiVersion": "1.40", "MinAPIVersion": "1.12"}).encode()
        self.send_response(200)
        self.send_header("Api-Version", "1.40")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return "client"
socketserver.UnixStreamServer("/run/docker.sock", Handler).serve_forever()
"""


class Hosts:
    """The two hosts, and the role run on them with declared variables."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.declared: dict[str, t.Any] = {
            "swarm_engine_version": "{{ {'m1': '20.10', 'w1': '26.1'}[inventory_hostname] }}",
            "swarm_engine_insecure_registries": ["{{ lab_registry }}"],
            "swarm_engine_mtu": 1450,
            "swarm_engine_log_options": {"max-size": "10m", "max-file": 3},
        }

    def engine(self, *arguments: str, **declared: t.Any) -> Played:
        """Run the role with the declared variables, changed by these."""
        more = {f"swarm_engine_{name}": value for name, value in declared.items()}
        return play(self.lab, ROLE, {**self.declared, **more}, *arguments)

    def run(self, name: str, command: str) -> str:
        """Run a command on a host and return its output."""
        return self.lab.host(name).run(command).stdout.strip()

    def daemon(self, name: str) -> dict[str, t.Any]:
        """The host's daemon.json."""
        return t.cast("dict[str, t.Any]", json.loads(self.run(name, f"cat {DAEMON}")))

    def started(self, name: str) -> float:
        """When the Engine of a host was last started, in seconds since the host's boot."""
        show = "systemctl show docker.service -p ActiveEnterTimestampMonotonic --value"
        return int(self.run(name, show)) / 1e6

    def wait_ready(self) -> None:
        """Wait until every node is ready; a leader that was away does not know the others for some seconds."""
        for _second in range(30):
            states = self.run("m1", "docker node ls --format '{{.Status}}' | sort -u")
            if states == "Ready":
                return
            time.sleep(1)
        raise AssertionError(states)


@pytest.fixture(scope="module")
def hosts() -> t.Iterator[Hosts]:
    with own_lab("eng", managers=1, workers=1, engine="m1=20.10,w1=26.1", bare="all") as lab:
        yield Hosts(lab)


def test_check_mode_says_what_would_be_installed_and_installs_nothing(hosts: Hosts) -> None:
    played = hosts.engine("--check", "--diff")
    assert played.status == 0, played.text
    told = played.tasks["Plan"]["m1"]["diff"]["prepared"]
    for name in PINNED:
        assert f"{name}: install docker.io {PINNED[name]} from the distribution" in told
        assert f"{name}: daemon: mtu 1500 → 1450" in told
        assert hosts.run(name, f"ls {DAEMON} /usr/sbin/dockerd 2>&1 | grep -c 'No such'") == "2"


def test_a_version_that_no_repository_has_is_refused_with_those_there_are(hosts: Hosts) -> None:
    played = hosts.engine(version="27.5")
    assert played.failures["m1"].startswith("m1: no package docker.io is of version 27.5; there are 20.10.")
    assert hosts.run("m1", "ls /usr/sbin/dockerd 2>&1 | grep -c 'No such'") == "1"


def test_a_bare_host_gets_the_pinned_engine_held_and_with_its_options(hosts: Hosts) -> None:
    # Another program installs something on m1 for a while.
    hosts.run("m1", f"systemd-run -q python3 -c '{HOLD_LOCK}'")
    played = hosts.engine()
    assert played.status == 0, played.text
    # R8: said while it is so.
    waits = r"\[m1\] installing docker\.io=20\.10\S+: waiting for process \d+ \(python3\), which installs something, [456] s"
    assert re.search(waits, played.text), played.text
    for name, version in PINNED.items():
        assert hosts.run(name, "docker version --format '{{.Server.Version}}'").startswith(version)
        assert hosts.run(name, "apt-mark showhold") == "docker.io"
        assert hosts.run(name, "systemctl is-enabled docker.service") == "enabled"
        assert hosts.daemon(name) == {
            "insecure-registries": [hosts.lab.registry],
            "log-opts": {"max-file": "3", "max-size": "10m"},
            "mtu": 1450,
        }
        assert hosts.lab.registry in hosts.run(
            name, "docker info --format '{{json .RegistryConfig.IndexConfigs}}'"
        )
        assert hosts.run(
            name,
            "ip -o link show docker0 | grep -c 'mtu 1450' || docker network inspect bridge | grep -c 1450",
        )
        assert hosts.run(name, "dpkg -l needrestart python3-apt 2>/dev/null | grep -c ^ii || true") == "0"


def test_the_second_run_changes_nothing(hosts: Hosts) -> None:
    played = hosts.engine()
    assert played.nothing_changed, played.text
    lines = hosts.engine("--check").tasks["Plan"]["m1"]["lines"]
    assert not [line for line in lines if " swarm " not in line and "join as" not in line], (
        "of the engine it says nothing"
    )


def test_keys_of_others_stay_and_what_can_be_reloaded_is_not_restarted(hosts: Hosts) -> None:
    hosts.run("m1", f"sed -i '1s/{{/{{\"max-concurrent-downloads\": 2,/;' {DAEMON}")
    before = {name: hosts.started(name) for name in PINNED}
    registries = [hosts.lab.registry, "registry.example:5000"]
    played = hosts.engine(insecure_registries=registries)
    assert played.status == 0, played.text
    assert {name: hosts.started(name) for name in PINNED} == before
    assert hosts.daemon("m1")["max-concurrent-downloads"] == 2
    for name in PINNED:
        assert "registry.example:5000" in hosts.run(
            name, "docker info --format '{{json .RegistryConfig.IndexConfigs}}'"
        )
    assert hosts.engine(insecure_registries=list(reversed(registries))).nothing_changed


def test_other_options_restart_the_engine_and_null_removes_a_key(hosts: Hosts) -> None:
    before = {name: hosts.started(name) for name in PINNED}
    assert hosts.engine(log_driver="local", log_options=None, daemon={"log-opts": None}).status == 0
    for name in PINNED:
        assert hosts.run(name, "docker info --format '{{.LoggingDriver}}'") == "local"
        assert "log-opts" not in hosts.daemon(name)
        assert hosts.started(name) > before[name]
    hosts.declared.update(swarm_engine_log_driver="local", swarm_engine_log_options=None)


def test_options_the_engine_does_not_start_with_are_restored(hosts: Hosts) -> None:
    before = hosts.daemon("w1")
    played = hosts.engine(daemon={"no-such-key": 1})
    for name in PINNED:
        assert played.failures[name].startswith(
            f"{name}: the engine did not start with the declared options (the earlier"
        )
        assert "no-such-key" in played.failures[name]
        assert hosts.run(name, "systemctl is-active docker.service") == "active"
    assert hosts.daemon("w1") == before
    assert hosts.engine().nothing_changed


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"live-restore": true}', "sets live-restore, which excludes swarm mode"),
        ('{"mtu": 1450', "/etc/docker/daemon.json cannot be read"),
    ],
)
def test_a_file_that_cannot_be_is_refused_before_any_host_is_touched(
    hosts: Hosts, content: str, told: str
) -> None:
    hosts.run("w1", f"cp {DAEMON} /root/kept; echo '{content}' > {DAEMON}")
    try:
        played = hosts.engine(mtu=1400)
        assert [
            message for message in played.failures.values() if message.startswith("w1: ") and told in message
        ]
        assert hosts.run("w1", f"cat {DAEMON}") == content
        assert hosts.daemon("m1")["mtu"] == 1450
    finally:
        hosts.run("w1", f"mv /root/kept {DAEMON}")


def test_declared_live_restore_and_a_step_back_are_refused(hosts: Hosts) -> None:
    assert "live-restore" in str(hosts.engine(daemon={"live-restore": True}).failures)
    assert "w1: engine 26.1.5+dfsg1 is newer than swarm_engine_version 20.10" in str(
        hosts.engine(version="20.10").failures
    )


def test_a_stopped_engine_is_started(hosts: Hosts) -> None:
    hosts.run("m1", "systemctl stop docker.socket docker.service")
    played = hosts.engine()
    assert (played.status, played.changed["w1"]) == (0, 0), played.text
    assert hosts.run("m1", "systemctl is-active docker.service") == "active"


def test_an_engine_that_is_too_old_is_refused(hosts: Hosts) -> None:
    """No package mirror has one any more, so a server on its socket answers as one did."""
    hosts.run("w1", "systemctl stop docker.socket docker.service; rm /run/docker.sock")
    hosts.run(
        "w1", f"cat > /root/old.py <<'END'\n{OLD_ENGINE}\nEND\nsystemd-run --unit=old python3 /root/old.py"
    )
    time.sleep(1)
    try:
        message = str(hosts.engine(mtu=1400).failures)
    finally:
        hosts.run(
            "w1", "systemctl stop old; rm -f /run/docker.sock; systemctl start docker.socket docker.service"
        )
    assert "w1: engine 19.03.15 is older than 20.10" in message
    assert hosts.daemon("m1")["mtu"] == 1450


def test_nodes_of_a_swarm_restart_one_after_the_other(hosts: Hosts) -> None:
    hosts.run("m1", f"docker swarm init --advertise-addr {hosts.lab.host('m1').address}")
    hosts.lab.host("w1").join(hosts.lab.host("m1"))
    played = hosts.engine(mtu=1430)
    assert played.status == 0, played.text
    assert "RETRYING" not in played.text
    # CLOCK_MONOTONIC is the machine's, so the two hosts' times compare.
    enter = {name: hosts.started(name) for name in PINNED}
    first, second = sorted(enter, key=lambda name: enter[name])
    assert (first, second) == ("w1", "m1"), "the leader is the last"
    left = "systemctl show docker.service -p ActiveExitTimestampMonotonic --value"
    assert int(hosts.run(second, left)) / 1e6 > enter[first], (
        "the second went down only when the first was back"
    )
    hosts.wait_ready()
    hosts.declared["swarm_engine_mtu"] = 1430
    assert hosts.engine().nothing_changed


def test_a_node_that_does_not_come_back_ends_the_restarts(hosts: Hosts) -> None:
    before = {name: (hosts.daemon(name), hosts.started(name)) for name in PINNED}
    played = hosts.engine(daemon={"no-such-key": 1})
    first = next((name for name, message in played.failures.items() if "no-such-key" in message), None)
    assert first, played.failures
    other = next(name for name in PINNED if name != first)
    assert played.failures[other] == (
        f"{other}: was not restarted, because {first} did not come back; its options are as they were."
    )
    assert hosts.started(other) == before[other][1]
    for name in PINNED:
        assert hosts.daemon(name) == before[name][0]
    hosts.wait_ready()


def test_what_would_harm_the_swarm_is_refused(hosts: Hosts) -> None:
    assert "m1: engine 20.10.24+dfsg1 is in a swarm, but" in str(hosts.engine(version="26.1").failures)
    assert "would have left its swarm" in str(hosts.engine(data_root="/srv/docker").failures)
    hosts.run("m1", "docker swarm update --autolock > /root/unlock")
    try:
        assert "autolock" in str(hosts.engine(mtu=1420).failures)
    finally:
        hosts.run("m1", "docker swarm update --autolock=false")
    assert hosts.engine().nothing_changed
