# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of a service that may be secrets, hidden. PRIVATE to the collection. Pure."""

from __future__ import annotations

import copy
import typing as t

HIDDEN = "(hidden)"


def masked(spec: dict[str, t.Any]) -> dict[str, t.Any]:
    """A raw spec without the values of environment variables, of log driver and of volume driver options.

    Their names stay to be seen.
    """
    made = copy.deepcopy(spec)
    template = made.get("TaskTemplate") or {}
    container = template.get("ContainerSpec") or {}
    for holder in (container, template.get("PluginSpec") or {}):
        if holder.get("Env"):
            holder["Env"] = [_variable(entry) for entry in holder["Env"]]
    _hide_values(template.get("LogDriver"))
    for mount in container.get("Mounts") or []:
        _hide_values((mount.get("VolumeOptions") or {}).get("DriverConfig"))
    return made


def masked_service(raw: dict[str, t.Any]) -> dict[str, t.Any]:
    """A raw service whose spec and previous spec are masked."""
    return {
        key: masked(value) if value and key in ("Spec", "PreviousSpec") else value
        for key, value in raw.items()
    }


def _variable(entry: str) -> str:
    name, equals, _value = entry.partition("=")
    return name + (equals and f"={HIDDEN}")


def _hide_values(driver: dict[str, t.Any] | None) -> None:
    if driver and driver.get("Options"):
        driver["Options"] = dict.fromkeys(driver["Options"], HIDDEN)
