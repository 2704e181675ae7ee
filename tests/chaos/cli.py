# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: ``make chaos ARGS="--seed 1 --kills 60"``."""

from __future__ import annotations

import argparse
import itertools
import random
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ROOT, own_lab

from .cases import FLOWS, KINDS, Case, cases
from .report import HEAD, row, sums
from .session import Outcome, Session

HOSTS = 3


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Do the cases, print one line each and the closing figures; the exit code is 1 where something did not hold."""
    options = _parser().parse_args(arguments)
    chosen = _chosen(options)
    folder = ROOT.resolve() / ".cache" / "chaos" / f"seed-{options.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {options.seed}, {len(chosen)} kills; what the runs print: {folder}\n\n{HEAD}", flush=True)
    work = Work(chosen, folder, options.minutes * 60)
    labs = [f"chaos{number or ''}" for number in range(min(options.labs, len(chosen)))]
    good = _on_labs(work, labs)
    print(f"\n{sums(work.outcomes)}")
    failed = sorted(outcome.case.number for outcome in work.outcomes if outcome.wrong)
    for number in failed:
        print(f'repeat: make chaos ARGS="{_choice(options)} --case {number}"')
    return int(not good or bool(failed) or len(work.outcomes) < len(chosen))


def _on_labs(work: Work, labs: list[str]) -> bool:
    """Do the work on all labs at once, and say whether all could be used; Ctrl-C lets each finish its case."""
    good = True
    with ThreadPoolExecutor(len(labs)) as pool:
        ends = {lab: pool.submit(work.on_lab, lab) for lab in labs}
        try:
            for lab, end in ends.items():
                error = end.exception()
                if error is not None:
                    good = False
                    print(f"{lab} cannot be used: {error}", flush=True)
        except KeyboardInterrupt:
            print("ending after the cases that run now", flush=True)
            work.end()
    return good


class Work:
    """The cases of a run, each done on whichever lab is free.

    Args:
        chosen: the cases.
        folder: for what the runs print.
        seconds: no case begins after these.
    """

    def __init__(self, chosen: t.Sequence[Case], folder: Path, seconds: float) -> None:
        self.outcomes: list[Outcome] = []
        self._flows = sorted({case.flow for case in chosen}, key=FLOWS.index)
        self._left = list(reversed(chosen))
        self._folder = folder
        self._end = time.monotonic() + seconds
        self._one_at_a_time = threading.Lock()

    def end(self) -> None:
        """Begin no further case."""
        self._left.clear()

    def on_lab(self, name: str) -> None:
        """Do cases on a lab of one's own until none is left."""
        with own_lab(name, managers=HOSTS, workers=0, engine="mixed") as lab:
            session = Session(lab, self._folder)
            session.measure(self._flows)
            usual = ", ".join(f"{flow} {seconds:.1f} s" for flow, seconds in session.usual.items())
            self._print(f"{lab.name}, unharmed: {usual}")
            while self._left and time.monotonic() < self._end:
                outcome = session.do(self._left.pop())
                self.outcomes.append(outcome)
                self._print(row(outcome))

    def _print(self, line: str) -> None:
        with self._one_at_a_time:
            print(line, flush=True)


def _chosen(options: argparse.Namespace) -> list[Case]:
    endless = cases(options.seed, HOSTS, options.only, options.kinds)
    if options.case:
        return [next(itertools.islice(endless, options.case - 1, None))]
    return list(itertools.islice(endless, options.kills))


def _choice(options: argparse.Namespace) -> str:
    words = [f"--seed {options.seed}"]
    if tuple(options.only) != FLOWS:
        words.append(f"--only {','.join(options.only)}")
    if tuple(options.kinds) != KINDS:
        words.append(f"--kinds {','.join(options.kinds)}")
    return " ".join(words)


def _some_of(known: tuple[str, ...]) -> t.Callable[[str], tuple[str, ...]]:
    def convert(text: str) -> tuple[str, ...]:
        given = text.split(",")
        unknown = [one for one in given if one not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is not one of {', '.join(known)}")
        return tuple(one for one in known if one in given)

    return convert


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make chaos", description="kill runs at random moments, on test hosts"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=random.SystemRandom().randrange(10**6),
        help="what the kills are drawn from",
    )
    parser.add_argument("--kills", type=int, default=60, help="how many (default: 60)")
    parser.add_argument("--case", type=int, help="only the one with this number")
    parser.add_argument("--only", type=_some_of(FLOWS), default=FLOWS, help=f"flows, of {','.join(FLOWS)}")
    parser.add_argument("--kinds", type=_some_of(KINDS), default=KINDS, help=f"kinds, of {','.join(KINDS)}")
    parser.add_argument("--labs", type=int, default=1, help="labs of three hosts at a time (default: 1)")
    parser.add_argument(
        "--minutes", type=float, default=120, help="no further kill after these (default: 120)"
    )
    return parser
