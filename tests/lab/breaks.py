# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing to a host what happens to machines: cut off, crashed, rebooted, wiped."""

from __future__ import annotations

from . import hosts, inventory, recipes, shell, subnets
from .errors import LabError
from .outer import Outer
from .paths import lab_dir
from .spec import HostSpec


def drop_connection(lab: str, subnet: str, host: str) -> None:
    """End the shared SSH connection to a host: after a break it would only hang."""
    sharing = inventory.sharing_options(lab_dir(lab))
    target = f"root@{subnets.host_address(subnet, host)}"
    shell.run(["ssh", *sharing, "-O", "exit", target], check=False, timeout=10)
    (lab_dir(lab) / "cp" / subnets.host_address(subnet, host)).unlink(missing_ok=True)


def _running(outer: Outer, lab: str, host: str) -> None:
    state = hosts.states(outer, lab).get(host, "absent")
    if state != "running":
        raise LabError(
            f"Host {host} of lab {lab} is not running ({state}); run `lab start {host} --name {lab}` first."
        )


def _plug(outer: Outer, lab: str, host: HostSpec, state: str) -> None:
    """Put the far end of the host's cable ``up`` or ``down``.

    Not `docker network disconnect`: that takes the interface and its routes away, as no partition does, and
    the one that comes back has another name (eth1), so firewall rules by interface no longer fit it.
    The far end is on the outer daemon's side; a helper container reaches it, also for users who are not root.
    """
    _running(outer, lab, host.name)
    index = inside(outer, lab, host.name, "cat /sys/class/net/eth0/iflink").stdout.strip()
    script = f"ip link set dev $(ip -o link | sed -n 's/^{index}: \\([^@:]*\\).*/\\1/p') {state}"
    tag = recipes.tag(host.release, host.layers)
    options = ("--rm", "--network=host", "--cap-add=NET_ADMIN", "--entrypoint=/bin/sh")
    outer.docker("run", *options, tag, "-c", script)


def cut(outer: Outer, lab: str, subnet: str, host: HostSpec) -> None:
    """Pull the host's network cable: it runs on, with its addresses, and hears nobody."""
    drop_connection(lab, subnet, host.name)
    _plug(outer, lab, host, "down")


def heal(outer: Outer, lab: str, subnet: str, host: HostSpec) -> None:
    """Plug the host's network cable in again."""
    _plug(outer, lab, host, "up")
    drop_connection(lab, subnet, host.name)


def kill(outer: Outer, lab: str, subnet: str, host: str) -> None:
    """Crash the host: every process gone at once, the disk as it was."""
    drop_connection(lab, subnet, host)
    if hosts.states(outer, lab).get(host) == "running":
        outer.docker("kill", hosts.container(lab, host))


def start(outer: Outer, lab: str, subnet: str, host: HostSpec) -> None:
    """Start a host that was killed, and wait until it is ready."""
    drop_connection(lab, subnet, host.name)
    outer.docker("start", hosts.container(lab, host.name))
    hosts.wait_ready(outer, lab, host, subnets.host_address(subnet, host.name))


def reboot(outer: Outer, lab: str, subnet: str, host: HostSpec) -> None:
    """Shut the host down in order, start it again and wait until it is ready."""
    drop_connection(lab, subnet, host.name)
    outer.docker("restart", "--time=30", hosts.container(lab, host.name))
    hosts.wait_ready(outer, lab, host, subnets.host_address(subnet, host.name))


def inside(outer: Outer, lab: str, host: str, script: str, check: bool = True) -> shell.Result:
    """Run a shell script on the host, past its network."""
    return outer.docker("exec", hosts.container(lab, host), "/bin/sh", "-c", script, check=check)


def _need_engine(outer: Outer, lab: str, host: str) -> None:
    _running(outer, lab, host)
    if inside(outer, lab, host, "systemctl cat docker.service", check=False).rc != 0:
        raise LabError(f"Host {host} of lab {lab} has no Docker Engine; install docker.io on it first.")


def wipe(outer: Outer, lab: str, host: str) -> None:
    """Make the host's Engine forget everything, its swarm too: as after a new disk."""
    _need_engine(outer, lab, host)
    inside(
        outer,
        lab,
        host,
        "set -e; systemctl stop docker.service docker.socket; "
        # Dead containers may leave mounts behind under the data root; they would keep it from being emptied.
        "awk '$2 ~ \"^/var/lib/docker/\" {print $2}' /proc/mounts | sort -r | xargs -r umount -l; "
        "find /var/lib/docker -mindepth 1 -delete; "
        "systemctl reset-failed docker.service; systemctl start docker.socket docker.service",
    )


def stop_engine(outer: Outer, lab: str, host: str) -> None:
    """Stop the Engine and the socket that would wake it."""
    _need_engine(outer, lab, host)
    inside(outer, lab, host, "systemctl stop docker.service docker.socket")


def start_engine(outer: Outer, lab: str, host: str) -> None:
    """Start the Engine that was stopped."""
    _need_engine(outer, lab, host)
    inside(
        outer,
        lab,
        host,
        "systemctl reset-failed docker.service; systemctl start docker.socket docker.service",
    )
