# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run stages of the Makefile and sum up: ``stages.py [lint unit ...]``.

The integration tests, by far the longest, run beside the others, which run one after the other, give way to them, and show
what they print when they end. Every stage runs, whatever the others come to. The last lines name what
failed and count the tests: those that pytest ran, by its own report, and one for each stage that is not pytest's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import typing as t
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / ".cache" / "reports"

STAGES = ["lint", "unit", "picture", "sanity", "integration", "molecule"]

# Stages on test hosts. Their images, minutes of work on a new machine, are built while the others run.
ON_HOSTS = {"integration", "molecule"}
# The stage whose output is passed through as it comes.
AT_LENGTH = "integration"

# Seconds after which a stage that hangs is ended, so that the run still sums up before its own limit.
LIMITS = {"lint": 900, "unit": 1500, "picture": 600, "sanity": 1800, "integration": 2600, "molecule": 1200}
# How far the others give way to the integration tests, whose Engines have time-outs: so far that they still end before these.
NICE = 5


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


def give_way(process: int) -> None:
    """Let a process and what it starts have less of the processors than others."""
    os.setpriority(os.PRIO_PROCESS, process, NICE)
    # The kernel weighs sessions first, and processes within one; not every kernel does.
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/autogroup").write_text(str(NICE), encoding="ascii")


class Run:
    """A run of several stages."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False
        self._images: threading.Event | None = None

    def all(self, stages: list[str]) -> list[Outcome]:
        """Run the stages, and return what they came to in their order."""
        others = [stage for stage in stages if stage != AT_LENGTH]
        with ThreadPoolExecutor(3) as pool:
            try:
                if ON_HOSTS & set(stages):
                    self._images = threading.Event()
                    pool.submit(self._build_images, self._images)
                at_length = [pool.submit(self._stage, AT_LENGTH)] if AT_LENGTH in stages else []
                beside = pool.submit(lambda: [self._stage(stage) for stage in others])
                found = {one.stage: one for one in [*beside.result(), *(each.result() for each in at_length)]}
            except BaseException:
                self._end()
                raise
        return [found[stage] for stage in stages]

    def _end(self) -> None:
        """End whatever runs, and let nothing begin."""
        self._ended = True
        for process in list(self._running):
            end_group(process)

    def _stage(self, stage: str) -> Outcome:
        """Run ``make <stage>`` and return what it came to."""
        if self._images and stage in ON_HOSTS:
            self._images.wait()
        report = REPORTS / f"{stage}.xml"
        report.unlink(missing_ok=True)
        start = time.monotonic()
        if stage == AT_LENGTH:
            print(f"\n===== {stage}", flush=True)
            code, remark = self._wait(["make", "--no-print-directory", stage], None, LIMITS[stage])
        else:
            log = REPORTS / f"{stage}.log"
            code, remark = self._wait(["make", "--no-print-directory", stage], log, LIMITS.get(stage, 600))
            print(f"\n===== {stage}\n{log.read_text(errors='replace')}", end="", flush=True)
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

    def _build_images(self, built: threading.Event) -> None:
        """Build the images of the test hosts. A failure is only told: the stage that needs them says what is missing."""
        log = REPORTS / "images.log"
        try:
            self._wait([sys.executable, str(ROOT / "tests" / "tools" / "images.py")], log, 600)
            print(f"\n===== images of the test hosts\n{log.read_text(errors='replace')}", end="", flush=True)
        finally:
            built.set()

    def _wait(self, command: list[str], log: Path | None, limit: float) -> tuple[int, str]:
        """Run a command, into a log where one is given; returns its exit code, and a remark if it was ended."""
        if self._ended:
            return 1, "not begun"
        with open(log or os.devnull, "wb") as told:
            into = told if log else None
            process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=into, stderr=into)
        if log:
            give_way(process.pid)
        self._running.add(process)
        try:
            return process.wait(limit), ""
        except subprocess.TimeoutExpired:
            end_group(process)
            return 1, f"ended after {limit:.0f} s"
        finally:
            self._running.discard(process)


def main(stages: list[str]) -> int:
    """Run the stages and print the table; the exit code is 0 only where everything passed."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    outcomes = Run().all(stages)
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
    seconds = time.monotonic() - begun
    print(f"{passed} passed, {failed} failed, {skipped} skipped in {seconds:.0f}s")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or STAGES))
