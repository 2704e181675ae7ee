# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual machine, its link to this machine, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import typing as t

from lab import LabError, shell
from lab.paths import state_dir

from . import root

LINK = "flotilla-mesh"
OUR_ADDRESS, ITS_ADDRESS = "10.86.0.1", "10.86.0.2"
HOSTS = "10.88.0.0/16"
"""Where the test hosts in the virtual machine live; those of labs on this machine live elsewhere."""
_OUTWARDS = (
    ("nat", "POSTROUTING", "-s", ITS_ADDRESS, "!", "-o", LINK, "-j", "MASQUERADE"),
    ("nat", "POSTROUTING", "-s", HOSTS, "!", "-o", LINK, "-j", "MASQUERADE"),
    ("filter", "FORWARD", "-i", LINK, "-j", "ACCEPT"),
    ("filter", "FORWARD", "-o", LINK, "-j", "ACCEPT"),
)
_MEMORY, _PROCESSORS = 6144, 2


def docker_host() -> str:
    """Return the DOCKER_HOST of the machine's daemon."""
    return f"tcp://{ITS_ADDRESS}:{root.PORT}"


@contextlib.contextmanager
def running(mirror: str | None) -> t.Iterator[str]:
    """Run the virtual machine; gives the DOCKER_HOST of its daemon.

    Args:
        mirror: the Debian mirror that its disk is made from.
    """
    files = root.ensure(f"{ITS_ADDRESS}/30", OUR_ADDRESS, mirror)
    control = state_dir() / "qemu.sock"
    control.unlink(missing_ok=True)
    with _link():
        process = subprocess.Popen(_command(files, str(control)), stdin=subprocess.DEVNULL)
        try:
            _wait(process)
            yield docker_host()
        finally:
            _end(process, str(control))


def _command(files: root.Root, control: str) -> list[str]:
    return [
        *("qemu-system-x86_64", "-accel", _accelerator(), "-cpu", "max,arch-capabilities=off"),
        *("-smp", str(_PROCESSORS), "-m", str(_MEMORY), "-display", "none", "-no-reboot"),
        *("-serial", f"file:{state_dir() / 'console.log'}", "-qmp", f"unix:{control},server=on,wait=off"),
        *("-kernel", str(files.kernel), "-initrd", str(files.initrd)),
        *("-append", "root=/dev/vda rw console=ttyS0 quiet panic=-1 apparmor=0"),
        *("-drive", f"file={files.disk},format=raw,if=virtio,cache=unsafe"),
        *("-netdev", f"tap,id=lan,ifname={LINK},script=no,downscript=no"),
        # An address that stays: a bridge takes one of its ports' by chance, and neighbours remember the last one.
        *("-device", "virtio-net-pci,netdev=lan,mac=52:54:00:66:6c:6f"),
    ]


def _accelerator() -> str:
    """FLOTILLA_LAB_ACCELERATOR, else emulation, which works everywhere; ``kvm`` is ten times faster where it works.

    That /dev/kvm opens does not say so: in some virtual machines a nested one hangs at its first instruction.
    """
    return os.environ.get("FLOTILLA_LAB_ACCELERATOR", "tcg,thread=multi")


@contextlib.contextmanager
def _link() -> t.Iterator[None]:
    shell.run(["ip", "link", "del", LINK], check=False)  # what a killed run left
    shell.run(["ip", "tuntap", "add", "dev", LINK, "mode", "tap"])
    try:
        shell.run(["ip", "address", "add", f"{OUR_ADDRESS}/30", "dev", LINK])
        shell.run(["ip", "link", "set", LINK, "up"])
        shell.run(["ip", "route", "add", HOSTS, "via", ITS_ADDRESS])
        # The test hosts install packages through this machine, as those of other labs do.
        shell.run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
        for table, *rule in _OUTWARDS:
            shell.run(["iptables", "-t", table, "-I", *rule])
        yield
    finally:
        for table, *rule in _OUTWARDS:
            shell.run(["iptables", "-t", table, "-D", *rule], check=False)
        shell.run(["ip", "link", "del", LINK], check=False)


def _wait(process: subprocess.Popen[bytes], timeout: float = 300) -> None:
    begun = time.monotonic()
    while time.monotonic() < begun + timeout:
        if process.poll() is not None:
            raise LabError(f"The virtual machine ended at once with exit code {process.returncode}.")
        asked = shell.run(
            ["docker", "--host", docker_host(), "info", "-f", "{{.ServerVersion}}"], check=False, timeout=20
        )
        if asked.rc == 0 and asked.stdout.strip():
            shell.say(f"the virtual machine is up after {time.monotonic() - begun:.0f} s ({_accelerator()})")
            return
        time.sleep(0.5)
    raise LabError(
        f"The virtual machine's Docker daemon does not answer after {timeout:g} s; see {state_dir() / 'console.log'}."
    )


def _end(process: subprocess.Popen[bytes], control: str) -> None:
    """Shut the machine down in order: its disk is used again."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.connect(control)
        for command in ("qmp_capabilities", "system_powerdown"):
            line.sendall(json.dumps({"execute": command}).encode())
            time.sleep(0.2)
        line.recv(4096)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
