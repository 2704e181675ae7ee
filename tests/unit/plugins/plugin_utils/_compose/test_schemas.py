# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every key that the schemas of Compose files have is known, and has the class that the data file says."""

from __future__ import annotations

import copy
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.plugins.module_utils._engine.errors import Refused
from ansible_collections.flotilla.swarm.tests.unit.support.compose import stack

Raw = dict[str, t.Any]
KEYS = Path(__file__).parents[3] / "fixtures" / "compose_keys.txt"
GUIDE = Path(__file__).parents[5] / "docs" / "docsite" / "rst" / "guide_stacks.rst"
READ = ("supported", "translated")
FILE: Raw = {
    "services": {
        "web": {
            "image": "x",
            "networks": {"front": None},
            "volumes": ["data:/data"],
            "secrets": ["secret"],
            "configs": ["config"],
        },
        "db": {"image": "x"},
    },
    "networks": {"front": {}},
    "volumes": {"data": {}},
    "secrets": {"secret": {"file": "/more.env"}},
    "configs": {"config": {"file": "/more.env"}},
}
OTHERS = {
    "/more.yml": "services: {db: {image: x}}",
    "more.yml": "services: {db: {image: x}}",
    "more.env": "A=b",
    "/more.env": "A=b",
}
#: What a key needs beside it: by the beginning of its path, what stands in the same mapping.
BESIDE: dict[str, Raw] = {
    "include[].": {"path": "more.yml"},
    "services.web.configs[].": {"source": "config"},
    "services.web.secrets[].": {"source": "secret"},
    "services.web.env_file[].": {"path": "more.env"},
    "services.web.extends.": {"service": "db"},
    "services.web.healthcheck.": {"test": "true"},
    "services.web.ports[].": {"target": 80},
    "services.web.ulimits.nofile.": {"soft": 1, "hard": 9},
    "services.web.volumes[].": {"type": "volume", "source": "data", "target": "/data"},
    "services.web.deploy.resources.reservations.generic_resources[].discrete_resource_spec.": {
        "kind": "gpu",
        "value": 1,
    },
    "networks.front.ipam.config[].": {"subnet": "10.9.0.0/24"},
}
#: The type of a mount that has the key.
MOUNTS: dict[str, Raw] = {
    "bind": {"type": "bind", "source": "/srv"},
    "tmpfs": {"type": "tmpfs", "source": None},
}
#: Keys of which a definition has no other one beside them.
ALONE = ("file", "environment", "external", "content", "driver", "disable")


class Key(t.NamedTuple):
    """A row of the data file."""

    path: str
    kind: str
    value: t.Any


def rows() -> list[Key]:
    lines = [
        line.split(" ", 2)
        for line in KEYS.read_text(encoding="utf-8").splitlines()
        if line[:1] not in ("#", "")
    ]
    return [Key(path, kind, yaml.safe_load(value)) for path, kind, value in lines]


def document(key: Key) -> Raw:
    """A whole file with the key."""
    made = copy.deepcopy(FILE)
    place: t.Any = made
    above_external = place
    *steps, last = key.path.split(".")
    above = ""
    for step in steps:
        above += f"{step}."
        beside = copy.deepcopy(BESIDE.get(above, {}))
        name = step.removesuffix("[]")
        above_external = place
        if step.endswith("[]"):
            place[name] = [beside]
            place = place[name][0]
        else:
            if not isinstance(place.get(name), dict):
                place[name] = {}
            place = place[name]
            place.update(beside)
        if step == "volumes[]":
            place.update(MOUNTS.get(key.path.split(".")[3], {}))
    if last in ALONE or steps[-1:] == ["external"]:
        for other in ("file", "test"):
            (above_external if steps[-1:] == ["external"] else place).pop(other, None)
    if last == "driver_opts" and key.path.startswith("secrets."):
        place.pop("file")
        place["driver"] = "plug"
    place[last] = key.value
    return made


def kind_of(made: Raw) -> str:
    """The class that the reader gives to what a file has beside the usual."""

    def read(*ignored: str) -> list[str]:
        files = {"web.yml": yaml.safe_dump(made, sort_keys=False), **OTHERS}
        how: Raw = {"variables": {"KEY": "aaa"}, "profiles": ["night"], "ignore_unsupported": ignored}
        return stack(files, "web.yml", project_dir="/", **how).warnings

    try:
        warnings = read()
    except Refused as refused:
        if "Swarm does not support this" not in str(refused):
            raise
        try:
            read("all")
        except Refused:
            return "dangerous"
        return "meaningful"
    if not warnings:
        return "read"
    assert all("no effect, as with docker stack deploy" in warning for warning in warnings), warnings
    return "harmless"


@pytest.mark.parametrize("key", rows(), ids=lambda key: key.path)
def test_each_key_has_its_class(key: Key) -> None:
    expected = "read" if key.kind in READ else key.kind
    assert kind_of(document(key)) == expected


def test_the_file_around_the_keys_has_none_of_the_classes() -> None:
    assert kind_of(FILE) == "read"


def test_no_key_is_listed_twice() -> None:
    paths = [key.path for key in rows()]
    assert len(paths) == len(set(paths)) > 290


def test_the_guide_says_what_becomes_of_each_key_that_is_translated() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    section = guide[
        guide.index("What is translated\n") : guide.index("Differences from docker stack deploy\n")
    ]
    told = {
        name for row in re.findall(r"\* - (.+)\n {5}- ", section) for name in re.findall(r"``(\w+)``", row)
    }
    translated = {key.path.split(".")[2] for key in rows() if key.kind == "translated"}
    assert told == translated
