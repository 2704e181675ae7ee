# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in a real browser, headless, which can reach nothing."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import Sources, document
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.page import page as render
from ansible_collections.flotilla.swarm.tests.unit.support.reported import MADE
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
#: Where screenshots are left for whoever wants to look at them.
SHOTS = ROOT / ".cache" / "picture"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(scope="session")
def browser() -> t.Iterator[Browser]:
    """The browser; a test fails with its sentence where there is none."""
    found = subprocess.run(
        [ROOT / "tests" / "tools" / "chromium"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    SHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        # Root, and a container, have no sandbox.
        made = playwright.chromium.launch(executable_path=found.stdout.strip(), args=["--no-sandbox"])
        yield made
        made.close()


class Opened:
    """A page that is open, and what it did that it should not do."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        self._own = path.as_uri()

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(f"{message.type}: {message.text}")

    def was_quiet(self) -> None:
        """It asked for nothing but itself, and nothing went wrong."""
        assert [url for url in self.asked if url.partition("#")[0] != self._own] == []
        assert self.said == []


Open = t.Callable[..., Opened]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> t.Iterator[Open]:
    """Open the page of a swarm; each has to have been quiet in the end."""
    pages: list[Opened] = []

    def open_it(sources: Sources, size: str = "desktop", scheme: str = "light", **more: t.Any) -> Opened:
        path = tmp_path / f"{len(pages)}.html"
        text = render(document(sources, MADE), "Swarm")
        path.write_text(text, encoding="utf-8")
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=t.cast("t.Any", scheme),
            offline=True,
            **more,
        )
        pages.append(Opened(context.new_page(), path))
        return pages[-1]

    yield open_it
    for one in pages:
        one.was_quiet()
        one.page.context.close()
