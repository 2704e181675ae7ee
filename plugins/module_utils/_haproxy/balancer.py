# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done on a balancer: its programs, its files, and the socket of the HAProxy that runs. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import time
import typing as t

from .._engine.errors import FlotillaError
from .servers import Server, running_fingerprint, servers
from .text import SOCKET, STATES

if t.TYPE_CHECKING:
    from .._firewall.host import Host
    from .._run.commands import Run

# Seconds for an answer of the socket, and for a new HAProxy to say which configuration it has.
_PATIENCE, _START = 5.0, 15.0
# Lines of a program's errors that are repeated.
_LINES = 3
# A file of states, which HAProxy wants to find, without any.
_NO_STATES = "1\n"


class Balancer:
    """A balancer.

    Args:
        host: its files.
        run: runs a command.
    """

    def __init__(self, host: Host, run: Run) -> None:
        self.host = host
        self._run = run

    def say(self, command: str) -> str | None:
        """What the socket answers; ``None`` where no HAProxy runs."""
        answer = b""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as made:
            made.settimeout(_PATIENCE)
            made.connect(self.host.path(SOCKET))
            made.sendall(command.encode() + b"\n")
            while True:
                part = made.recv(65536)
                if not part:
                    return answer.decode("utf-8", "replace")
                answer += part
        return None

    def servers(self) -> list[Server]:
        """The servers of the HAProxy that runs; none where none runs."""
        return servers(self.say("show servers state") or "", self.say("show stat") or "")

    def runs_with(self) -> str:
        """The fingerprint of the configuration with which a HAProxy runs; empty where none does."""
        return running_fingerprint(self.say("show info") or "")

    def fingerprint_of(self, path: str) -> str:
        """What tells one content of a file from another; empty where there is no file."""
        text = self.host.text(path)
        return hashlib.sha256(text.encode()).hexdigest() if text else ""

    def check(self, path: str) -> None:
        """Let HAProxy read a configuration.

        Raises:
            FlotillaError: it refuses it.
        """
        status, output, errors = self._run(["/usr/sbin/haproxy", "-c", "-f", path])
        if status:
            raise FlotillaError(
                f"HAProxy refuses the new configuration: {_alerts(errors or output)} The old one goes on. Nothing was changed."
            )

    def keep_states(self) -> None:
        """Let the next HAProxy know what this one knows of its servers, so that it begins with no server that is down."""
        self.host.write(STATES, self.say("show servers state") or _NO_STATES)

    def reload(self, wanted: str) -> None:
        """Have HAProxy run with the configuration of a fingerprint: a new process takes the listening sockets over.

        Raises:
            FlotillaError: it does not.
        """
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        self._run(["systemctl", "enable", "--quiet", "haproxy.service"])
        self._run(["systemctl", "reset-failed", "haproxy.service"])
        status, _output, errors = self._run(["systemctl", "reload-or-restart", "haproxy.service"])
        until = time.monotonic() + (0 if status else _START)
        try:
            self._wait_for(wanted, until, since, errors)
        finally:
            # What holds at the next boot is not known now.
            self.host.write(STATES, _NO_STATES)

    def _wait_for(self, wanted: str, until: float, since: str, errors: str) -> None:
        while self.runs_with() != wanted:
            if time.monotonic() > until:
                raise FlotillaError(
                    f"HAProxy did not begin to run with the new configuration: {self._journal(since) or _alerts(errors)}"
                )
            time.sleep(0.1)

    def _journal(self, since: str) -> str:
        command = ["journalctl", "-u", "haproxy.service", "-o", "cat", "-n", "50", "--utc", "--since"]
        _status, output, _errors = self._run([*command, f"{since} UTC"])
        return _alerts(output) if "ALERT" in output else ""

    def reload_keepalived(self) -> None:
        """Have keepalived run with its file.

        Raises:
            FlotillaError: it does not.
        """
        status, _output, errors = self._run(["/usr/sbin/keepalived", "--config-test"])
        if status:
            raise FlotillaError(f"keepalived refuses its configuration: {_alerts(errors)}")
        self._run(["systemctl", "enable", "--quiet", "keepalived.service"])
        status, _output, errors = self._run(["systemctl", "reload-or-restart", "keepalived.service"])
        if status:
            raise FlotillaError(f"keepalived does not run: {_alerts(errors)}")

    def stop_keepalived(self) -> None:
        """Give the virtual address up."""
        self._run(["systemctl", "disable", "--now", "--quiet", "keepalived.service"])

    def addresses(self) -> str:
        """What ``ip -j address`` says."""
        return self._run(["ip", "-j", "address"])[1]


def _alerts(text: str) -> str:
    """The lines that say what is wrong."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    alerts = [line for line in found if "ALERT" in line] or found
    return " ".join(alerts[:_LINES]) or "it says nothing about it."
