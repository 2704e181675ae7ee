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


def masked_options(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The options of swarm_service, for one service or several, without the same values, as a task's result repeats them.

    Args:
        params: the options; nothing is changed in them, and what is in another form than it should be is left out.
    """
    made = dict(params)
    if isinstance(params.get("services"), list):
        made["services"] = [masked_options(one) for one in params["services"] if isinstance(one, dict)]
    env = params.get("env")
    if isinstance(env, dict):
        made["env"] = dict.fromkeys(env, HIDDEN)
    elif env is not None:
        made["env"] = [_variable(str(entry)) for entry in env] if isinstance(env, (list, tuple)) else HIDDEN
    made["logging"] = _without_values(params.get("logging"))
    mounts = params.get("mounts")
    if isinstance(mounts, list):
        made["mounts"] = [
            {**mount, "driver_config": _without_values(mount.get("driver_config"))}
            for mount in mounts
            if isinstance(mount, dict)
        ]
    return {name: value for name, value in made.items() if name in params}


def _without_values(driver: t.Any) -> t.Any:
    if not isinstance(driver, dict):
        return None
    options = driver.get("options")
    return {**driver, "options": dict.fromkeys(options, HIDDEN) if isinstance(options, dict) else None}


def _variable(entry: str) -> str:
    name, equals, _value = entry.partition("=")
    return name + (equals and f"={HIDDEN}")


def _hide_values(driver: dict[str, t.Any] | None) -> None:
    if driver and driver.get("Options"):
        driver["Options"] = dict.fromkeys(driver["Options"], HIDDEN)
