# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find links of web pages that lead nowhere in their own folder: ``links.py FOLDER``. Links to elsewhere are not followed."""

from __future__ import annotations

import sys
import typing as t
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page, and the names that a link to it may end in."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.names: set[str] = {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Note what a tag names and where it leads."""
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.add(value)
            elif value and name in ("id", "name"):
                self.names.add(value)


def broken(folder: Path) -> t.Iterator[str]:
    """Each link that leads nowhere, with its page."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    for path, page in sorted(pages.items()):
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target in pages:
                found = unquote(parts.fragment) in pages[target].names
            else:
                found = target.exists()
            if not found:
                yield f"{path.relative_to(folder.resolve())}: {link}"


if __name__ == "__main__":
    wrong = list(broken(Path(sys.argv[1])))
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    sys.exit(int(bool(wrong)))
