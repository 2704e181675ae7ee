# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three test hosts, one behind each firewall, and the real packets that prove what they let through."""

from __future__ import annotations

import json
import subprocess
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Lab, ansible_playbook

BACKENDS = {"m1": "ufw", "m2": "firewalld", "m3": "nftables"}
# Of the two others, the one that is a member of a host's cluster, and the one that is not.
MEMBER = {"m1": "m2", "m2": "m3", "m3": "m1"}
OUTSIDER = {"m1": "m3", "m2": "m1", "m3": "m2"}
PORTS = (("tcp", 2377), ("tcp", 7946), ("udp", 7946), ("udp", 4789))
EVERY_PORT = frozenset(f"{protocol} {port}" for protocol, port in PORTS)

LISTEN = """
import socket, threading
def tcp(port):
    s = socket.socket(socket.AF_INET6); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind(("::", port)); s.listen(64)
    while True:
        c, _ = s.accept(); c.close()
def udp(port):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind(("::", port))
    while True:
        data, peer = s.recvfrom(100); s.sendto(data, peer)
def esp(_):
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
    while True:
        data, peer = s.recvfrom(100)
        if data[20:] == b"?": s.sendto(b"!", peer)
for kind, port in ((esp, 0), (tcp, 2377), (tcp, 7946), (udp, 7946), (udp, 4789)):
    threading.Thread(target=kind, args=(port,)).start()
"""

# Prints what of "address protocol port" answers: a TCP connection, an echoed datagram, a raw packet of protocol 50
# (ESP, as the firewall sees it). Refused ones take a second.
PROBE = """
import concurrent.futures, json, socket, sys
def answers(target):
    address, protocol, port = target
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM, "esp": socket.SOCK_RAW}[protocol]
    for attempt in range(2):
        s = socket.socket(family, kind, 50 if protocol == "esp" else 0); s.settimeout(0.6)
        try:
            s.connect((address, port))
            if protocol != "tcp":
                s.send(b"?"); s.recv(100)
            return True
        except OSError:
            pass
        finally:
            s.close()
    return False
targets = json.loads(sys.argv[1])
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    print(json.dumps([t for t, yes in zip(targets, pool.map(answers, targets)) if yes]))
"""

PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - name: The module
      flotilla.swarm.swarm_firewall: "{{ arguments[inventory_hostname] }}"
      when: inventory_hostname in arguments
"""


class Results(dict[str, dict[str, t.Any]]):
    """The module's result per host."""

    def changed(self) -> set[str]:
        """The hosts it changed."""
        return {name for name, result in self.items() if result.get("changed")}


class Hosts:
    """The lab."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.directory = directory
        self.inventory = lab.inventory_file()
        (directory / "play.yml").write_text(PLAYBOOK)

    def address(self, name: str) -> str:
        """A host's IPv4 address."""
        return self.lab.host(name).address

    def run(self, name: str, command: str, check: bool = True) -> str:
        """Run a command on a host over SSH."""
        output: str = self.lab.host(name).run(command, check=check).stdout
        return output

    def everywhere(self, work: t.Callable[[str], t.Any]) -> dict[str, t.Any]:
        """Do something with every host at once."""
        with ThreadPoolExecutor(len(BACKENDS)) as pool:
            return dict(zip(BACKENDS, pool.map(work, BACKENDS), strict=False))

    def listen(self) -> None:
        """Start the listeners, which stand for the Engine's swarm ports."""

        def start(name: str) -> None:
            self.run(
                name,
                f"cat > /root/listen.py <<'END'\n{LISTEN}\nEND\ncat > /root/probe.py <<'END'\n{PROBE}\nEND",
            )
            self.run(
                name, "systemctl is-active -q listen || systemd-run -q --unit=listen python3 /root/listen.py"
            )
            up = "$(ss -Hltun | grep -cE ':(2377|7946|4789) ')"
            self.run(name, f'until [ "{up}" -eq {len(PORTS)} ]; do sleep 0.1; done')

        self.everywhere(start)

    def reboot(self, *names: str) -> None:
        """Reboot hosts, until their firewalls have loaded their rules (SSH is up earlier)."""
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: self.lab.host(name).reboot(), names))
        self.everywhere(lambda name: self.run(name, "systemctl is-system-running --wait", check=False))
        self.listen()

    def reached(
        self, source: str, addresses: t.Iterable[str], ports: t.Iterable[tuple[str, int]] = PORTS
    ) -> dict[str, frozenset[str]]:
        """What of each address answers a host: ``{"10.0.0.11": {"tcp 2377", ...}}``."""
        wanted = list(addresses)
        targets = [[address, protocol, port] for address in wanted for protocol, port in ports]
        answered = json.loads(self.run(source, f"python3 /root/probe.py '{json.dumps(targets)}'"))
        return {
            address: frozenset(f"{protocol} {port}" for one, protocol, port in answered if one == address)
            for address in wanted
        }

    def reach(self, addresses: dict[str, str] | None = None) -> dict[tuple[str, str], frozenset[str]]:
        """What answers whom: ``{(source, target): {"tcp 2377", ...}}``, real packets."""
        known = addresses or {name: self.address(name) for name in BACKENDS}

        def probe(source: str) -> dict[str, frozenset[str]]:
            return self.reached(source, [known[name] for name in BACKENDS if name != source])

        return {
            (source, target): found[known[target]]
            for source, found in self.everywhere(probe).items()
            for target in BACKENDS
            if target != source
        }

    def ssh_works(self) -> bool:
        """Whether a new SSH connection, shared with no earlier one, reaches every host."""

        def new_connection(name: str) -> bool:
            command = self.lab.host(name).ssh_command("true")
            fresh = ["ssh", "-o", "ControlPath=none", "-o", "ControlMaster=no", *command[1:]]
            return subprocess.run(fresh, timeout=20, check=False).returncode == 0

        return all(self.everywhere(new_connection).values())

    def play(self, arguments: dict[str, dict[str, t.Any]], *options: str) -> Results:
        """Run the module with each host's arguments; hosts without are left out."""
        variables = self.directory / "arguments.json"
        variables.write_text(json.dumps({"arguments": arguments}))
        done = ansible_playbook(
            self.inventory, str(self.directory / "play.yml"), "-e", f"@{variables}", *options, timeout=170
        )
        (play,) = done.report["plays"]
        (task,) = play["tasks"]
        return Results({name: result for name, result in task["hosts"].items() if name in arguments})

    def arguments(self, others: dict[str, str], **more: t.Any) -> dict[str, dict[str, t.Any]]:
        """Each host as a manager in a cluster with one of the others."""
        return {
            name: {"members": [self.address(name), self.address(others[name])], "manager": True, **more}
            for name in BACKENDS
        }
