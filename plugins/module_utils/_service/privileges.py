# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service's processes may do. PRIVATE to the collection. Pure."""

from __future__ import annotations

import base64
import typing as t

from .._options.option import BOOL, Option, Table, ValueType

_PATH = ("TaskTemplate", "ContainerSpec", "Privileges")


def _seccomp(value: dict[str, t.Any]) -> dict[str, t.Any]:
    profile, mode = value.get("profile"), value.get("mode")
    mode = mode or ("custom" if profile else "default")
    if (mode == "custom") != bool(profile):
        raise ValueError("a profile belongs to mode custom, and to no other")
    return {"Mode": mode, **({"Profile": base64.b64encode(profile.encode()).decode()} if profile else {})}


def _seccomp_shown(value: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    if not value:
        return None
    profile = value.get("Profile")
    return {
        "mode": value.get("Mode") or "default",
        **({"profile": base64.b64decode(profile).decode()} if profile else {}),
    }


_SECCOMP = ValueType(
    {
        "type": "dict",
        "options": {
            "mode": {"type": "str", "choices": ["default", "unconfined", "custom"]},
            "profile": {"type": "str"},
        },
    },
    _seccomp,
    _seccomp_shown,
    _seccomp_shown,
)

_APPARMOR = ValueType({"type": "str", "choices": ["default", "disabled"]})

_CREDENTIAL_KEYS = (("config", "Config"), ("file", "File"), ("registry", "Registry"))


def _credential_spec(value: dict[str, t.Any]) -> dict[str, str]:
    found = {key: value[word] for word, key in _CREDENTIAL_KEYS if value.get(word)}
    if len(found) != 1:
        raise ValueError("exactly one of config, file and registry says where it is")
    return found


def _words(keys: tuple[tuple[str, str], ...]) -> t.Callable[[t.Any], t.Any]:
    """From the Engine's keys to the user's, without what is empty."""
    return lambda value: {word: value[key] for word, key in keys if (value or {}).get(key)}


_CREDENTIAL_SPEC = ValueType(
    {"type": "dict", "options": {word: {"type": "str"} for word, _key in _CREDENTIAL_KEYS}},
    _credential_spec,
    _words(_CREDENTIAL_KEYS),
    _words(_CREDENTIAL_KEYS),
)

_SELINUX_KEYS = (
    ("disable", "Disable"),
    ("user", "User"),
    ("role", "Role"),
    ("type", "Type"),
    ("level", "Level"),
)
_SELINUX = ValueType(
    {
        "type": "dict",
        "options": {word: {"type": "bool" if word == "disable" else "str"} for word, _key in _SELINUX_KEYS},
    },
    lambda value: {key: value[word] for word, key in _SELINUX_KEYS if value.get(word)},
    _words(_SELINUX_KEYS),
    _words(_SELINUX_KEYS),
)

PRIVILEGES: Table = (
    Option(
        "privileges.no_new_privileges", (*_PATH, "NoNewPrivileges"), BOOL, default=False, lowest_api="1.44"
    ),
    Option("privileges.seccomp", (*_PATH, "Seccomp"), _SECCOMP, lowest_api="1.44"),
    Option(
        "privileges.apparmor", (*_PATH, "AppArmor", "Mode"), _APPARMOR, default="default", lowest_api="1.44"
    ),
    Option("privileges.credential_spec", (*_PATH, "CredentialSpec"), _CREDENTIAL_SPEC),
    Option("privileges.selinux", (*_PATH, "SELinuxContext"), _SELINUX),
)
