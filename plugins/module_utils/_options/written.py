# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table read backwards: from an object that exists to the options that a user writes. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .labels import visible
from .option import Option, Table


def set_options(
    table: Table, spec: dict[str, t.Any], value_of: t.Callable[[Option, t.Any], t.Any]
) -> dict[str, t.Any]:
    """The options of an object that are not at their defaults, as a user nests them.

    Args:
        table: the resource's options.
        spec: the Engine's JSON.
        value_of: what stands for an option, from its value in the Engine's form.
    """
    options: dict[str, t.Any] = {}
    for option in table:
        value = visible(option.read(spec)) if option.keyed else option.read(spec)
        if option.same(value, option.default):
            continue
        group, _dot, name = option.name.rpartition(".")
        within = options.setdefault(group, {}) if group else options
        within[name] = value_of(option, value)
    return options


def written(option: Option, value: t.Any) -> t.Any:
    """A value in the Engine's form as a user writes it: converted again, it is the same."""
    return (option.type.write or option.type.show)(value)
