# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run stages of the Makefile one after the other and sum up: ``stages.py [lint unit ...]``.

Every stage runs, whatever the ones before came to. The last lines name what failed and count the tests: those
that pytest ran, by its own report, and one for each stage that is not pytest's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / ".cache" / "reports"

STAGES = ["lint", "unit", "sanity", "integration", "molecule"]

# Stages on test hosts. Their images, minutes of work on a new machine, are built while the others run.
ON_HOSTS = {"integration", "molecule"}

# Seconds after which a stage that hangs is ended, so that the run still sums up before its own limit.
LIMITS = {"lint": 300, "unit": 300, "sanity": 480, "integration": 2400, "molecule": 420}


class Outcome(t.NamedTuple):
    """What a stage came to; seconds are wall time."""

    stage: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    remark: str

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return self.failed == 0


def count(report: Path) -> tuple[int, int, int] | None:
    """Return (passed, failed, skipped) of a JUnit report that pytest wrote, None where there is none."""
    try:
        suites = ET.parse(report).getroot().iter("testsuite")
    except (OSError, ET.ParseError):
        return None
    tests = failed = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return tests - failed - skipped, failed, skipped


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a stage and everything it started: first asked (so that fixtures tidy up), then forced."""
    for number, patience in ((signal.SIGINT, 60), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def run(stage: str) -> Outcome:
    """Run ``make <stage>``, its output passed through, and return what it came to."""
    report = REPORTS / f"{stage}.xml"
    report.unlink(missing_ok=True)
    print(f"\n===== {stage}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(["make", "--no-print-directory", stage], cwd=ROOT, start_new_session=True)
    remark = ""
    try:
        code = process.wait(LIMITS.get(stage, 600))
    except subprocess.TimeoutExpired:
        end_group(process)
        code, remark = 1, f"ended after {LIMITS.get(stage, 600)} s"
    except KeyboardInterrupt:
        end_group(process)
        raise
    seconds = time.monotonic() - start
    passed, failed, skipped = count(report) or (int(code == 0), int(code != 0), 0)
    if code == 0 and failed:
        # The stage repeated what had failed, and said so; the repetition passed.
        passed, failed, remark = passed + failed, 0, f"{failed} passed only when repeated"
    if code != 0 and failed == 0:
        # pytest can fail without a failed test: nothing collected, an error in its own set-up, a killed run.
        failed, remark = 1, remark or f"exit code {code}"
    print(f"===== {stage}: {'passed' if not failed else 'FAILED'} in {seconds:.0f} s", flush=True)
    return Outcome(stage, passed, failed, skipped, seconds, remark)


def start_images() -> subprocess.Popen[bytes]:
    """Begin to build the images of the test hosts, its words kept for ``wait_for_images``."""
    with open(REPORTS / "images.log", "wb") as log:
        return subprocess.Popen(
            [sys.executable, ROOT / "tests" / "tools" / "images.py"],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_for_images(process: subprocess.Popen[bytes]) -> None:
    """Wait until the images are built. A failure is only told: the stage that needs them says what is missing."""
    try:
        process.wait(600)
    except subprocess.TimeoutExpired:
        end_group(process)
    print(f"\n===== images of the test hosts\n{(REPORTS / 'images.log').read_text(errors='replace')}", end="")


def run_all(stages: list[str]) -> list[Outcome]:
    """Run the stages in their order."""
    images = start_images() if ON_HOSTS & set(stages) else None
    outcomes = []
    try:
        for stage in stages:
            if images and stage in ON_HOSTS:
                wait_for_images(images)
                images = None
            outcomes.append(run(stage))
    finally:
        if images:
            end_group(images)
    return outcomes


def main(stages: list[str]) -> int:
    """Run the stages and print the table; the exit code is 0 only where everything passed."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = run_all(stages)
    print(f"\n{'stage':<14}{'passed':>7}{'failed':>7}{'skipped':>8}{'seconds':>9}")
    for one in outcomes:
        counts = f"{one.passed:>7}{one.failed:>7}{one.skipped:>8}{one.seconds:>9.0f}"
        print(f"{one.stage:<14}{counts}  {one.remark}".rstrip())
    broken = [one.stage for one in outcomes if not one.ok]
    if broken:
        print(f"failed: {', '.join(broken)} (run one alone: make {broken[0]})")
    passed = sum(one.passed for one in outcomes)
    failed = sum(one.failed for one in outcomes)
    skipped = sum(one.skipped for one in outcomes)
    seconds = sum(one.seconds for one in outcomes)
    print(f"{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f}s")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or STAGES))
