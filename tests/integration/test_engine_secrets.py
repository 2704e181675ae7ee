# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of daemon.json is seen, declared or only in the file: with every verbosity, and where the Engine does not start.

The tests go on from each other in this order.
"""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.watching import Watch
from ansible_collections.flotilla.swarm.tests.integration.running import Run, site

Raw = dict[str, t.Any]

DAEMON = "/etc/docker/daemon.json"
VERBOSITIES = ("", "-v", "-vv", "-vvv", "-vvvv")
#: Those with which check mode and a run without a change are tried too; the others show what is between them.
ENDS = ("", "-vvvv")
#: Declared for m1, and only in the file of w1.
DECLARED, FOREIGN = "declared9c41", "foreign7b02"
# What is the Engine's own, by where it is seen: what it logs of its file, what it took over and what it cannot start with; and
# the proxies in its environment and in that of the programs that it starts, which only root can see.
_OF_ENGINE = {
    "journal": (
        "econfiguration",
        "eloaded configuration",
        "invalid mirror",
        "etting proxy",
        "verriding existing proxy",
    ),
    "processes": ("OTEL_SERVICE_NAME=dockerd", "LISTEN_FDNAMES=docker.socket"),
}


class Hosts:
    """A manager whose options are declared, with secrets, and a worker that has secrets nobody declared."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        usual: Raw = json.loads(stage.sh("w1", f"cat {DAEMON}"))
        #: Those of the manager.
        self.options: Raw = {"swarm_engine_log_driver": "splunk"}
        self.secret("first")
        self.foreign: Raw = {
            **usual,
            "log-driver": "splunk",
            "log-opts": {"splunk-token": f"token-{FOREIGN}", "splunk-url": "https://logs.example"},
            "proxies": {"https-proxy": f"http://me:{FOREIGN}@127.0.0.1:1", "no-proxy": "*"},
        }
        self.put("w1", self.foreign)
        drop_in = "/etc/systemd/system/docker.service.d"
        environment = f"Environment=HTTP_PROXY=http://me:{FOREIGN}@127.0.0.1:1 NO_PROXY=*"
        stage.sh("w1", f"mkdir -p {drop_in}; printf '[Service]\\n{environment}\\n' > {drop_in}/proxy.conf")
        stage.sh("w1", "systemctl daemon-reload; systemctl restart docker")

    def secret(self, word: str) -> None:
        """Declare other secrets."""
        self.options["swarm_engine_log_options"] = {
            "splunk-token": f"token-{DECLARED}-{word}",
            "splunk-url": "https://logs.example",
        }
        proxy = f"http://me:{DECLARED}-{word}@127.0.0.1:1"
        self.options["swarm_engine_daemon"] = {"proxies": {"http-proxy": proxy, "no-proxy": "*"}}

    def put(self, host: str, content: Raw) -> None:
        """Write the file of a host past the collection."""
        self.stage.sh(host, f"cat > {DAEMON} <<'END'\n{json.dumps(content)}\nEND")

    def daemon(self, host: str) -> Raw:
        """The file of a host."""
        found: Raw = json.loads(self.stage.sh(host, f"cat {DAEMON}"))
        return found

    def site(self, *arguments: str, name: str = "site", **of_worker: t.Any) -> Run:
        """Run the playbook."""
        inventory = {
            "swarm_managers": {"hosts": {"m1": self.options}},
            "swarm_workers": {"hosts": {"w1": of_worker}},
        }
        return site(self.stage.lab, inventory, *(one for one in arguments if one), name=name)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Hosts]:
    """Two hosts; earlier Engines know no proxies."""
    with own_lab("secrets", managers=1, workers=1, engine="26.1") as lab:
        made = Hosts(Stage(lab, tmp_path_factory.mktemp("secrets")))
        yield made


def leaked(places: t.Mapping[str, str]) -> dict[str, list[str]]:
    """The lines with a secret, from a little before it, by where they stand."""
    found: dict[str, list[str]] = {}
    for place, text in places.items():
        for line in text.splitlines():
            of_engine = any(words in line for words in _OF_ENGINE.get(place, ()))
            for sign in (DECLARED, FOREIGN):
                if sign in line and not of_engine:
                    found.setdefault(place, []).append(line[max(0, line.index(sign) - 300) :][:600])
    return found


