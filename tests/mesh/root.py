# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual machine's disk: Debian with its kernel and its Docker, made once."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from lab import shell
from lab.paths import state_dir

RELEASE = "bookworm"
PACKAGES = (
    "systemd,systemd-sysv,dbus,udev,kmod,procps,iproute2,iptables,ca-certificates,docker.io,"
    "linux-image-cloud-amd64,initramfs-tools"
)
PORT = 2375
"""TCP port of the machine's Docker daemon, without TLS: only this machine reaches it."""

# What an Engine asks its kernel for. The test hosts are containers, so none of them can load a module.
_MODULES = (
    "overlay br_netfilter vxlan veth ip_vs ip_vs_rr xt_ipvs nf_conntrack xt_conntrack xt_MASQUERADE xt_addrtype xt_mark "
    "xt_bpf xt_policy xt_u32 esp4 esp6 xfrm_user authenc echainiv seqiv gcm rfc4106 nf_tables nft_compat ip6table_nat "
    "ip6table_filter iptable_nat iptable_filter iptable_mangle"
)

_SETUP = r"""set -eu
root=$1
printf '/dev/vda / ext4 rw,noatime 0 1\n' > "$root/etc/fstab"
printf 'flotilla-mesh\n' > "$root/etc/hostname"
cat > "$root/etc/systemd/network/lan.network" <<'END'
[Match]
Name=en* eth*
[Network]
Address=@ADDRESS@
Gateway=@GATEWAY@
END
printf '%s\n' @MODULES@ > "$root/etc/modules-load.d/mesh.conf"
mkdir -p "$root/etc/systemd/system/docker.service.d"
# A Docker daemon drops what is forwarded, and takes what crosses a bridge for it: the test hosts are reached from outside.
cat > "$root/etc/systemd/system/docker.service.d/mesh.conf" <<'END'
[Service]
ExecStart=
ExecStart=/usr/sbin/dockerd -H unix:///run/docker.sock -H tcp://0.0.0.0:@PORT@ --bridge=none
ExecStartPost=/usr/sbin/iptables -P FORWARD ACCEPT
ExecStartPost=/sbin/sysctl -q -w net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=0 fs.inotify.max_user_instances=1024
END
chroot "$root" systemctl enable -q systemd-networkd docker.service
chroot "$root" systemctl mask -q docker.socket apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service
"""


class Root(NamedTuple):
    """The files that a virtual machine boots from."""

    disk: Path
    kernel: Path
    initrd: Path


def ensure(address: str, gateway: str, mirror: str | None) -> Root:
    """Return the disk with its kernel, made where it is not there.

    Args:
        address: the machine's address with its prefix length.
        gateway: this machine's address on the same link.
        mirror: a Debian mirror, None for the usual one.
    """
    setup = _SETUP.replace("@ADDRESS@", address).replace("@GATEWAY@", gateway).replace("@PORT@", str(PORT))
    setup = setup.replace("@MODULES@", _MODULES)
    made = hashlib.sha256(f"{RELEASE} {PACKAGES} {setup}".encode()).hexdigest()[:12]
    folder = state_dir() / f"vm-{made}"
    root = Root(folder / "root.ext4", folder / "vmlinuz", folder / "initrd.img")
    if root.disk.exists():
        return root
    for older in state_dir().glob("vm-*"):
        shutil.rmtree(older)
    folder.mkdir(parents=True)
    shell.say("making the disk of the virtual machine (a minute or two, once)")
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        _fill(Path(temporary), setup, mirror, root)
    return root


def _fill(temporary: Path, setup: str, mirror: str | None, root: Root) -> None:
    tree, script, disk = temporary / "tree", temporary / "setup", temporary / "disk"
    script.write_text(setup, encoding="utf-8")
    command = [
        "mmdebstrap",
        "--variant=minbase",
        f"--include={PACKAGES}",
        f'--customize-hook=sh {script} "$1"',
    ]
    shell.run([*command, RELEASE, str(tree), *([mirror] if mirror else [])], timeout=900)
    for wanted, pattern in ((root.kernel, "vmlinuz-*"), (root.initrd, "initrd.img-*")):
        [found] = (tree / "boot").glob(pattern)
        shutil.copy(found, wanted)
    # Sparse: it takes what is in it.
    shell.run(["truncate", "--size=16G", str(disk)])
    shell.run(["mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(disk)], timeout=300)
    disk.rename(root.disk)
