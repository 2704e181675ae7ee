# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of text for whoever runs a playbook. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.utils.display import Display

_display = Display()


def show(lines: t.Sequence[str]) -> None:
    """Print lines as they are, where a result would be printed as JSON.

    Ansible hands what a worker displays to its main process, in one piece, so that lines of several hosts are not mixed.
    """
    if lines:
        _display.display("\n".join(lines), stderr=_is_read_by_programs())


def _is_read_by_programs() -> bool:
    """Whether the output of the run is JSON, which lines of text would break."""
    return "json" in str(constants.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]
