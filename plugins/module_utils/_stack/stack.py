# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a stack is to the Engine: labels, and nothing else. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused

Raw = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]

# What Docker's own command line writes on all that belongs to a stack.
NAMESPACE = "com.docker.stack.namespace"


def labelled(name: str | None = None) -> dict[str, list[str]]:
    """The Engine's filter for what belongs to a stack, or to any."""
    return {"label": [NAMESPACE if name is None else f"{NAMESPACE}={name}"]}


def stack_of(raw: Raw) -> str | None:
    """The stack that a service, secret, config or network belongs to."""
    labels = raw.get("Spec", raw).get("Labels") or {}
    return t.cast("str | None", labels.get(NAMESPACE))


@dataclass
class Stack:
    """A declared stack, each part as the module of its own takes it.

    Attributes:
        name: the stack's name.
        services, networks, secrets, configs: the options of each.
        prune: ``none``, ``services``, or ``all`` for networks, secrets and configs too: remove what is of this stack and
            is declared no more.
    """

    name: str
    services: list[Result] = field(default_factory=list)
    networks: list[Result] = field(default_factory=list)
    secrets: list[Result] = field(default_factory=list)
    configs: list[Result] = field(default_factory=list)
    prune: str = "none"


def stack(name: str, declared: Result, data: Result, prune: t.Any) -> Stack:
    """A stack from the module's options.

    Args:
        name: its name.
        declared: ``services``, ``networks``, ``secrets`` and ``configs``: the options of each in a list.
        data: the content of secrets and configs that were read elsewhere, in Base64, by ``secrets/NAME`` or
            ``configs/NAME``; kept apart since none of it may be shown.
        prune: the option of that name.

    Raises:
        Refused: ``prune`` is none of its values.
    """
    found = Stack(name, prune=_prune(prune), **{kind: list(declared.get(kind) or []) for kind in _KINDS})
    for kind in ("secrets", "configs"):
        for params in getattr(found, kind):
            content = data.get(f"{kind}/{params['name']}")
            if content is not None:
                params.update(data=content, data_is_b64=True)
    return found


_KINDS = ("services", "networks", "secrets", "configs")
_PRUNE = {"false": "none", "no": "none", "true": "services", "yes": "services", "all": "all"}


def _prune(value: t.Any) -> str:
    found = _PRUNE.get(str(value).lower())
    if found is None:
        raise Refused(f"prune is {value!r}, none of false, true, all. Nothing was sent.")
    return found
