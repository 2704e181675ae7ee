# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into the images, as shell scripts in layers. Pure: the image's tag is a hash of these texts.

root -> base (everything a bare host has, and the .deb files of what may come later) -> docker -> firewall.
Layers after base are built without a network: proof that a bare host needs none to install Docker. Only the Engine of
Debian's next release is fetched by its own layer, as few labs want it.
"""

from __future__ import annotations

import hashlib

PACKAGES = (
    "systemd,systemd-sysv,dbus,openssh-server,python3,iproute2,iptables,nftables,"
    "ca-certificates,sudo,procps,curl"
)

CGROUPS = r"""if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R /sys/fs/cgroup
  mount -t cgroup2 -o nsdelegate,rw cgroup2 /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
else
  # cgroup v1: the machine's tree must not be shared between several systemds, they fight over it.
  hierarchies=$(cut -d: -f2 /proc/self/cgroup | grep -v '^$' || true)
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for hierarchy in $hierarchies name=systemd; do
    directory=/sys/fs/cgroup/${hierarchy#name=}
    [ ! -d "$directory" ] || continue
    case $hierarchy in name=*) options=none,$hierarchy ;; *) options=$hierarchy ;; esac
    mkdir "$directory"
    mount -t cgroup -o "$options" cgroup "$directory"
    for alias in $(echo "${hierarchy#name=}" | tr , ' '); do
      [ -e "/sys/fs/cgroup/$alias" ] || ln -s "$directory" "/sys/fs/cgroup/$alias"
    done
  done
  # systemd 256 and 257 take cgroup v1 only when told so in these words; older ones do not know the second.
  args="systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
fi"""
"""Cgroups of a host's own, of the version that the machine has; and what systemd has to be told of it, in ``args``."""

INIT = r"""#!/bin/sh
# First process of a test host: gives systemd cgroups of its own, then becomes systemd.
set -e
mount --make-rprivate /
args=
mount -o remount,rw /sys
@CGROUPS@
# Every start is a boot of its own, for journalctl and for Ansible's reboot module; the kernel has only one.
cat /proc/sys/kernel/random/uuid > /run/lab-boot-id
mount --bind -o ro /run/lab-boot-id /proc/sys/kernel/random/boot_id
[ -s /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
exec /lib/systemd/systemd $args
""".replace("@CGROUPS@", CGROUPS)

_START = r"""set -eu
export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
"""
_END = r"""
rm -f /usr/sbin/policy-rc.d /etc/ssh/ssh_host_* /var/log/apt/* /var/log/dpkg.log
rm -rf /var/lib/docker /etc/docker/key.json; mkdir -p /var/lib/docker
: > /etc/machine-id
"""

_BASE = r"""
rm -f /etc/apt/apt.conf.d/docker-clean
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/lab
cat > /etc/apt/apt.conf.d/90lab <<'END'
Acquire::Languages "none";
APT::Keep-Downloaded-Packages "true";
END
apt-get update
apt-get install -y --no-install-recommends $(echo @PACKAGES@ | tr , ' ')
# The .deb files of whatever a host may install later stay in apt's cache, with and without recommendations.
for wanted in docker.io python3-docker ufw firewalld docker-registry busybox-static; do
  apt-get install -y --download-only "$wanted"
  apt-get install -y --download-only --no-install-recommends "$wanted"
done
cat > /usr/local/sbin/lab-init <<'LAB_INIT_END'
@INIT@LAB_INIT_END
chmod 755 /usr/local/sbin/lab-init
mkdir -p /etc/ssh/sshd_config.d /etc/systemd/journald.conf.d /var/log/journal
cat > /etc/ssh/sshd_config.d/lab.conf <<'END'
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
MaxStartups 200
MaxSessions 200
END
cat > /etc/systemd/journald.conf.d/lab.conf <<'END'
[Journal]
Storage=persistent
SystemMaxUse=200M
RateLimitBurst=0
ForwardToConsole=no
END
systemctl mask systemd-firstboot.service systemd-udevd.service systemd-udev-trigger.service \
  systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-modules-load.service getty.target \
  console-getty.service dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-kernel-config.mount sys-fs-fuse-connections.mount systemd-remount-fs.service \
  apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer
systemctl set-default multi-user.target
systemctl enable ssh.service
"""

