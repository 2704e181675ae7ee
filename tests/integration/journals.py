# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts' journals say of the requests that their Engines were sent; the Engines of the lab log at the level debug."""

from __future__ import annotations

import re
import shlex
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Host

# Engines to 27 say: Calling POST /v1.41/x?y; newer ones: handling POST request ... request-url=/v1.51/x?y
_WRITE = re.compile(r"(?:Calling|handling) (POST|DELETE|PUT) (?:request.* request-url=\"?)?([^\"\s]+)")


class Writes:
    """Counts the write requests that Engines were sent from the moment it is made."""

    def __init__(self, hosts: t.Sequence[Host]) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._cursors = self._each(self._cursor)

    def journal(self, name: str) -> str:
        """The whole journal of a host from then on."""
        return self._read(self._hosts[name], "")

    def seen(self) -> list[str]:
        """The requests so far, ``HOST: METHOD PATH`` without version and query."""
        found = self._each(lambda host: _WRITE.findall(self._read(host, "-u docker")))
        return [
            f"{name}: {method} {re.sub(r'/v[0-9.]+/', '/', path).split('?')[0]}"
            for name, calls in found.items()
            for method, path in calls
        ]

    def _read(self, host: Host, which: str) -> str:
        after = shlex.quote(self._cursors[host.name])
        command = f"journalctl --sync; journalctl -q {which} -o cat --after-cursor={after}"
        return host.run(command, over="exec").stdout

    def _each(self, work: t.Callable[[Host], t.Any]) -> dict[str, t.Any]:
        with ThreadPoolExecutor(len(self._hosts)) as pool:
            return dict(zip(self._hosts, pool.map(work, self._hosts.values()), strict=True))

    @staticmethod
    def _cursor(host: Host) -> str:
        shown = host.run("journalctl --sync; journalctl -q -n 0 --show-cursor", over="exec").stdout
        return shown.split("-- cursor: ", 1)[1].strip()
