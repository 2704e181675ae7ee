# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks, secrets and configs a service uses. PRIVATE to the collection. Pure.

Users name them, the Engine keeps their IDs: a ``Catalogue`` knows both. A secret that was removed and made again
under its old name is another secret, and the name of one that has versions means the current one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import convert
from .._options.option import Kind


@dataclass
class Catalogue:
    """What there is on the swarm, by name, with each one's ID.

    A secret or config has further names beside its own, which comes first: see ``_content.names``.
    """

    networks: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)

    def find(self, kind: str, name: str, service: str) -> tuple[str, str]:
        """The ID and the own name of what a user named by any name or its ID.

        Raises:
            Refused: there is none.
        """
        known: dict[str, str] = getattr(self, kind)
        identity = known.get(name, name)
        if identity in known.values():
            return identity, self.name(kind, identity)
        raise Refused(
            f"{service}: there is no {kind[:-1]} {name} on the swarm; make it first. Nothing was sent."
        )

    def name(self, kind: str, identity: str) -> str:
        """The name of an ID; the ID itself where it is not known."""
        known: dict[str, str] = getattr(self, kind)
        return next((name for name, there in known.items() if there == identity), identity)


def _network(value: t.Any) -> dict[str, t.Any]:
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict) or not (value.get("name") or value.get("id")):
        raise ValueError(f"{value!r} is neither a network's name nor a dictionary with name or id")
    unknown = set(value) - {"name", "id", "aliases", "options"}
    if unknown:
        raise ValueError(f"{value!r}: {', '.join(sorted(unknown))} is none of name, id, aliases, options")
    made: dict[str, t.Any] = {"Target": value.get("id") or value["name"]}
    if value.get("aliases"):
        made["Aliases"] = sorted(map(str, value["aliases"]))
    if value.get("options"):
        made["DriverOpts"] = convert.texts(value["options"], "network option")
    return made


def _networks(values: list[t.Any]) -> list[dict[str, t.Any]]:
    return sorted((_network(value) for value in values), key=lambda network: str(network["Target"]))


def _networks_compared(values: list[dict[str, t.Any]]) -> list[t.Any]:
    return sorted(
        (
            network.get("Target"),
            sorted(network.get("Aliases") or []),
            sorted((network.get("DriverOpts") or {}).items()),
        )
        for network in values
    )


def _networks_shown(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    keys = (("name", "Target"), ("aliases", "Aliases"), ("options", "DriverOpts"))
    return [{word: network[key] for word, key in keys if network.get(key)} for network in values]


NETWORKS = Kind(
    {"type": "list", "elements": "raw"},
    _networks,
    _networks_shown,
    _networks_compared,
    lambda shown: {
        network["name"]: {k: v for k, v in network.items() if k != "name"} or "attached" for network in shown
    },
)


def _files(kind: str) -> Kind:
    """Secrets and configs: the same form, with the kind in the keys."""
    name_key, id_key = f"{kind.title()}Name", f"{kind.title()}ID"

    def to_api(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        made = []
        for value in values:
            name = value[f"{kind}_name"]
            mode = value.get("mode")
            file = {
                "Name": value.get("filename") or name,
                "UID": value.get("uid") or "0",
                "GID": value.get("gid") or "0",
                "Mode": 0o444 if mode is None else convert.file_mode(mode),
            }
            made.append({"File": file, id_key: value.get(f"{kind}_id") or "", name_key: name})
        made.sort(key=key)
        for one, other in zip(made, made[1:]):
            if one["File"]["Name"] == other["File"]["Name"]:
                raise ValueError(f"two of them have the file name {one['File']['Name']}")
        return made

    def key(value: dict[str, t.Any]) -> tuple[t.Any, ...]:
        file = value.get("File") or {}
        return (
            str(file.get("Name")),
            str(value.get(name_key)),
            str(value.get(id_key)),
            str(file.get("UID") or "0"),
            str(file.get("GID") or "0"),
            file.get("Mode", 0),
            value.get("Runtime") is not None,
        )

    def shown(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        return [
            {
                "filename": (value.get("File") or {}).get("Name", "(for the runtime)"),
                f"{kind}_name": value.get(name_key),
                f"{kind}_id": value.get(id_key),
                "uid": (value.get("File") or {}).get("UID"),
                "gid": (value.get("File") or {}).get("GID"),
                "mode": convert.file_mode_text((value.get("File") or {}).get("Mode", 0)),
            }
            for value in values
        ]

    def parts(values: list[dict[str, t.Any]]) -> dict[str, t.Any]:
        return {value["filename"]: {k: v for k, v in value.items() if k != "filename"} for value in values}

    # That a name holds the word secret does not make its value one.
    spec: dict[str, t.Any] = {
        f"{kind}_name": {"type": "str", "required": True, "no_log": False},
        f"{kind}_id": {"type": "str", "no_log": False},
        "filename": {"type": "str"},
        "uid": {"type": "str"},
        "gid": {"type": "str"},
        "mode": {"type": "raw"},
    }
    whole = {"type": "list", "elements": "dict", "options": spec, "no_log": False}
    return Kind(whole, to_api, shown, lambda values: sorted(key(value) for value in values), parts)


SECRETS = _files("secret")
CONFIGS = _files("config")


def resolved(declared: dict[str, t.Any], catalogue: Catalogue, service: str) -> dict[str, t.Any]:
    """What was declared, with the IDs of what it names.

    Raises:
        Refused: something it names is not there.
    """
    made = dict(declared)
    if "networks" in made:
        made["networks"] = [
            {**network, "Target": catalogue.find("networks", network["Target"], service)[0]}
            for network in made["networks"]
        ]
    for kind in ("secret", "config"):
        if f"{kind}s" in made:
            made[f"{kind}s"] = [_referred(catalogue, kind, value, service) for value in made[f"{kind}s"]]
    spec = made.get("privileges.credential_spec") or {}
    if "Config" in spec:
        # The Engine wants such a config listed as well, as one for the runtime and not for a file.
        identity, name = catalogue.find("configs", spec["Config"], service)
        made["privileges.credential_spec"] = {"Config": identity}
        made["configs"] = [
            *made.get("configs", []),
            {"ConfigID": identity, "ConfigName": name, "Runtime": {}},
        ]
    return made


def _referred(catalogue: Catalogue, kind: str, value: dict[str, t.Any], service: str) -> dict[str, t.Any]:
    name_key, id_key = f"{kind.title()}Name", f"{kind.title()}ID"
    identity, name = catalogue.find(f"{kind}s", value[id_key] or value[name_key], service)
    return {**value, id_key: identity, name_key: name}


def referred(spec: dict[str, t.Any]) -> dict[str, dict[str, str]]:
    """The IDs and names of the secrets and configs that a service's spec refers to, by kind."""
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return {
        f"{kind}s": {
            one[f"{kind.title()}ID"]: one[f"{kind.title()}Name"]
            for one in container.get(f"{kind.title()}s") or []
        }
        for kind in ("secret", "config")
    }


def named(changes: dict[str, tuple[t.Any, t.Any]], catalogue: Catalogue) -> dict[str, tuple[t.Any, t.Any]]:
    """Changes with the names of networks instead of their IDs."""
    prefix = "networks."
    return {
        prefix + catalogue.name("networks", name[len(prefix) :]) if name.startswith(prefix) else name: change
        for name, change in changes.items()
    }
