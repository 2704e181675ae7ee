# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab for Python tests: every verb of the command as a method."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import breaks, hosts, inventory, registry, shell, subnets
from . import outer as outer_daemon
from .errors import LabError
from .outer import Outer
from .paths import lab_dir, locked
from .spec import HostSpec, LabSpec, check_name, make_spec


class Host:
    """One host of a lab that is up."""

    def __init__(self, lab: Lab, spec: HostSpec) -> None:
        self.lab = lab
        self.spec = spec
        self.name = spec.name

    @property
    def address(self) -> str:
        """The host's IP address."""
        return subnets.host_address(self.lab.subnet, self.name)

    def ssh_command(self, *command: str) -> list[str]:
        """Return the ssh command line that reaches the host."""
        directory = lab_dir(self.lab.name)
        options = [*inventory.ssh_options(directory), *inventory.sharing_options(directory)]
        return ["ssh", *options, "-i", str(directory / "key"), f"root@{self.address}", *command]

    def run(self, command: str, check: bool = True, over: str = "ssh", timeout: float = 120) -> shell.Result:
        """Run a shell command on the host, ``over`` ssh, or exec (past its network, for a host cut off)."""
        if over == "exec":
            return breaks.inside(self.lab.outer, self.lab.name, self.name, command, check=check)
        return shell.run(self.ssh_command(command), check=check, timeout=timeout)

    def join(self, manager: Host, role: str = "worker", *options: str) -> None:
        """Join the manager's swarm as Docker's own command does, however long the Engine takes.

        The command gives up after 20 s while its Engine goes on in the background, which a loaded machine comes to.
        """
        token = manager.run(f"docker swarm join-token -q {role}").stdout.strip()
        self.run(
            f"docker swarm join --token {token} --advertise-addr {self.address} {' '.join(options)} {manager.address}:2377"
            " || { for i in $(seq 60); do sleep 1; "
            "[ \"$(docker info --format '{{.Swarm.LocalNodeState}}')\" = active ] && exit; done; exit 1; }"
        )

    def cut(self) -> None:
        """Pull the host's network cable; it keeps its addresses. A reboot plugs it in again."""
        breaks.cut(self.lab.outer, self.lab.name, self.lab.subnet, self.spec)

    def heal(self) -> None:
        """Plug the host's network cable in again."""
        breaks.heal(self.lab.outer, self.lab.name, self.lab.subnet, self.spec)

    def kill(self) -> None:
        """Crash the host."""
        breaks.kill(self.lab.outer, self.lab.name, self.lab.subnet, self.name)

    def start(self) -> None:
        """Start the host after a crash and wait until it is ready."""
        breaks.start(self.lab.outer, self.lab.name, self.lab.subnet, self.spec)

    def reboot(self) -> None:
        """Reboot the host and wait until it is ready."""
        breaks.reboot(self.lab.outer, self.lab.name, self.lab.subnet, self.spec)

    def wipe(self) -> None:
        """Empty the Engine's data directory."""
        breaks.wipe(self.lab.outer, self.lab.name, self.name)

    def stop_engine(self) -> None:
        """Stop the host's Docker Engine."""
        breaks.stop_engine(self.lab.outer, self.lab.name, self.name)

    def start_engine(self) -> None:
        """Start the host's Docker Engine."""
        breaks.start_engine(self.lab.outer, self.lab.name, self.name)


