# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user declares for one secret or config. PRIVATE to the collection. Pure."""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass, field

from .._engine.errors import Refused
from .._options import convert
from .._options.names import name_problem
from .._options.option import declared_values
from .options import Family

Options = t.Dict[str, t.Any]
#: Reads a file of at most so many bytes; raises ``OSError`` with a text that goes on after the file's name.
Read = t.Callable[[str, int], bytes]


@dataclass
class DeclaredSecret:
    """What a user declares for one secret or config.

    Attributes:
        name: the name that services use, whatever its versions are called.
        state: ``present`` or ``absent``.
        data: its content; ``None`` where it is removed, or where a driver provides it.
        values: option name to value in the Engine's form.
        force: create a new version although nothing differs.
        rolling: the first version has a number in its name, too.
        keep: how many older versions stay, ``-1`` for all.
        takes_over: what another client created is labelled as ours; without it, that stays as it is until its content changes.
    """

    name: str
    state: str = "present"
    # Never in a traceback.
    data: bytes | None = field(default=None, repr=False)
    values: dict[str, t.Any] = field(default_factory=dict)
    force: bool = False
    rolling: bool = False
    keep: int = 0
    takes_over: bool = True

    @property
    def exists_already(self) -> bool:
        """Whether only its name is declared: it has to be there, whatever its content is."""
        return not self.takes_over and self.data is None and "driver" not in self.values


def declared_secret(family: Family, options: Options, read: Read) -> DeclaredSecret:
    """What the options of one secret or config declare.

    Args:
        family: which of both.
        options: the options, as Ansible has checked them; what is missing was left out.
        read: reads the file of ``data_src``.

    Raises:
        Refused: an option that cannot work, with the name of the secret or config.
    """
    name = options["name"]
    check_name(family, name)
    if options.get("state") == "absent":
        return DeclaredSecret(name, "absent")
    try:
        values = declared_values(family.table, options)
        data = _data(options, read, family.limit - 1)
        takes_over = options.get("take_over") is not False
        _check_data(family, data, "driver" in values or (not takes_over and data is None))
    except Refused as error:
        raise Refused(f"{name}: {error} Nothing was sent.") from None
    return DeclaredSecret(
        name,
        data=data,
        values=values,
        force=bool(options.get("force")),
        rolling=bool(options.get("rolling_versions")),
        keep=_keep(options),
        takes_over=takes_over,
    )


def check_name(family: Family, name: str) -> None:
    """Refuse a name that the Engine would refuse.

    Raises:
        Refused: names what is wrong.
    """
    problem = name_problem(name, family.word)
    if problem:
        raise Refused(f"The {family.word} has the name {convert.quoted(name)}, {problem}. Nothing was sent.")


def _check_data(family: Family, data: bytes | None, has_driver: bool) -> None:
    if data is None:
        if not has_driver:
            raise Refused("data or data_src is missing.")
        return
    if has_driver:
        raise Refused("data and data_src cannot be combined with driver, which provides the data.")
    if not data:
        raise Refused(f"the data is empty, and a {family.word} has at least one byte.")
    if len(data) >= family.limit:
        raise Refused(
            f"the data has {len(data)} bytes, and a {family.word} has at most {family.limit - 1}; shorten or split it."
        )


def _data(options: Options, read: Read, most: int) -> bytes | None:
    text, path = options.get("data"), options.get("data_src")
    if text is not None and path is not None:
        raise Refused("data and data_src exclude each other; leave one of them out.")
    if path is not None:
        try:
            return read(path, most)
        except OSError as error:
            raise Refused(f"the file {path} of data_src on this host {error}.") from None
    if text is None:
        return None
    # As Ansible hands over bytes that are not UTF-8.
    data = str(text).encode("utf-8", "surrogateescape")
    if not options.get("data_is_b64"):
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except ValueError:
        # The error itself could hold a part of it.
        raise Refused("the data is not Base64, although data_is_b64 is true.") from None


def _keep(options: Options) -> int:
    """How many older versions stay; 0 and 1 both mean none, as in community.docker."""
    if not options.get("rolling_versions"):
        return 0
    keep = options.get("versions_to_keep")
    keep = 5 if keep is None else keep
    return -1 if keep < 0 else 0 if keep == 1 else keep
