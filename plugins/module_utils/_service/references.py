# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks, secrets and configs a service uses. PRIVATE to the collection. Pure.

Users name them, the Engine keeps their IDs: a ``Catalogue`` knows both. A secret that was removed and created again
under its old name is another secret, and the name of one that has versions means the current one.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import convert
from .._options.hidden import Changes
from .._options.kernel import is_path
from .._options.option import ValueType
from .._rollout.references import id_key, name_key

Values = t.Dict[str, t.Any]
# The option that refers to a config by its name and is no list of configs.
_CREDENTIAL_SPEC = "privileges.credential_spec"


@dataclass
class Catalogue:
    """What there is on the swarm, by name, with each one's ID.

    A secret or config has further names beside its own, which comes first: see ``_secret/versions.py``.
    """

    networks: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)

    def of(self, word: str) -> dict[str, str]:
        """The names and IDs of one kind: ``network``, ``secret`` or ``config``."""
        return {"network": self.networks, "secret": self.secrets, "config": self.configs}[word]

    def find(self, word: str, name: str, service: str) -> tuple[str, str]:
        """The ID and the own name of what a user named by any name or its ID.

        Raises:
            Refused: there is none.
        """
        known = self.of(word)
        identity = known.get(name, name)
        if identity in known.values():
            return identity, self.name(word, identity)
        raise Refused(
            f"{service}: there is no {word} {name} on the swarm; create it first. Nothing was sent."
        )

    def name(self, word: str, identity: str) -> str:
        """The name of an ID; the ID itself where it is not known."""
        return next((name for name, known in self.of(word).items() if known == identity), identity)


def referred(values: Values) -> dict[str, set[str]]:
    """The names and IDs that declared values refer to, by ``network``, ``secret`` and ``config``."""
    names: dict[str, set[str]] = {
        "network": {network["Target"] for network in values.get("networks") or []},
        **{
            word: {entry[id_key(word)] or entry[name_key(word)] for entry in values.get(f"{word}s") or []}
            for word in ("secret", "config")
        },
    }
    credential_spec = (values.get(_CREDENTIAL_SPEC) or {}).get("Config")
    names["config"] |= {credential_spec} if credential_spec else set()
    return names


def _network(value: t.Any) -> dict[str, t.Any]:
    if isinstance(value, str):
        value = {"name": value}
    target = (value.get("id") or value.get("name")) if isinstance(value, dict) else None
    if not isinstance(target, str) or not target.strip():
        what = "'' is empty" if value == {"name": ""} else f"is {convert.kind_of(value)}"
        raise ValueError(f"{what}, neither a network's name nor a dictionary with name or id")
    unknown = sorted(map(str, set(value) - {"name", "id", "aliases", "options"}))
    if unknown:
        raise ValueError(f"{target}: {', '.join(unknown)} is none of name, id, aliases, options")
    made: dict[str, t.Any] = {"Target": target}
    if value.get("aliases"):
        made["Aliases"] = sorted({_alias(target, alias) for alias in _alias_list(target, value["aliases"])})
    if value.get("options"):
        made["DriverOpts"] = convert.texts(value["options"], "network option")
    return made


def _alias_list(network: str, aliases: t.Any) -> list[t.Any]:
    if not isinstance(aliases, list):
        raise ValueError(f"{network}: aliases is {convert.kind_of(aliases)}, not a list")
    return aliases


def _alias(network: str, alias: t.Any) -> str:
    if not isinstance(alias, (str, int)) or isinstance(alias, bool) or str(alias).split() != [str(alias)]:
        raise ValueError(f"{network}: {convert.quoted(alias)} in aliases is not one name")
    return str(alias)


def _networks(values: list[t.Any]) -> list[dict[str, t.Any]]:
    made: list[dict[str, t.Any]] = []
    for number, value in enumerate(values, start=1):
        try:
            made.append(_network(value))
        except ValueError as error:
            raise ValueError(f"entry {number}: {error}") from None
        if made[-1]["Target"] in [network["Target"] for network in made[:-1]]:
            raise ValueError(f"{made[-1]['Target']} is there twice: name each network once")
    return sorted(made, key=lambda network: str(network["Target"]))


def _networks_compared(values: list[dict[str, t.Any]]) -> list[t.Any]:
    """The networks as they compare: docker stack deploy names an alias twice that is the name of the service, too."""
    return sorted(
        (
            network.get("Target"),
            sorted(set(network.get("Aliases") or [])),
            sorted((network.get("DriverOpts") or {}).items()),
        )
        for network in values
    )


