# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of HAProxy as text: the same frontends, the same text. PRIVATE to the collection. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import typing as t

from .._engine.errors import Refused

Raw = t.Dict[str, t.Any]

SOCKET = "/run/haproxy/admin.sock"
STATES = "/var/lib/haproxy/flotilla.state"
#: The first line of a file of ours.
OURS = "# Written by flotilla.swarm.swarm_load_balancer, which replaces it."
_GLOBAL = f"""\
{OURS}
global
    description {{fingerprint}}
    log /dev/log local0
    user haproxy
    group haproxy
    stats socket {SOCKET} mode 600 user root level admin expose-fd listeners
    server-state-file {STATES}
    ssl-default-bind-options ssl-min-ver TLSv1.2
    tune.ssl.default-dh-param 2048
    # Connections that go on after a reload are ended then.
    hard-stop-after 1h

defaults
    log global
    option dontlognull
    option redispatch 1
    retries 3
    timeout connect 2s
    timeout check 2s
    timeout queue 10s
    timeout http-request 10s
    timeout http-keep-alive 10s
    timeout client-fin 30s
    timeout tunnel 1h
    load-server-state-from-file global
    default-server check inter 2s fastinter 500ms downinter 1s rise 2 fall 2 observe layer4 error-limit 2 on-error mark-down
"""


def configuration(
    frontends: t.Iterable[Raw], certificates: t.Mapping[str, str], contents: t.Iterable[str] = ()
) -> str:
    """The configuration.

    Args:
        frontends: what the swarm was read for.
        certificates: the paths of certificates by name.
        contents: fingerprints of files that the text names and that change by themselves.

    Raises:
        Refused: an address that is none.
    """
    body = "".join(f"\n{_section(one, certificates)}" for one in frontends)
    return _GLOBAL.format(fingerprint=fingerprint([_GLOBAL, body, *contents])) + body


def fingerprint(texts: t.Iterable[str]) -> str:
    """What tells one configuration from another; HAProxy itself says which one it runs with."""
    return "flotilla-" + hashlib.sha256("\0".join(texts).encode()).hexdigest()[:20]


def fingerprint_in(text: str) -> str:
    """The fingerprint in a configuration of ours; empty in any other."""
    found = re.search(r"^    description (flotilla-[0-9a-f]{20})$", text, re.MULTILINE)
    return found[1] if found else ""


def section_name(frontend: Raw) -> str:
    """What a frontend is called: no other one has its port."""
    return f"{word(frontend['service'])}.{frontend['port']}.{frontend['published_port']}"


def server_name(server: Raw) -> str:
    """What a server is called: host names are not unique, the IDs of nodes are."""
    return f"{word(server['node'])}.{word(server['node_id'])}"


def word(text: str) -> str:
    """A text as a name in the configuration, whatever it is."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text) or "_"


def _section(one: Raw, certificates: t.Mapping[str, str]) -> str:
    bind = f"bind :{int(one['port'])}"
    if one["certificate"]:
        bind += f" ssl crt {certificates[one['certificate']]} alpn {'h2,http/1.1' if one['mode'] == 'http' else 'http/1.1'}"
    lines = [bind, *_OF_MODE[one["mode"]]]
    if one["mode"] == "http" and one["certificate"]:
        lines.append("http-request set-header X-Forwarded-Proto https")
    lines += [f"timeout client {int(one['timeout'])}s", f"timeout server {int(one['timeout'])}s"]
    if one["check"] != "tcp":
        lines += [
            "option httpchk",
            f"http-check send meth GET uri {one['check']} ver HTTP/1.1 hdr Host {word(one['service'])}",
            "http-check expect status 200-399",
        ]
    extra = " send-proxy-v2 check-send-proxy" if one["proxy_protocol"] else ""
    lines += [
        f"server {server_name(server)} {_address(server)}:{int(one['published_port'])}{extra}"
        for server in one["servers"]
    ]
    return f"listen {section_name(one)}\n" + "".join(f"    {line}\n" for line in lines)


# A request that may be repeated is sent to another server where its own one dies with it.
_OF_MODE = {
    "tcp": (
        "mode tcp",
        "option tcplog",
        "balance leastconn",
        "default-server on-marked-down shutdown-sessions",
    ),
    "http": (
        "mode http",
        "option httplog",
        "option forwardfor",
        "balance roundrobin",
        "retry-on conn-failure empty-response",
        "http-request disable-l7-retry if ! { method GET HEAD OPTIONS }",
    ),
}


def _address(server: Raw) -> str:
    try:
        address = ipaddress.ip_address(server["address"])
    except ValueError:
        raise Refused(
            f"The node {server['node']} has the address {server['address']!r}, which is none. Nothing was changed."
        ) from None
    return f"[{address}]" if address.version == 6 else str(address)
