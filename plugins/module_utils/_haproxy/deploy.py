# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb of ``swarm_load_balancer``: a balancer as it is to be, or a node that gets no connections for a while. PRIVATE."""

from __future__ import annotations

import os
import time

from .._engine.errors import FlotillaError, Refused
from .._firewall.host import Host
from .._run.commands import run_command
from .._run.verb import Options, Result, Verb
from . import declared, servers, text
from .balancer import Balancer
from .options import INTERFACE
from .vrrp import check_virtual_ip, interface_of, keepalived

_FILE = "/etc/haproxy/haproxy.cfg"
_BEFORE = f"{_FILE}.before-flotilla"
_NEW = "/etc/haproxy/.flotilla.cfg"
_CERTIFICATES = "/etc/haproxy/flotilla"
_KEEPALIVED = "/etc/keepalived/keepalived.conf"
# What the keepalived that runs was told last: a run may end between the file and the reload.
_KEEPALIVED_TOLD = "/etc/keepalived/.flotilla-told"


def work(options: Options, check_mode: bool, _client: None) -> Result:
    """Do what the state says.

    Raises:
        FlotillaError: it was refused, or HAProxy does not do it.
    """
    if os.geteuid() != 0:
        raise Refused("swarm_load_balancer needs root on this host; run it with become: true.")
    balancer = Balancer(Host(run_command), run_command)
    if options["state"] == "present":
        return Present(balancer, options).done(check_mode)
    return turned(balancer, options["node"], options["state"], options["timeout"], check_mode)


VERB = Verb(INTERFACE, work)


def turned(balancer: Balancer, node_id: str, state: str, seconds: float, check_mode: bool) -> Result:
    """Send a node nothing new and wait until its connections have ended, or send it connections again."""
    live = balancer.servers()
    chosen = servers.to_drain(node_id, live) if state == "drain" else servers.to_release(node_id, live)
    actions = [f"{one.path}: {state}" for one in chosen]
    if check_mode:
        return {"changed": bool(chosen), "actions": actions, "connections": servers.left(node_id, live)}
    for one in chosen:
        balancer.say(servers.set_state(one, state))
    until = time.monotonic() + (seconds if state == "drain" else 0)
    connections = servers.left(node_id, balancer.servers())
    while connections and time.monotonic() < until:
        time.sleep(0.5)
        connections = servers.left(node_id, balancer.servers())
    return {"changed": bool(chosen), "actions": actions, "connections": connections}


