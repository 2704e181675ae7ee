# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""daemon.json: which of its values may be secrets, and how it is shown without them. PRIVATE to the collection. Pure."""

from __future__ import annotations

import json
import re
import typing as t

from .._options.driver_options import has_login, is_harmless
from .._options.fingerprint import fingerprint, is_fingerprint
from .._options.hidden import HIDDEN, texts_in

Content = t.Dict[str, t.Any]

PATH = "/etc/docker/daemon.json"

# Lists that mean a set: their order is not a difference.
_SETS = frozenset({"insecure-registries", "registry-mirrors"})
_SECRET = re.compile(r"token|secret|passw|key|credential|proxy|proxies", re.IGNORECASE)
# Parts of an address with a login, USER:PASSWORD and PASSWORD: the Engine may log them by themselves.
_LOGIN_PARTS = re.compile(r"//((?:[^/@:]*:)?([^/@]*))@")
# A text so short occurs everywhere, in other words too.
_SHORT = 4


def parse(text: str) -> Content:
    """The content of the file; an empty file sets nothing.

    Raises:
        ValueError: why it cannot be read; the text repeats nothing of the file.
    """
    try:
        content = json.loads(text) if text.strip() else {}
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("it is no JSON object")
    return content


def may_be_secret(name: str, value: t.Any, inside: str = "") -> bool:
    """Whether a value of the file may be a secret.

    The Engine refuses keys that it does not know, so these are its own names; log drivers and proxies are free in theirs.

    Args:
        name: its key.
        value: the value.
        inside: the key that it is a part of.
    """
    if value is None or isinstance(value, bool) or value in ("", [], {}):
        return False
    if _SECRET.search(name) or _SECRET.search(inside) or has_login(value):
        return True
    if inside == "log-opts":
        return not is_harmless(name, value)
    if name == "log-opts" and not isinstance(value, dict):
        return True
    return _holds_secret(value)


def _holds_secret(value: t.Any) -> bool:
    """Whether a part of a value is named like a secret: a key, or an argument such as ``--token`` or ``token=x``."""
    if isinstance(value, dict):
        return any(may_be_secret(str(key), inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(map(_holds_secret, value))
    named, sign, _rest = value.partition("=") if isinstance(value, str) else ("", "", "")
    return bool((sign or named.startswith("-")) and _SECRET.search(named))


def mark(content: Content, marked: t.Callable[[str, t.Any], t.Any]) -> Content:
    """The content with something else in place of each value that may be a secret; keys stay, two levels deep.

    Args:
        content: the parsed file.
        marked: what stands in place of the value of a key.
    """
    made: Content = {}
    for key, value in content.items():
        if isinstance(value, dict):
            made[key] = {
                name: marked(name, inner) if may_be_secret(str(name), inner, key) else inner
                for name, inner in value.items()
            }
        else:
            made[key] = marked(key, value) if may_be_secret(key, value) else value
    return made


def with_fingerprints(content: Content, salt: bytes) -> Content:
    """The content with a fingerprint of each value that may be a secret; slow for each of these, and free without one."""
    return mark(content, lambda key, value: fingerprint(comparable(key, value), salt) or HIDDEN)


def hide(content: Content) -> Content:
    """The content as it may be shown."""
    return mark(content, lambda _key, _value: HIDDEN)


def is_marked(value: t.Any) -> bool:
    """Whether a value stands in place of one that may be a secret."""
    return is_fingerprint(value) or bool(value == HIDDEN)


def same(key: str, before: t.Any, after: t.Any) -> bool:
    """Whether two values of a key mean the same to the Engine."""
    return comparable(key, before) == comparable(key, after)


def comparable(key: str, value: t.Any) -> bytes:
    """A value as text. In JSON true is not 1, as it is in Python."""
    if key in _SETS and isinstance(value, list):
        value = sorted(map(str, value))
    return json.dumps(value, sort_keys=True, default=str).encode()


def secret_texts(content: Content) -> set[str]:
    """The texts that must not be seen wherever a message repeats a part of the file."""
    hidden: list[t.Any] = []
    mark(content, lambda _key, value: hidden.append(value))
    texts = set(texts_in(hidden))
    for text in list(texts):
        texts |= {part for found in _LOGIN_PARTS.findall(text) for part in found}
        texts.add(text.partition("=")[2])
    return {text for text in texts if len(text) >= _SHORT}
