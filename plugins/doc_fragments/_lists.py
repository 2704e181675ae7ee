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


def _list(name: str, module: str) -> dict[str, t.Any]:
    entries = _of_module(_documented(module)[name]["suboptions"], module)
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
    DOCUMENTATION: str = yaml.safe_dump(
        {"options": {name: _list(name, module) for name, module in _LISTS.items()}}
    )