def test_secrets_are_written_and_seen_nowhere(hosts: Hosts) -> None:
    """Each verbosity plans other ones in check mode, writes them, and finds nothing left to do."""
    outputs: dict[str, str] = {}
    with Watch(hosts.stage, "m1", (DECLARED, FOREIGN)) as watch:
        for number, loud in enumerate(VERBOSITIES):
            hosts.secret(f"z{number}")
            mtu = {"swarm_engine_mtu": 1400 + number}
            if loud in ENDS:
                planned = hosts.site("--check", "--diff", loud, **mtu).succeeded()
                assert {
                    "m1: daemon: log-opts.splunk-token unset → (hidden)",
                    "m1: daemon: log-opts.splunk-token (hidden) → (hidden)",
                } & set(planned.plan), planned.text
                outputs[f"{loud} check"] = planned.text
            done = hosts.site("--diff", loud, **mtu).succeeded()
            assert hosts.daemon("m1")["log-opts"] == hosts.options["swarm_engine_log_options"]
            assert hosts.daemon("m1")["proxies"] == hosts.options["swarm_engine_daemon"]["proxies"]
            assert hosts.daemon("w1") == {**hosts.foreign, "mtu": 1400 + number}, "what nobody declared stays"
            outputs[loud] = done.text
            if loud in ENDS:
                again = hosts.site("--diff", loud, **mtu).succeeded()
                assert set(again.changed.values()) == {0}, again.text
                outputs[f"{loud} again"] = again.text
    # The fingerprints are there, or nothing would have been compared; one run has one salt.
    salts = {part.split("$")[2] for part in outputs["-vvvv again"].split('"') if part.startswith("scrypt$")}
    assert len(salts) == 1, salts
    assert f"{DECLARED}-z4" in hosts.stage.sh(
        "m1", "docker info --format '{{.HTTPProxy}}'; cat /etc/docker/daemon.json"
    )
    assert "log_options=NOT_LOGGING_PARAMETER" in watch.places["journal"]
    found = leaked({**outputs, **watch.places})
    assert found == {}, json.dumps(found, indent=1)[:20000]


def test_a_mirror_with_a_login_that_is_only_in_the_file_is_hidden_and_stays(hosts: Hosts) -> None:
    """The Engine does not start with one, so it is read while the Engine runs with what was there before."""
    before = hosts.daemon("w1")
    mirror = {**before, "registry-mirrors": [f"https://me:{FOREIGN}@mirror.example"]}
    hosts.put("w1", mirror)
    try:
        outputs = {}
        for loud in ("-v", "-vvvv"):
            outputs[f"site {loud}"] = hosts.site("--diff", loud, swarm_engine_mtu=1404).succeeded().text
            outputs[f"check {loud}"] = (
                hosts.site("--check", "--diff", loud, swarm_engine_mtu=1444).succeeded().text
            )
        assert hosts.daemon("w1") == mirror
        assert "scrypt$" in outputs["site -v"]
        found = leaked(outputs)
        assert found == {}, json.dumps(found, indent=1)[:20000]
    finally:
        hosts.put("w1", before)


@pytest.mark.parametrize("loud", ["", "-vvvv"])
def test_an_engine_that_does_not_start_shows_none(hosts: Hosts, loud: str) -> None:
    """Declared secrets with which it does not start, and the file from before, with secrets of its own."""
    options = {
        "registry-mirrors": [f"https://me:{DECLARED}@mirror.example"],
        "log-level": "warn",
        "proxies": {"http-proxy": f"http://other:{DECLARED}@127.0.0.1:1"},
    }
    before = {name: hosts.daemon(name) for name in ("m1", "w1")}
    with Watch(hosts.stage, "w1", (DECLARED, FOREIGN)) as watch:
        run = hosts.site(loud, name="broken", swarm_engine_mtu=1404, swarm_engine_daemon=options)
    assert (
        "w1: the engine did not start with the declared options (the earlier options were restored"
        in run.text
    )
    assert "invalid mirror" in run.text
    assert {name: hosts.daemon(name) for name in ("m1", "w1")} == before
    assert hosts.stage.sh("w1", "systemctl is-active docker.service") == "active"
    assert "before" not in hosts.stage.sh("w1", "ls -a /etc/docker")
    found = leaked({**watch.places, "output": run.text})
    assert found == {}, json.dumps(found, indent=1)[:20000]


def test_what_is_kept_is_for_root_alone(hosts: Hosts) -> None:
    assert hosts.stage.sh("m1", f"stat -c %a {DAEMON}.before") == "600"