def _networks_shown(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    keys = (("name", "Target"), ("aliases", "Aliases"), ("options", "DriverOpts"))
    return [{word: network[key] for word, key in keys if network.get(key)} for network in values]


NETWORKS = ValueType(
    {"type": "list", "elements": "raw"},
    _networks,
    _networks_shown,
    _networks_compared,
    lambda shown: {
        network["name"]: {k: v for k, v in network.items() if k != "name"} or "attached" for network in shown
    },
)


def _files(word: str) -> ValueType:
    """Secrets and configs: the same form, with the word in the keys."""

    def to_api(values: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        made = sorted((_file(word, value) for value in values), key=key)
        for one, other in zip(made, made[1:]):
            if _path(word, one) == _path(word, other):
                raise ValueError(f"two of them have the file name {one['File']['Name']}")
        return made

    def key(value: dict[str, t.Any]) -> tuple[t.Any, ...]:
        file = value.get("File") or {}
        return (
            _path(word, value),
            str(value.get(name_key(word))),
            str(value.get(id_key(word))),
            str(file.get("UID") or "0"),
            str(file.get("GID") or "0"),
            file.get("Mode", 0),
            value.get("Runtime") is not None,
        )

    # That a name holds the word secret does not make its value one.
    spec: dict[str, t.Any] = {
        f"{word}_name": {"type": "str", "required": True, "no_log": False},
        f"{word}_id": {"type": "str", "no_log": False},
        "filename": {"type": "str"},
        "uid": {"type": "str"},
        "gid": {"type": "str"},
        "mode": {"type": "raw"},
    }
    return ValueType(
        {"type": "list", "elements": "dict", "options": spec, "no_log": False},
        to_api,
        lambda values: [_file_shown(word, value) for value in values],
        lambda values: sorted(key(value) for value in values),
        _by_filename,
        # What is for the runtime comes with the option that needs it.
        write=lambda values: [_file_written(word, value) for value in values if value.get("Runtime") is None],
    )


# The folders of a container in which the Engine puts files whose names are no paths.
_FOLDERS = {"secret": "/run/secrets/", "config": "/"}


def _path(word: str, value: dict[str, t.Any]) -> str:
    """The path of a file in the container: docker compose config writes the whole one."""
    name = str((value.get("File") or {}).get("Name"))
    return name if is_path(name) else _FOLDERS[word] + name


def _file(word: str, value: dict[str, t.Any]) -> dict[str, t.Any]:
    name, mode = value[f"{word}_name"], value.get("mode")
    if not (name or "").strip():
        raise ValueError(f"{word}_name is empty: name the {word}")
    for key in ("uid", "gid"):
        # Each node reads them as numbers before it starts a task (moby daemon/container_operations_unix.go).
        if not re.fullmatch(r"[0-9]{0,10}", value.get(key) or ""):
            raise ValueError(f"{name}: {key} is {convert.quoted(value[key])}, not a number")
    file = {
        "Name": value.get("filename") or name,
        "UID": value.get("uid") or "0",
        "GID": value.get("gid") or "0",
        "Mode": 0o444 if mode is None else convert.file_mode(mode),
    }
    return {"File": file, id_key(word): value.get(f"{word}_id") or "", name_key(word): name}


def _file_shown(word: str, value: dict[str, t.Any]) -> dict[str, t.Any]:
    file = value.get("File") or {}
    return {
        "filename": file.get("Name", "(for the runtime)"),
        f"{word}_name": value.get(name_key(word)),
        f"{word}_id": value.get(id_key(word)),
        "uid": file.get("UID"),
        "gid": file.get("GID"),
        "mode": convert.file_mode_text(file.get("Mode", 0)),
    }


def _file_written(word: str, value: dict[str, t.Any]) -> dict[str, t.Any]:
    shown = _file_shown(word, value)
    name = shown[f"{word}_name"]
    usual = {"filename": name, "uid": "0", "gid": "0", "mode": "0444"}
    return {
        f"{word}_name": name,
        **{key: shown[key] for key, text in usual.items() if shown[key] not in (None, "", text)},
    }


def _by_filename(shown: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return {value["filename"]: {k: v for k, v in value.items() if k != "filename"} for value in shown}


SECRETS = _files("secret")
CONFIGS = _files("config")


def resolved(values: Values, catalogue: Catalogue, service: str) -> Values:
    """Declared values with the IDs of what they name.

    Raises:
        Refused: something they name does not exist.
    """
    made = dict(values)
    if "networks" in made:
        made["networks"] = [
            {**network, "Target": catalogue.find("network", network["Target"], service)[0]}
            for network in made["networks"]
        ]
    for word in ("secret", "config"):
        if f"{word}s" in made:
            made[f"{word}s"] = [_resolved(catalogue, word, value, service) for value in made[f"{word}s"]]
    spec = made.get(_CREDENTIAL_SPEC) or {}
    if "Config" in spec:
        # The Engine wants such a config listed as well, as one for the runtime and not for a file.
        identity, name = catalogue.find("config", spec["Config"], service)
        made[_CREDENTIAL_SPEC] = {"Config": identity}
        made["configs"] = [
            *made.get("configs", []),
            {"ConfigID": identity, "ConfigName": name, "Runtime": {}},
        ]
    return made


def _resolved(catalogue: Catalogue, word: str, value: dict[str, t.Any], service: str) -> dict[str, t.Any]:
    identity, name = catalogue.find(word, value[id_key(word)] or value[name_key(word)], service)
    return {**value, id_key(word): identity, name_key(word): name}


def named(changes: Changes, catalogue: Catalogue) -> Changes:
    """Changes with the names of networks instead of their IDs."""
    prefix = "networks."
    return {
        prefix + catalogue.name("network", name[len(prefix) :]) if name.startswith(prefix) else name: change
        for name, change in changes.items()
    }