_DOCKER = r"""
extra=$(apt-cache --names-only search '^docker-cli$' | cut -d' ' -f1)
apt-get install -y --no-install-recommends docker.io python3-docker $extra
systemctl enable docker.service
"""

NEXT_RELEASE = {
    "/etc/apt/sources.list.d/next.list": """\
deb [check-valid-until=no] http://deb.debian.org/debian forky main
""",
    "/etc/apt/preferences.d/next": """\
Package: *
Pin: release n=forky
Pin-Priority: 100

Package: docker.io docker-cli
Pin: release n=forky
Pin-Priority: 600
""",
}
"""Files -> their content: of Debian's next release only the Engine; what it needs besides is the present release's."""

_DOCKER_NEXT = r"""
@FILES@
apt-get update
apt-get install -y --no-install-recommends docker.io python3-docker docker-cli
systemctl enable docker.service
"""

_FIREWALLS = {
    "none": "",
    "ufw": r"""
apt-get install -y --no-install-recommends ufw
ufw allow 22/tcp
ufw default deny incoming
sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf
systemctl enable ufw.service
""",
    "firewalld": r"""
apt-get install -y --no-install-recommends firewalld
systemctl enable firewalld.service
""",
    "nftables": r"""
cat > /etc/nftables.conf <<'END'
#!/usr/sbin/nft -f

flush ruleset

table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        iif "lo" accept
        meta l4proto { icmp, ipv6-icmp } accept
        tcp dport 22 accept
    }
    chain forward {
        type filter hook forward priority filter; policy accept;
    }
    chain output {
        type filter hook output priority filter; policy accept;
    }
}
END
systemctl enable nftables.service
""",
}

_REGISTRY = r"""
apt-get install -y --no-install-recommends docker-registry busybox-static
# The package's own configuration asks for a password.
cat > /etc/docker/registry/config.yml <<'END'
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: /var/lib/docker-registry}, delete: {enabled: true}}
http: {addr: ":5000"}
END
"""


def script(layer: str) -> str:
    """Return the shell script of a layer: base, docker, docker-next, registry, or the name of a firewall."""
    if layer == "base":
        body = _BASE.replace("@PACKAGES@", PACKAGES).replace("@INIT@", INIT)
    else:
        written = "\n".join(f"cat > {path} <<'END'\n{text}END" for path, text in NEXT_RELEASE.items())
        following = _DOCKER_NEXT.replace("@FILES@", written)
        body = {"docker": _DOCKER, "docker-next": following, "registry": _REGISTRY, **_FIREWALLS}[layer]
    return _START + body + _END


FETCHING = ("base", "docker-next")
"""The layers whose scripts need a network."""


def layers(engine: str | None, firewall: str) -> list[str]:
    """Return the layers of a host's image, from the bottom; ``engine`` is that of its Engine, None for a bare host."""
    return ["base", *([engine] if engine else []), *([] if firewall == "none" else [firewall])]


def tag(release: str, upto: list[str]) -> str:
    """Return the image's name: release, layers, and a hash over everything that went into it."""
    digest = hashlib.sha256(f"mmdebstrap {release}".encode())
    for text in [PACKAGES, *(script(layer) for layer in upto)]:
        digest.update(text.encode())
    return f"flotilla-lab/{release}:{'-'.join(upto) or 'root'}-{digest.hexdigest()[:12]}"


def resolvers(resolv_conf: str) -> list[str]:
    """Return the name servers of a resolv.conf that a host can ask as well: none on a loopback address."""
    pairs = [line.split()[:2] for line in resolv_conf.splitlines() if line.startswith("nameserver")]
    return [
        pair[1] for pair in pairs if len(pair) == 2 and not pair[1].startswith("127.") and ":" not in pair[1]
    ]


def mirror(sources: str) -> str | None:
    """Return the Debian mirror in the machine's own apt sources (either format), None where there is none.

    Only an address that ends in ``/debian`` serves: those of security updates and of others hold no release.
    """
    for line in sources.splitlines():
        words = line.split()
        if words and words[0] in ("deb", "URIs:"):
            for word in words[1:]:
                if "://" in word and word.rstrip("/").endswith("/debian"):
                    return word.rstrip("/")
    return None
