# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine tells of a pull while it lasts. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t

from .amounts import amount

Told = t.Dict[str, t.Any]

# What an Engine says of a layer that is there; of one that was there before, it says the last.
_DONE = ("Pull complete", "Already exists")
# What it says of the whole image, behind the name of its tag.
_WHOLE = ("Pulling from ", "Digest: ", "Status: ")


class Pull:
    """A pull, from all that was told of it."""

    def __init__(self) -> None:
        #: Why it failed, in the Engine's words.
        self.error = ""
        self._layers: dict[str, str] = {}
        self._loaded: dict[str, tuple[int, int]] = {}

    def tell(self, told: Told) -> None:
        """Take the next object."""
        detail = told.get("errorDetail")
        error = told.get("error") or (detail.get("message") if isinstance(detail, dict) else None)
        if error:
            self.error = str(error)
            return
        layer, status = told.get("id"), str(told.get("status") or "")
        if not layer or status.startswith(_WHOLE):
            return
        self._layers[layer] = status
        progress = told.get("progressDetail")
        if status == "Downloading" and isinstance(progress, dict):
            self._loaded[layer] = (int(progress.get("current") or 0), int(progress.get("total") or 0))
        elif layer in self._loaded:
            # It is downloaded, and verified or unpacked now.
            _current, total = self._loaded[layer]
            self._loaded[layer] = (total, total)

    @property
    def loaded(self) -> int:
        """Bytes that were downloaded."""
        return sum(current for current, _total in self._loaded.values())

    @property
    def line(self) -> str:
        """How far it is, in words that go on after the name of the image."""
        if not self._layers:
            return "asking the registry"
        done = sum(1 for status in self._layers.values() if status in _DONE)
        total = sum(total for _current, total in self._loaded.values())
        bytes_ = f", {amount(self.loaded)} of {amount(total)}" if total else ""
        return f"{done} of {len(self._layers)} layers{bytes_}"