class Present:
    """A balancer as it is to be.

    Args:
        balancer: the host.
        options: those of the module.

    Raises:
        Refused: options that cannot be carried out.
    """

    def __init__(self, balancer: Balancer, options: Options) -> None:
        self._balancer = balancer
        self._host = balancer.host
        self._certificates: list[Result] = options["certificates"]
        declared.check_certificates(self._certificates)
        #: The paths of certificates by name. That of a content tells it from the one before, which the old process still reads.
        self._paths = {one["name"]: one.get("path") or self._path(one) for one in self._certificates}
        found = declared.checked(options["frontends"], self._paths)
        declared.check_ports(found)
        self._frontends = found
        self._virtual_ip: Result | None = options["virtual_ip"]
        if self._virtual_ip:
            check_virtual_ip(self._virtual_ip)
            interface = interface_of(self._virtual_ip["own"], balancer.addresses())
            self._keepalived = keepalived(self._virtual_ip, interface)
        self._check_paths()
        self._text = text.configuration(
            found, self._paths, [balancer.fingerprint_of(one["path"]) for one in self._of_paths()]
        )
        self._before = self._host.text(_FILE)

    def done(self, check_mode: bool) -> Result:
        """Write, check, reload and set what differs."""
        actions = self._differences()
        result: Result = {"changed": bool(actions), "actions": actions, "diff": self._diff()}
        if check_mode:
            self._check_apart()
            return result
        try:
            self._configure()
            self._set_states()
            self._remove_old_certificates()
            self._hold_address()
        except FlotillaError as error:
            left = self._differences()
            done = [one for one in actions if one not in left]
            raise error.after({"changed": bool(done), "actions": done}) from None
        return result

    def _differences(self) -> list[str]:
        actions = [f"{_FILE} is written"] if self._before != self._text else []
        if self._balancer.runs_with() != text.fingerprint_in(self._text):
            actions.append("HAProxy is reloaded")
        actions += [f"{one.path}: {state}" for one, state in self._states()]
        if self._keepalived_differs():
            actions.append("keepalived is reloaded" if self._virtual_ip else "keepalived is stopped")
        return actions

    def _configure(self) -> None:
        """Have HAProxy run with the configuration; the one before stays where it does not."""
        wanted = text.fingerprint_in(self._text)
        for one in self._of_contents():
            if self._host.text(self._paths[one["name"]]) != one["content"]:
                self._host.write(self._paths[one["name"]], one["content"], 0o600)
        if self._before != self._text:
            self._host.write(_NEW, self._text, 0o600)
            try:
                self._balancer.check(_NEW)
            finally:
                self._host.remove(_NEW)
            if self._before and not self._before.startswith(text.OURS):
                self._host.write(_BEFORE, self._before, 0o600)
            self._host.write(_FILE, self._text, 0o600)
        if self._balancer.runs_with() == wanted:
            return
        self._balancer.keep_states()
        try:
            self._balancer.reload(wanted)
        except FlotillaError as error:
            raise self._gone_back(error) from None

    def _gone_back(self, error: FlotillaError) -> FlotillaError:
        """Bring the configuration of before back, which the old process still runs with."""
        before = text.fingerprint_in(self._before)
        if not before or before == text.fingerprint_in(self._text):
            return error
        self._host.write(_FILE, self._before, 0o600)
        self._balancer.reload(before)
        return error.prefixed("The configuration of before is back: ")

    def _states(self) -> list[tuple[servers.Server, str]]:
        """What the servers that run have to be told."""
        live = self._balancer.servers()
        drained = {
            server["node_id"]: bool(server["drained"]) for one in self._frontends for server in one["servers"]
        }
        return [
            (one, "drain" if is_drained else "ready")
            for node_id, is_drained in sorted(drained.items())
            for one in (servers.to_drain if is_drained else servers.to_release)(node_id, live)
        ]

    def _set_states(self) -> None:
        for one, state in self._states():
            self._balancer.say(servers.set_state(one, state))

    def _hold_address(self) -> None:
        if not self._keepalived_differs():
            return
        if not self._virtual_ip:
            self._balancer.stop_keepalived()
            self._host.remove(_KEEPALIVED)
            self._host.remove(_KEEPALIVED_TOLD)
            return
        self._host.write(_KEEPALIVED, self._keepalived, 0o600)
        self._balancer.reload_keepalived()
        self._host.write(_KEEPALIVED_TOLD, text.fingerprint([self._keepalived]), 0o600)

    def _keepalived_differs(self) -> bool:
        live = self._host.text(_KEEPALIVED)
        if not self._virtual_ip:
            return live.startswith(text.OURS)
        told = self._host.text(_KEEPALIVED_TOLD)
        return (
            live != self._keepalived
            or told != text.fingerprint([self._keepalived])
            or not self._host.active("keepalived.service")
        )

    def _of_paths(self) -> list[Result]:
        return [one for one in self._certificates if one.get("path")]

    def _of_contents(self) -> list[Result]:
        return [one for one in self._certificates if one.get("content")]

    def _path(self, certificate: Result, folder: str = _CERTIFICATES) -> str:
        return f"{folder}/{certificate['name']}-{text.fingerprint([certificate['content']])[-12:]}.pem"

    def _check_paths(self) -> None:
        for one in self._of_paths():
            if not self._host.exists(one["path"]):
                raise Refused(
                    f"The certificate {one['name']} is not there on this balancer: {one['path']}. Nothing was changed."
                )

    def _check_apart(self) -> None:
        """Let HAProxy read the configuration in a folder that goes again, where it is installed."""
        import tempfile

        if not self._host.has_tool("haproxy") or self._before == self._text:
            return
        with tempfile.TemporaryDirectory() as folder:
            apart = {one["name"]: self._path(one, folder) for one in self._of_contents()}
            for one in self._of_contents():
                self._host.write(apart[one["name"]], one["content"], 0o600)
            self._host.write(
                f"{folder}/new.cfg", text.configuration(self._frontends, {**self._paths, **apart}), 0o600
            )
            self._balancer.check(f"{folder}/new.cfg")

    def _remove_old_certificates(self) -> None:
        for path in self._host.paths(f"{_CERTIFICATES}/*.pem"):
            if path not in self._paths.values():
                self._host.remove(path)

    def _diff(self) -> list[dict[str, str]]:
        pairs = [(_FILE, self._before, self._text)]
        if self._virtual_ip:
            pairs.append((_KEEPALIVED, self._host.text(_KEEPALIVED), self._keepalived))
        return [
            {"before_header": path, "after_header": path, "before": before, "after": after}
            for path, before, after in pairs
            if before != after
        ]
