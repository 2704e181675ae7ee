# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels and options: texts by name, written as a mapping or as a list. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .node import Node

NAMESPACE = "com.docker.stack.namespace"
IMAGE = "com.docker.stack.image"


def by_name(node: Node, separators: str = "=") -> dict[str, t.Any]:
    """A mapping, also where it is written as a list of ``name=value``; a name alone has no value.

    Raises:
        Refused: it is neither.
    """
    if not isinstance(node.value, list):
        return dict(node.mapping())
    found: dict[str, t.Any] = {}
    for item in node.items():
        text = item.text()
        at = min((text.index(one) for one in separators if one in text), default=len(text))
        if not text[:at].strip():
            raise item.wrong("has no name before its value")
        found[text[:at]] = text[at + 1 :] if at < len(text) else None
    return found


def labels(node: Node | None) -> dict[str, str]:
    """Labels; one without a value is empty text."""
    if node is None:
        return {}
    return {name: "" if value.value is None else value.text() for name, value in node.fields()}


def options(node: Node) -> dict[str, str]:
    """Options of a driver."""
    return labels(node)


def with_stack(own: dict[str, str], stack: str) -> dict[str, str]:
    """Labels with the one that tells the stack."""
    return {**own, NAMESPACE: stack}
