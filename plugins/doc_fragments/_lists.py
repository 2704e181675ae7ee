# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This document fragment is private to the collection: it may change in any release.
from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import yaml

from . import _versions

_MODULES = Path(__file__).resolve().parents[1] / "modules"
# Options that stand in a fragment themselves.
_FRAGMENTS = {
    "swarm_secret": _versions.ModuleDocFragment.SECRET,
    "swarm_config": _versions.ModuleDocFragment.CONFIG,
}
# The lists, and the modules that have them.
_LISTS = {
    "networks": "swarm_network",
    "secrets": "swarm_secret",
    "configs": "swarm_config",
    "services": "swarm_service",
    "stacks": "swarm_stack",
}
# A reference to an option or a result of the module itself: ``O(name)``, but neither ``O(ignore:name)`` nor one of a module.
_OWN = re.compile(r"\b(O|RV)\((?!ignore:|[\w.]+#)")


def _documented(module: str) -> dict[str, t.Any]:
    """The documented options of a module, from its text: to import it would import all that it needs."""
    if module in _FRAGMENTS:
        return t.cast("dict[str, t.Any]", yaml.safe_load(_FRAGMENTS[module])["options"])
    tree = ast.parse((_MODULES / f"{module}.py").read_text(encoding="utf-8"))
    [text] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"
    ]
    return t.cast("dict[str, t.Any]", yaml.safe_load(text)["options"])


def _of_module(part: t.Any, module: str) -> t.Any:
    """A part of a documentation for another place: a reference to an option names its module."""
    if isinstance(part, dict):
        return {key: _of_module(value, module) for key, value in part.items()}
    if isinstance(part, list):
        return [_of_module(value, module) for value in part]
    return _OWN.sub(rf"\1(flotilla.swarm.{module}#module:", part) if isinstance(part, str) else part


# Options of swarm_service that hold for all services of a task.
_OF_THE_TASK = {"wait", "wait_timeout", "held_ports", "port_conflicts", "show_values"}


def _referring(options: dict[str, t.Any], within: str = "") -> dict[str, t.Any]:
    """Options that are described elsewhere, each with a reference to where that is in place of its description.

    Args:
        options: the documented ones.
        within: the option that they belong to, with a dot at its end.
    """
    made = {}
    for name, option in options.items():
        made[name] = {**option, "description": [f"See O({within}{name})."]}
        if "choices" in option:
            made[name]["choices"] = list(option["choices"])
        if "suboptions" in option:
            each = "[]" if option["type"] == "list" else ""
            made[name]["suboptions"] = _referring(option["suboptions"], f"{within}{name}{each}.")
    return made


def _services() -> dict[str, t.Any]:
    """The list of swarm_service, whose entries have the options that the module has for one service."""
    options = {
        name: option for name, option in _documented("swarm_service").items() if name not in _OF_THE_TASK
    }
    return {
        "description": [
            "Many services, each a dictionary with the options that this module has for one.",
            "All of them are planned and checked before any request is sent, and the module waits for all rollouts together.",
        ],
        "type": "list",
        "elements": "dict",
        "suboptions": {
            **_referring(options),
            "name": {"description": ["The name of the service."], "type": "str", "required": True},
        },
    }


def _entries(name: str, module: str) -> dict[str, t.Any]:
    """The suboptions of a list of a module."""
    listed = {"services": _services()} if module == "swarm_service" else _documented(module)
    return t.cast("dict[str, t.Any]", listed[name]["suboptions"])


def _list(name: str, module: str) -> dict[str, t.Any]:
    entries = _of_module(_entries(name, module), module)
    return {
        "description": [f"The {name}, each with the options that M(flotilla.swarm.{module}) has for one."],
        "type": "list",
        "elements": "dict",
        "default": [],
        "suboptions": entries,
    }


class ModuleDocFragment:
    """The lists of the modules that deploy, for one that takes all of them. They are described once, where they are at home."""

    # With a type, since sanity's yamllint takes every plain assignment for a text.
    SERVICES: str = yaml.safe_dump({"options": {"services": _services()}})
    DOCUMENTATION: str = yaml.safe_dump(
        {"options": {name: _list(name, module) for name, module in _LISTS.items()}}
    )
