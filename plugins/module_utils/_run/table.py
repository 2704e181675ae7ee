# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of text as a table. PRIVATE to the collection. Pure."""

from __future__ import annotations

import typing as t


def table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> list[str]:
    """Lines whose columns stand below each other."""
    everything = [head, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in everything]


def table_with_problems(
    head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]], problems: t.Sequence[str], fine: str
) -> list[str]:
    """A table, and below it what is not fine.

    Args:
        head: the head of each column.
        rows: the cells of each row.
        problems: sentences about what is wrong.
        fine: the sentence where nothing is wrong.
    """
    return [*table(head, rows), *(["Not fine:", *problems] if problems else [fine])]
