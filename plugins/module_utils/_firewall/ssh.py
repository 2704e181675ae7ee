# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports by which SSH reaches this host, which no firewall rule of ours may close. PRIVATE to the collection.

What sshd is told to listen on, and the port of the connection that this very process was started through; files are read, and
no program is started.
"""

from __future__ import annotations

import os
import re
import typing as t

if t.TYPE_CHECKING:
    from .host import Host

_SSHD = ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*.conf")
# Where systemd listens for sshd, as Ubuntu does since 22.10.
_SOCKET = ("/etc/systemd/system/ssh.socket.d/*.conf", "/etc/systemd/system/sshd.socket.d/*.conf")
_DEFAULT = 22
# sshd_config(5): "Port 2222", "ListenAddress 10.0.0.1:2222", "ListenAddress [::]:2222"; systemd.socket(5): "ListenStream=2222".
_PORT = re.compile(r"^\s*Port[\s=]+(\d+)", re.MULTILINE | re.IGNORECASE)
_LISTEN = re.compile(r"^\s*ListenAddress[\s=]+(?:\[[^\]]+\]|[^\s:]+):(\d+)", re.MULTILINE | re.IGNORECASE)
_STREAM = re.compile(r"^\s*ListenStream\s*=\s*(?:\S*:)?(\d+)\s*$", re.MULTILINE)


def ssh_ports(host: Host) -> list[int]:
    """The ports by which SSH reaches a host, 22 among them where nothing else is configured."""
    sshd = "\n".join(host.text(path) for pattern in _SSHD for path in host.paths(pattern))
    socket = "\n".join(host.text(path) for pattern in _SOCKET for path in host.paths(pattern))
    configured = configured_ports(sshd, socket)
    return sorted({*configured, *_of_connection(host)})


def configured_ports(sshd: str, socket: str) -> set[int]:
    """The ports in the texts of sshd's and of its socket's configuration. Pure."""
    found = {int(port) for port in [*_PORT.findall(sshd), *_LISTEN.findall(sshd), *_STREAM.findall(socket)]}
    return found or {_DEFAULT}


def _of_connection(host: Host) -> set[int]:
    """The port of the SSH connection that this process, or one that started it, came through; sudo drops it on the way."""
    pid = os.getpid()
    while pid > 1:
        environment = host.text(f"/proc/{pid}/environ")
        found = re.search(r"(?:^|\0)SSH_CONNECTION=\S+ \d+ \S+ (\d+)", environment)
        if found:
            return {int(found[1])}
        # The name of a program, in parentheses, may hold anything; after it come the state and the parent.
        after = host.text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        pid = int(after[1]) if len(after) > 1 else 0
    return set()