class Lab:
    """A lab that is up. ``Lab.up(...)`` starts one, ``Lab.get(name)`` finds one."""

    def __init__(self, outer: Outer, spec: LabSpec, subnet: str) -> None:
        self.outer = outer
        self.spec = spec
        self.subnet = subnet
        self.name = spec.name

    @staticmethod
    def up(
        name: str = "demo",
        managers: int | None = None,
        workers: int | None = None,
        hosts: int | None = None,
        engine: str = "20.10",
        bare: str | None = None,
        firewall: str = "none",
    ) -> Lab:
        """Start a lab and wait until every host is ready; an equal one that is up already is completed.

        Options as in spec.make_spec. Installs, starts and builds what the machine lacks.
        """
        spec = make_spec(name, managers, workers, hosts, engine, bare, firewall)
        with locked(f"lab-{spec.name}"):
            return _up(spec)

    @staticmethod
    def get(name: str = "demo") -> Lab:
        """Return the lab of this name, or refuse where none is up."""
        outer = outer_daemon.require()
        labs = hosts.existing(outer)
        if check_name(name) not in labs:
            up = f"up are: {', '.join(sorted(labs))}" if labs else "none is up"
            raise LabError(f"The lab {name} is not up ({up}); start it with `lab up --name {name}`.")
        return Lab(outer, *labs[name])

    @staticmethod
    def remove(name: str) -> None:
        """Remove the lab of this name, or what is left of it; nothing there is fine."""
        down(outer_daemon.ensure(), name)

    @property
    def registry(self) -> str:
        """``IP:port`` of the lab's registry; it holds ``tiny:1`` and ``tiny:2``."""
        return registry.address(self.subnet)

    @property
    def hosts(self) -> list[Host]:
        """Every host of the lab."""
        return [Host(self, spec) for spec in self.spec.hosts]

    def host(self, name: str) -> Host:
        """Return one host, or refuse a name the lab does not have."""
        for spec in self.spec.hosts:
            if spec.name == name:
                return Host(self, spec)
        names = ", ".join(spec.name for spec in self.spec.hosts)
        raise LabError(f"The lab {self.name} has no host {name}; it has {names}.")

    def states(self) -> dict[str, str]:
        """Return {host: running|exited|...} as the outer daemon sees it."""
        return hosts.states(self.outer, self.name)

    def push(self, version: str) -> str:
        """Put ``tiny:VERSION`` into the lab's registry and return the image's digest."""
        return registry.push_tiny(self.outer, self.name, self.registry, version)

    def inventory(self, managers: int | None = None) -> str:
        """Return the lab as an Ansible inventory in YAML."""
        return inventory.text(self.spec, self.subnet, self.registry, lab_dir(self.name), managers)

    def inventory_file(self, managers: int | None = None) -> Path:
        """Write the inventory into the lab's directory and return its path."""
        path = lab_dir(self.name) / "inventory.yml"
        path.write_text(self.inventory(managers), encoding="utf-8")
        return path

    def down(self) -> None:
        """Remove the lab: hosts, networks, volumes, key."""
        down(self.outer, self.name)


def _up(spec: LabSpec) -> Lab:
    outer = outer_daemon.ensure()
    outer_daemon.install(["ssh", "ip"])
    present = hosts.existing(outer).get(spec.name)
    if present is not None and present[0] != spec:
        raise LabError(
            f"The lab {spec.name} is up already with other hosts ({describe(present[0])}); run "
            f"`lab down --name {spec.name}` first, or use another --name."
        )
    hosts.build_images(outer, spec)
    registry.build_image(outer, spec)
    subnet = present[1] if present else hosts.reserve(outer, spec)
    lab = Lab(outer, spec, subnet)
    try:
        outer_daemon.open_the_way(outer)
        (lab_dir(spec.name) / "cp").mkdir(parents=True, exist_ok=True)
        key = hosts.make_key(spec.name)
        if not outer.remote:  # the daemon mounts the file, from its own machine
            hosts.write_resolv_conf(spec.name)
        already = " (there already, completing it)" if present else ""
        shell.say(f"lab {spec.name} on {subnet}{already}: {describe(spec)}")
        registry.ensure(outer, spec, subnet)
        hosts.create_all(outer, spec, subnet, key, lab.registry)
    except BaseException:
        # Half a lab would look like one that is up. One that was up before is not ours to remove.
        if present is None and not os.environ.get("FLOTILLA_LAB_KEEP"):
            down(outer, spec.name)
        raise
    lab.inventory_file()
    shell.say(f"lab {spec.name} is ready")
    return lab


def down(outer: Outer, name: str) -> None:
    """Remove everything of the lab of this name; nothing there is fine."""
    hosts.remove_all(outer, check_name(name))
    directory = lab_dir(name)
    for control in sorted((directory / "cp").glob("*")) if (directory / "cp").is_dir() else []:
        shell.run(["ssh", "-o", f"ControlPath={control}", "-O", "exit", "none"], check=False, timeout=10)
    shutil.rmtree(directory, ignore_errors=True)


def describe(spec: LabSpec) -> str:
    """Return the lab in a few words: ``m1 20.10, w1 26.1 bare ufw``."""
    words = []
    for host in spec.hosts:
        parts = [
            host.name,
            host.engine,
            "bare" if host.bare else "",
            host.firewall if host.firewall != "none" else "",
        ]
        words.append(" ".join(part for part in parts if part))
    return ", ".join(words)
