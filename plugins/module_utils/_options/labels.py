# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels: what one may be, and which of them the collection owns. PRIVATE to the collection. Pure.

What a task declared last is remembered on the object itself, in one small label: option names and label keys, never values.
"""

from __future__ import annotations

import json
import re
import typing as t

from . import convert
from .option import ValueType

#: The beginning of every label that the collection itself sets.
OWN = "flotilla."
#: Remembers what was declared last.
DECLARED_LABEL = f"{OWN}declared"
#: On a node in maintenance: how far it is (``_maintenance/marks.py``).
MAINTENANCE = f"{OWN}maintenance"
#: On the config that marks an operation that goes on, which is no config of the user's.
OPERATION = f"{OWN}operation"
#: What Docker's own command line writes on all that belongs to a stack.
NAMESPACE = "com.docker.stack.namespace"
#: And on a service of a stack: the image as its file names it.
STACK_IMAGE = "com.docker.stack.image"

# What swarmkit's constraint parser accepts after ``node.labels.``: anything else can be set but never be used.
_USABLE = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9._/-]*[a-zA-Z0-9])?\Z")


def labels(values: t.Any) -> dict[str, str]:
    """Labels as a user declares them, each name and value checked; a whole number becomes its text.

    Raises:
        ValueError: names the label that cannot be one.
    """
    for name in values if isinstance(values, dict) else ():
        if not isinstance(name, (str, int)) or isinstance(name, bool) or name == "":
            raise ValueError(f"{name!r} is not a label name: put a name in quotes")
    found = convert.texts(convert.whole_numbers_as_text(values), "label")
    check_not_own(found)
    return found


def check_not_own(names: t.Iterable[str]) -> None:
    """Refuse the labels of the collection itself.

    Raises:
        ValueError: names the label.
    """
    for name in names:
        if name.startswith(OWN):
            raise ValueError(f"label {name!r} is reserved for the collection itself: leave it out")


def node_labels(values: t.Any) -> dict[str, str]:
    """Labels of a node, whose names a placement constraint has to be able to use.

    Raises:
        ValueError: names the label that cannot be one.
    """
    found = labels(values)
    for name in found:
        if not _USABLE.match(name):
            raise ValueError(
                f"label {name!r} is not a label name: use letters, digits and . _ - / between them"
            )
    return found


# A label may be a small document, as those of proxies are.
_SPEC = {"type": "dict", "text": "lines"}
LABELS = ValueType(_SPEC, labels)
NODE_LABELS = ValueType(_SPEC, node_labels)


def visible(found: dict[str, str] | None) -> dict[str, str]:
    """Labels without those of the collection itself."""
    return {name: text for name, text in (found or {}).items() if not name.startswith(OWN)}


def remembered(found: dict[str, str] | None) -> set[str]:
    """The names that an object remembers as declared; a memory that is damaged counts as empty."""
    try:
        names = json.loads((found or {}).get(DECLARED_LABEL, "[]"))
    except ValueError:
        return set()
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()


def memory(names: t.Iterable[str]) -> str:
    """The value of the label that remembers some names."""
    return json.dumps(sorted(names), separators=(",", ":"))


def owned_keys(
    before: dict[str, t.Any],
    declared: dict[str, t.Any],
    ours: t.AbstractSet[str],
    state: str = "owned",
    remove: t.Iterable[str] = (),
) -> dict[str, t.Any]:
    """A dictionary that is owned key by key, as it is to be.

    Args:
        before: all keys as they are; the collection's own stay, whatever is declared.
        declared: the keys that are wanted.
        ours: the keys that were declared last time.
        state: ``owned`` removes keys of ours that are declared no longer, ``merge`` removes nothing, ``replace`` removes
            every other key.
        remove: keys to remove beside, unless they are declared.
    """
    leaving = {"owned": set(ours), "merge": set(), "replace": set(before)}[state] | set(remove)
    kept = {key: value for key, value in before.items() if key not in leaving or key.startswith(OWN)}
    return {**kept, **declared}
