# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as a file: written whole or not at all, and compared with the one that is there. PRIVATE to the collection."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import typing as t

from ...module_utils._engine.errors import Refused
from .document import without_moment
from .page import fingerprint, page

Result = dict[str, t.Any]

FORMATS = ("html", "json")
_FINGERPRINT = re.compile(r'<meta name=flotilla-fingerprint content="([0-9a-f]{64})">')
# Of a page, what is compared stands in its head.
_HEAD = 4096
_MODE = 0o644


def format_of(dest: str, wanted: str | None) -> str:
    """The format of a file, by its name where none is wanted."""
    return wanted or ("json" if dest.lower().endswith(".json") else "html")


def text_of(document: Result, form: str, title: str) -> str:
    """The text of a report."""
    if form == "json":
        # Plain ASCII: what is a control character or half of one stays what it is, and harms no reader.
        return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
    return page(document, title)


def differs(dest: str, document: Result, form: str, title: str) -> bool:
    """Whether the file that is there shows anything else; its moment does not count."""
    try:
        with open(dest, encoding="utf-8") as file:
            if form == "html":
                found = _FINGERPRINT.search(file.read(_HEAD))
                return not found or found[1] != fingerprint(document, title)
            there = json.load(file)
    except (OSError, ValueError):
        return True
    # As a reader gets it back.
    return not isinstance(there, dict) or without_moment(there) != json.loads(
        json.dumps(without_moment(document))
    )


def place_of(dest: str) -> str:
    """Where a file is in the end: a link stays one.

    Raises:
        Refused: there can be no such file.
    """
    if not dest.isprintable():
        raise Refused(f"{dest!r} cannot be written: the name has characters that cannot be seen.")
    return os.path.realpath(dest)


def check_writable(dest: str) -> None:
    """Refuse what could not be written, with a sentence.

    Raises:
        Refused: there is no such folder, it cannot be written, or the name is a folder's.
    """
    folder = os.path.dirname(dest)
    if not os.path.isdir(folder):
        raise Refused(f"{dest} cannot be written: there is no folder {folder} on this machine.")
    if os.path.isdir(dest):
        raise Refused(f"{dest} cannot be written: it is a folder; add the name of a file.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refused(f"{dest} cannot be written: this user may not write in the folder {folder}.")


def write(dest: str, text: str) -> None:
    """Write a file that everybody may read, so that a reader sees the old one or the new one.

    Raises:
        Refused: it cannot be written.
    """
    made = ""
    try:
        handle, made = tempfile.mkstemp(dir=os.path.dirname(dest), prefix=f".{os.path.basename(dest)[:100]}.")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.chmod(made, _MODE)
        os.replace(made, dest)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(made)
        raise Refused(f"{dest} cannot be written: {error.strerror or error}.") from None
