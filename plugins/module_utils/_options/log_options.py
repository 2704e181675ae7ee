# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options of Docker's own log drivers an Engine starts a container with. PRIVATE to the collection. Pure.

The swarm and ``daemon.json`` take any text, and each container fails on its node (moby ``daemon/logger/factory.go``,
``jsonfilelog``, ``local``). Options of other drivers are unknown here and left to them.
"""

from __future__ import annotations

import re
import typing as t

# As docker/go-units reads it, in its older form and its newer one.
_SIZE = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)? ?([kmgtp](i?b)?|b)?\Z", re.IGNORECASE)
_COUNT = re.compile(r"\+?[0-9]{1,18}\Z")
# As Go's strconv.ParseBool has it.
_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")
_NON_BLOCKING = "non-blocking"


def check_log_options(driver: str | None, options: t.Mapping[str, t.Any]) -> None:
    """Refuse options with which no container starts.

    Args:
        driver: the log driver; empty where it is each Engine's own, of which nothing is known.
        options: its options. Their values are not repeated, since some are credentials.

    Raises:
        ValueError: the rest of a sentence that begins with the name of the options.
    """
    if driver == "none":
        return
    texts = {str(name): str(value) for name, value in options.items()}
    _check_mode(texts)
    if driver in ("json-file", "local"):
        _check_files(driver, texts)


def _check_mode(options: dict[str, str]) -> None:
    """What the Engine itself reads, whichever driver it is."""
    mode = options.get("mode", "")
    if mode not in ("", "blocking", _NON_BLOCKING):
        raise ValueError(f"mode is neither blocking nor {_NON_BLOCKING}")
    if "max-buffer-size" in options:
        if mode != _NON_BLOCKING:
            raise ValueError(
                f"max-buffer-size is for mode {_NON_BLOCKING}: set the mode, or leave the size out"
            )
        _check_size("max-buffer-size", options)


def _check_files(driver: str, options: dict[str, str]) -> None:
    """What the drivers that write files on the node read."""
    keeps = driver == "json-file"
    if "max-size" in options:
        _check_size("max-size", options)
        if keeps and not re.search("[1-9]", options["max-size"].lower().partition("e")[0]):
            raise ValueError("max-size is zero: give a size such as 10m, or leave it out for no limit")
    least = 1 if keeps else 0
    count = options.get("max-file", str(least))
    if not _COUNT.match(count) or int(count) < least:
        raise ValueError(f"max-file is not a number of files, from {least}")
    compress = options.get("compress", "false")
    if compress not in _TRUE + _FALSE:
        raise ValueError("compress is neither true nor false")
    if keeps and compress in _TRUE and (int(count) < 2 or "max-size" not in options):
        raise ValueError(
            "compress needs max-size, and a max-file of at least 2: only full files are compressed"
        )


def _check_size(name: str, options: dict[str, str]) -> None:
    if not _SIZE.match(options[name]):
        raise ValueError(f"{name} is not a size such as 10m")
