# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A balancer in a folder: what is written, checked and reloaded, and what is left where HAProxy refuses or a run is killed."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import FlotillaError, Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import Host
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy import balancer as balancers
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy import deploy, text
from ansible_collections.flotilla.swarm.plugins.module_utils._haproxy.balancer import Balancer

Raw = dict[str, t.Any]
KEY = "-----BEGIN CERTIFICATE-----\ncanary3f9a\n-----BEGIN PRIVATE KEY-----\n"
CONFIG = "etc/haproxy/haproxy.cfg"


class Machine(Balancer):
    """A host with a HAProxy that reads its file when it is reloaded."""

    def __init__(self, root: Path) -> None:
        super().__init__(Host(self.call, str(root)), self.call)
        self.root = root
        self.reloads = 0
        self.running = ""
        self.drained: set[str] = set()
        self.up: set[str] = {"aa", "bb"}
        #: What HAProxy says of a configuration, and whether it can run with a new one.
        self.complaint = ""
        self.starts = True
        self.die_at: str = ""

    def call(self, argv: list[str]) -> tuple[int, str, str]:
        command = " ".join(argv)
        if self.die_at and self.die_at in command:
            raise KeyboardInterrupt
        if "haproxy -c" in command:
            assert self.file(argv[-1].lstrip("/")).stat().st_mode & 0o777 == 0o600
            return (1, "", f"[NOTICE] x\n[ALERT] {self.complaint}\n") if self.complaint else (0, "", "")
        if command == "systemctl reload-or-restart haproxy.service":
            self.reloads += 1
            if self.starts:
                self.running = text.fingerprint_in(self.file(CONFIG).read_text())
            self.starts = True
        if command == "systemctl reload-or-restart keepalived.service":
            self.host.write("/run/systemd/units/invocation:keepalived.service", "")
        if argv[0] == "journalctl":
            return 0, "[ALERT] cannot bind socket\n", ""
        if argv[0] == "ip":
            return 0, '[{"ifname": "eth0", "addr_info": [{"local": "10.0.0.1"}]}]', ""
        return 0, "", ""

    def say(self, command: str) -> str | None:
        if not self.running:
            return None
        if command == "show info":
            return f"description: {self.running}\n"
        if command == "show stat":
            return "# pxname,svname,scur,status\n" + "".join(
                f"web.80.80,w.{one},1,UP\n" for one in ("aa", "bb")
            )
        if command == "show servers state":
            rows = "".join(
                f"web.80.80 w.{one} {2 if one in self.up else 0} {8 if one in self.drained else 0}\n"
                for one in ("aa", "bb")
            )
            return f"1\n# be_name srv_name srv_op_state srv_admin_state\n{rows}"
        node, state = command.split("/w.")[1].split(" state ")
        (self.drained.add if state == "drain" else self.drained.discard)(node)
        return "\n"

    def file(self, path: str) -> Path:
        return self.root / path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(balancers, "_START", 0.2)
    return Machine(tmp_path)


def options(drained: tuple[str, ...] = (), **more: t.Any) -> Raw:
    servers = [
        {"node": "w", "node_id": one, "address": "10.0.0.9", "drained": one in drained}
        for one in ("aa", "bb")
    ]
    web = {"service": "web", "port": 80, "published_port": 80, "mode": "http", "servers": servers}
    return {
        "frontends": [{**web, "certificate": more.pop("certificate", None)}],
        "certificates": [],
        "virtual_ip": None,
        **more,
    }


def run(machine: Machine, given: Raw, check_mode: bool = False) -> Raw:
    return deploy.Present(machine, given).done(check_mode)


def test_the_second_run_changes_and_reloads_nothing(machine: Machine) -> None:
    first = run(machine, options())
    assert first["actions"] == ["/etc/haproxy/haproxy.cfg is written", "HAProxy is reloaded"]
    assert run(machine, options()) == {"changed": False, "actions": [], "diff": []}
    assert machine.reloads == 1


def test_check_mode_shows_the_difference_and_leaves_everything(machine: Machine) -> None:
    found = run(machine, options(), check_mode=True)
    assert found["changed"]
    assert "listen web.80.80" in found["diff"][0]["after"]
    assert list(machine.root.iterdir()) == []
    assert machine.reloads == 0


def test_what_haproxy_refuses_leaves_the_old_configuration(machine: Machine) -> None:
    run(machine, options())
    before = machine.file(CONFIG).read_text()
    machine.complaint = "parsing [cfg:7] : unknown keyword 'x'"
    with pytest.raises(
        FlotillaError, match=r"\[ALERT\] parsing \[cfg:7\] : unknown keyword 'x'.*Nothing was changed"
    ):
        run(machine, {**options(), "frontends": []})
    assert machine.file(CONFIG).read_text() == before
    assert machine.reloads == 1
    assert [path.name for path in machine.file("etc/haproxy").iterdir()] == ["haproxy.cfg"]


