# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files and commands of hosts say."""

from __future__ import annotations

DEBIAN = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/?a=b"
# ID=comment
"""
ROCKY = 'ID=\'rocky\'\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n\nnonsense\n'

# ``ip -json address`` of a host with Docker, shortened to what is read.
ADDRESSES = [
    {
        "ifname": "lo",
        "addr_info": [{"family": "inet", "local": "127.0.0.1", "prefixlen": 8, "scope": "host"}],
    },
    {
        "ifname": "eth0",
        "addr_info": [
            {"family": "inet", "local": "10.0.0.11", "prefixlen": 24, "scope": "global"},
            {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
            {"family": "inet6", "local": "fd00::11", "prefixlen": 64, "scope": "global"},
        ],
    },
    *(
        {
            "ifname": name,
            "addr_info": [{"family": "inet", "local": "172.17.0.1", "prefixlen": 16, "scope": "global"}],
        }
        for name in ("docker0", "docker_gwbridge", "br-0123456789ab")
    ),
    {
        "ifname": "br-lan",
        "addr_info": [{"family": "inet", "local": "10.1.0.1", "prefixlen": 24, "scope": "global"}],
    },
    {"ifname": "dummy0"},
]


def dnf5(name: str, comparator: str) -> str:
    """An entry of dnf 5's file, as "dnf versionlock add" and "exclude" write it."""
    return (
        f'\n[[packages]]\nname = "{name}"\ncomment = "Added by \'versionlock\' command on 2026-11-20"\n'
        f'[[packages.conditions]]\nkey = "evr"\ncomparator = "{comparator}"\nvalue = "3:26.1.4-1.fc41"\n'
    )
