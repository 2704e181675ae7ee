# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""V4: the page of a report, in a real browser."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.document import Sources, document
from ansible_collections.flotilla.swarm.plugins.plugin_utils._report.page import page as render
from ansible_collections.flotilla.swarm.tests.picture.conftest import SHOTS, SIZES, Open
from ansible_collections.flotilla.swarm.tests.unit.plugins.plugin_utils._report.test_page import (
    HOSTILE,
    named,
)
from ansible_collections.flotilla.swarm.tests.unit.support.reported import MADE, calm, demo, large
from axe_playwright_python.sync_playwright import Axe

if t.TYPE_CHECKING:
    from playwright.sync_api import Page

NO_QUORUM = Sources(hosts={"m1": {"state": "no_quorum", "why": "m1 has lost its quorum."}})
SCHEMES = ("light", "dark")
# Everything that axe knows, also what it leaves out unless it is asked.
RULES = {"rules": {"target-size": {"enabled": True}}}


def is_accessible(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_it_is_quiet_accessible_and_as_wide_as_its_window(opened: Open, size: str, scheme: str) -> None:
    page = opened(demo(), size, scheme).page
    page.screenshot(path=SHOTS / f"{size}-{scheme}.png", full_page=True)
    is_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sources", [calm(), NO_QUORUM], ids=["calm", "no quorum"])
def test_it_is_accessible_whatever_the_swarm_is(opened: Open, sources: Sources, scheme: str) -> None:
    is_accessible(opened(sources, "phone", scheme).page)


def test_it_is_dark_where_the_reader_wants_it_so(opened: Open) -> None:
    light, dark = (
        opened(calm(), scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in SCHEMES
    )
    assert (light, dark) == ("rgb(246, 247, 249)", "rgb(16, 21, 28)")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('td') ? document.activeElement.innerText : ''"))


def test_the_keyboard_reaches_every_mark_and_why_a_task_does_not_run(opened: Open) -> None:
    page = opened(demo()).page
    for _press in range(40):
        page.keyboard.press("Tab")
        if focused(page):
            break
    assert "agent on m1: running for 19 d" in focused(page)
    # Right goes through the row, down to the nearest mark of the next one.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "api.3 on w2: failed for 9 min: non-zero exit (7)" in focused(page)
    tip = page.locator("a:focus > i").bounding_box()
    assert tip and tip["width"] > 100 and tip["height"] > 20
    page.keyboard.press("Enter")
    row = page.locator("tr:target")
    assert "non-zero exit (7)" in row.inner_text() and row.is_visible()
    # One stop for all marks: Tab goes on behind the table.
    page.locator("td a.f").focus()
    page.keyboard.press("Tab")
    assert not focused(page)


def test_a_pointer_is_told_why_beside_the_mark(opened: Open) -> None:
    page = opened(demo()).page
    mark = page.locator("td a.w")
    mark.hover()
    tip, place = mark.locator("i").bounding_box(), mark.bounding_box()
    assert tip and place and tip["height"] > 20
    # Above or below it, or at the foot of the window where the browser cannot place it.
    beside = abs(tip["y"] - place["y"]) < 120
    assert beside or tip["y"] + tip["height"] >= SIZES["desktop"][1] - 1


def test_everything_can_be_read_and_reached_without_its_script(opened: Open) -> None:
    page = opened(demo(), java_script_enabled=False).page
    assert page.locator("#find").is_hidden()
    marks = page.locator("#grid td a")
    assert marks.count() == 21
    assert page.locator("#grid td a[tabindex]").count() == 0
    assert page.get_by_text("no suitable node (scheduling constraints").first.is_visible()


def test_a_reader_finds_a_service_or_a_node(opened: Open) -> None:
    page = opened(demo()).page
    page.get_by_label("Find").fill("W2")
    shown = page.locator("#grid tbody tr:not([hidden]) th a")
    assert shown.all_inner_texts() == ["agent", "api", "cache", "queue", "reports", "web"]
    page.get_by_label("Find").fill("")
    assert shown.count() == 7


def test_heads_stay_while_the_placement_is_scrolled(opened: Open) -> None:
    page = opened(large(60, 80)).page
    page.evaluate("document.querySelector('.grid').scrollTo(900, 900)")
    place = page.locator(".grid").bounding_box()
    row, column = (
        page.locator("#grid tbody tr:nth-child(50) th").bounding_box(),
        page.locator("#grid thead").bounding_box(),
    )
    assert place and row and column
    assert abs(row["x"] - place["x"]) < 3 and abs(column["y"] - place["y"]) < 3


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_do_nothing(opened: Open, text: str) -> None:
    page = opened(named(text), "phone").page
    page.wait_for_timeout(20)
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES["phone"][0]
    assert page.locator("script").count() == 1 and page.locator("img").count() == 0


def test_it_is_printed_on_paper_and_not_on_a_screen(opened: Open, tmp_path: Path) -> None:
    page = opened(demo(), scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav").is_hidden() and page.locator("#find").is_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.grid')).overflow") == "visible"
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    text = (tmp_path / "page.pdf").read_bytes()
    assert text.startswith(b"%PDF") and 2 <= text.count(b"/Type /Page\n") + text.count(b"/Type /Page ") <= 8


def test_a_hundred_nodes_with_two_hundred_services_are_no_burden(opened: Open, capsys: t.Any) -> None:
    sources = large(100, 200)
    begun = time.monotonic()
    size = len(render(document(sources, MADE), "Swarm").encode())
    made = time.monotonic() - begun
    page = opened(sources).page
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    page.screenshot(path=SHOTS / "large.png")
    with capsys.disabled():
        print(
            f"\n100 nodes, 200 services, {len(sources.tasks)} tasks: {size / 1000:.0f} kB, "
            f"made in {made:.1f} s, loaded in {load:.1f} s"
        )
    assert size < 1_000_000
    assert made < 15 and load < 15
