# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.host import Host
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.plan import live_firewall, plan_options
from ansible_collections.flotilla.swarm.plugins.module_utils._firewall.ssh import configured_ports, ssh_ports
from hypothesis import given
from hypothesis import strategies as st

PORTS = st.integers(1, 65535)


@pytest.mark.parametrize(
    ("sshd", "socket", "ports"),
    [
        ("", "", {22}),
        ("#Port 22\nPort 2222\nport=2223\n  Port 2224 # three", "", {2222, 2223, 2224}),
        (
            "ListenAddress 10.0.0.1:2222\nListenAddress [::]:2223\nListenAddress ::\nListenAddress host",
            "",
            {2222, 2223},
        ),
        ("GatewayPorts 99\nPermitOpen host:80", "", {22}),
        (
            "",
            "[Socket]\nListenStream=\nListenStream=2222\nListenStream=[::]:2223\n#ListenStream=1",
            {2222, 2223},
        ),
    ],
)
def test_ports_are_read_as_sshd_and_systemd_read_them(sshd: str, socket: str, ports: set[int]) -> None:
    assert configured_ports(sshd, socket) == ports


def test_the_connection_is_found_at_whatever_started_this_process(tmp_path: Path) -> None:
    def process(pid: int, parent: int, environment: str) -> None:
        folder = tmp_path / "proc" / str(pid)
        folder.mkdir(parents=True)
        (folder / "environ").write_text(environment)
        (folder / "stat").write_text(f"{pid} (a ) (b) S {parent} 1 1")

    process(os.getpid(), 500, "HOME=/root\0")
    process(500, 400, "SUDO_USER=x\0OLD_SSH_CONNECTION=1 1 1 1\0")
    process(400, 1, "A=b\0SSH_CONNECTION=10.0.0.1 50000 10.0.0.2 2222\0")
    (tmp_path / "etc/ssh/sshd_config.d").mkdir(parents=True)
    (tmp_path / "etc/ssh/sshd_config.d/a.conf").write_text("Port 2223\n")
    host = Host(lambda argv: (127, "", ""), str(tmp_path))
    assert ssh_ports(host) == [2222, 2223]


@given(PORTS, PORTS, st.booleans())
def test_the_port_of_ssh_is_never_closed(ssh: int, listen: int, manager: bool) -> None:
    live = live_firewall("nftables", [])
    live.update(installed=["nftables"], leftover=[], note=None, ssh_ports=[ssh])
    options = {"members": ["10.0.0.11"], "manager": manager, "listen_port": listen}
    try:
        plan = plan_options(live, options)
    except Refused as refused:
        assert ssh == 7946 or listen in (ssh, 22, 7946), str(refused)
        return
    assert f"tcp {ssh}" not in plan["guarded"]