def test_what_haproxy_cannot_run_with_is_taken_back(machine: Machine) -> None:
    run(machine, options())
    before = machine.file(CONFIG).read_text()
    machine.starts = False
    with pytest.raises(
        FlotillaError, match=r"The configuration of before is back: HAProxy did not begin.*cannot bind socket"
    ):
        run(machine, {**options(), "frontends": []})
    assert machine.file(CONFIG).read_text() == before
    assert machine.running == text.fingerprint_in(before)


@pytest.mark.parametrize(
    "moment", ["haproxy -c", "reload-or-restart haproxy", "reload-or-restart keepalived"]
)
def test_a_run_after_one_that_was_killed_does_the_rest(machine: Machine, moment: str) -> None:
    virtual_ip = {
        "address": "10.0.0.100/24",
        "own": "10.0.0.1",
        "balancers": ["10.0.0.1", "10.0.0.2"],
        "router_id": 51,
    }
    given = options(virtual_ip=virtual_ip)
    run(machine, options())
    given["frontends"][0]["port"] = 81
    machine.die_at = moment
    with pytest.raises(KeyboardInterrupt):
        run(machine, given)
    machine.die_at = ""
    assert run(machine, given)["changed"]
    assert machine.running == text.fingerprint_in(machine.file(CONFIG).read_text())
    assert not run(machine, given)["changed"]
    assert run(machine, options())["actions"][-1] == "keepalived is stopped"


def test_drained_is_what_is_in_maintenance(machine: Machine) -> None:
    run(machine, options())
    # A maintenance that was killed between the balancers and the swarm.
    machine.drained = {"aa"}
    assert run(machine, options())["actions"] == ["web.80.80/w.aa: ready"]
    assert run(machine, options(drained=("bb",)))["actions"] == ["web.80.80/w.bb: drain"]
    assert machine.drained == {"bb"}
    assert machine.reloads == 1


def test_a_reload_knows_the_states_and_the_next_boot_does_not(machine: Machine) -> None:
    run(machine, options())
    machine.die_at = "reload-or-restart haproxy"
    given = options()
    given["frontends"][0]["check"] = "/other"
    with pytest.raises(KeyboardInterrupt):
        run(machine, given)
    assert "w.aa" in machine.file("var/lib/haproxy/flotilla.state").read_text()
    machine.die_at = ""
    run(machine, given)
    assert machine.file("var/lib/haproxy/flotilla.state").read_text() == "1\n"


def test_a_certificate_is_roots_alone_and_no_result_has_it(machine: Machine) -> None:
    given = options(certificate="site", certificates=[{"name": "site", "content": KEY}])
    found = run(machine, given)
    [written] = machine.file("etc/haproxy/flotilla").iterdir()
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.read_text() == KEY
    assert "canary" not in repr(found)
    new = options(certificate="site", certificates=[{"name": "site", "content": KEY + "new"}])
    assert "canary" not in repr(run(machine, new, check_mode=True))
    assert "HAProxy is reloaded" in run(machine, new)["actions"]
    assert [path.read_text() for path in machine.file("etc/haproxy/flotilla").iterdir()] == [KEY + "new"]


def test_a_certificate_that_is_renewed_at_its_path_reloads(machine: Machine) -> None:
    given = options(certificate="site", certificates=[{"name": "site", "path": "/etc/ssl/site.pem"}])
    with pytest.raises(Refused, match=r"is not there on this balancer: /etc/ssl/site\.pem"):
        run(machine, given)
    machine.host.write("/etc/ssl/site.pem", KEY)
    run(machine, given)
    assert not run(machine, given)["changed"]
    machine.host.write("/etc/ssl/site.pem", KEY + "renewed")
    assert run(machine, given)["changed"]
    assert machine.reloads == 2


def test_a_file_of_another_hand_stays_beside(machine: Machine) -> None:
    machine.host.write(f"/{CONFIG}", "global\n")
    run(machine, options())
    assert machine.file(f"{CONFIG}.before-flotilla").read_text() == "global\n"
    run(machine, {**options(), "frontends": []})
    assert machine.file(f"{CONFIG}.before-flotilla").read_text() == "global\n"


def test_a_node_is_drained_until_its_connections_end_or_the_time_is_over(machine: Machine) -> None:
    run(machine, options())
    assert deploy.turned(machine, "aa", "drain", 0.1, True)["actions"] == ["web.80.80/w.aa: drain"]
    assert machine.drained == set()
    assert deploy.turned(machine, "aa", "drain", 0.1, False) == {
        "changed": True,
        "actions": ["web.80.80/w.aa: drain"],
        "connections": 1,
    }
    assert machine.drained == {"aa"}
    assert not deploy.turned(machine, "aa", "drain", 0, False)["changed"]
    # The last one goes on.
    assert not deploy.turned(machine, "bb", "drain", 0, False)["changed"]
    assert deploy.turned(machine, "aa", "ready", 0, False)["changed"]
    assert machine.drained == set()


def test_where_no_haproxy_runs_nothing_is_drained(machine: Machine) -> None:
    assert deploy.turned(machine, "aa", "drain", 60, False) == {
        "changed": False,
        "actions": [],
        "connections": 0,
    }
