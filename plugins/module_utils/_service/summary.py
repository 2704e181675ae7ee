# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services in one glance. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .._run.table import table
from .view import Port, Service

_HEAD = ("SERVICE", "MODE", "RUNS", "IMAGE", "PORTS")


def lines(found: dict[str, t.Any]) -> list[str]:
    """The look at services as lines of text: a table, and what is not fine."""
    seen: list[Service] = found["services"]
    if not seen:
        return ["No service." if found["state"] == "manager" else found["why"]]
    problems = [f"{service['name']}: {problem}." for service in seen for problem in service["problems"]]
    told = table(_HEAD, [_row(service) for service in seen])
    return told + (["Not fine:", *problems] if problems else ["Every service is fine."])


def _row(service: Service) -> tuple[str, ...]:
    return (
        service["name"],
        service["mode"],
        _runs(service),
        service["image"].partition("@")[0],
        ", ".join(_port(port) for port in service["ports"]),
    )


def _runs(service: Service) -> str:
    if service["completed"] is None:
        return f"{service['running']}/{service['wanted']}"
    running = f", {service['running']} running" if service["running"] else ""
    return f"{service['completed']}/{service['wanted']} completed{running}"


def _port(port: Port) -> str:
    host = " (host)" if port["mode"] == "host" else ""
    return f"{port['published_port'] or '*'}->{port['target_port']}/{port['protocol']}{host}"
