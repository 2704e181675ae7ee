# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Compose file's service may do: ``security_opt`` and ``credential_spec``. PRIVATE to the collection. Pure."""

from __future__ import annotations

import re
import typing as t

from .contents import Contents
from .keys import check
from .node import Node

Options = dict[str, t.Any]


def privileges(service: Node, configs: Contents) -> Options:
    """The option ``privileges`` of swarm_service, if there is anything to say.

    Raises:
        Refused: it is not written like what the key wants.
    """
    made: Options = {}
    security, credential = service.get("security_opt"), service.get("credential_spec")
    # It needs newer Engines than most keys, so it can be left out where they are older.
    for item in security.items() if security and not security.dropped("security_opt") else ():
        _security(made, item)
    if credential:
        made["credential_spec"] = _credential(credential, configs)
    return {"privileges": made} if made else {}


def _security(made: Options, node: Node) -> None:
    name, _sign, value = re.sub("[=:]", "\0", node.text(), count=1).partition("\0")
    if name == "no-new-privileges" and value in ("", "true", "false"):
        made["no_new_privileges"] = value != "false"
    elif name == "seccomp" and value == "unconfined":
        made["seccomp"] = {"mode": "unconfined"}
    elif name == "apparmor" and value == "unconfined":
        made["apparmor"] = "disabled"
    elif name == "label":
        _selinux(made.setdefault("selinux", {}), value, node)
    else:
        node.unable(
            "security_opt", "services know no-new-privileges, label, seccomp=unconfined, apparmor=unconfined"
        )


def _selinux(made: Options, text: str, node: Node) -> None:
    key, _colon, value = text.partition(":")
    if key == "disable" and not value:
        made["disable"] = True
    elif key in ("user", "role", "type", "level") and value:
        made[key] = value
    else:
        raise node.wrong("is a label that is none of disable, user:…, role:…, type:…, level:…")


def _credential(node: Node, configs: Contents) -> Options:
    given = check(node, ("config", "file", "registry"))
    if len(given) != 1:
        raise node.wrong("has to have exactly one of config, file and registry")
    [key] = given
    value = node.need(key)
    return {key: configs.name(value) if key == "config" else value.text()}
