# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the documentation's pictures of a report: ``screenshots.py REPORT FOLDER``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]


def main(report: Path, folder: Path) -> None:
    """The top of the page in the light, and its rollouts in the dark."""
    program = subprocess.run([ROOT / "tests/tools/chromium"], check=True, capture_output=True, text=True)
    with sync_playwright() as playwright:
        # Root, and a container, have no sandbox.
        browser = playwright.chromium.launch(executable_path=program.stdout.strip(), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1120, "height": 1250},
                color_scheme=scheme,  # type: ignore[arg-type]
                offline=True,
            )
            page.goto(report.resolve().as_uri())
            target = folder / f"report-{scheme}.png"
            if scheme == "light":
                page.screenshot(path=target)
            else:
                page.locator("#rollouts").screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
