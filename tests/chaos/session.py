# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases on a lab: run, break, mend, run again twice, look."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import DEPRECATED, Lab, leave_swarm
from lab import LabError

from .cases import Case
from .flows import FLOWS, Expected
from .invariants import violations
from .kills import broken
from .look import begin, file_in, look
from .running import Playbook

# Seconds, for a machine with two cores on which more than one lab may run. The playbook's own limit for what it waits for
# is lower than that of a run, so that it is it who gives up and says why.
RUN_LIMIT = 300.0
WAIT_TIMEOUT = 120
# Within these seconds after the last run the Engines have to see each other again and no process may be left: a listener of a
# killed run that was to prove a port lives for 120 s, and a host sees a join to its end (120 s) and keeps its result for 60 s.
SETTLED = 190.0
# On a host in no swarm no VXLAN interface is in use, wherever it is. An Engine that was broken may have left one behind, and
# networks of the next swarm have the same numbers ("error creating vxlan interface: file exists").
_FORGET_NETWORKS = r"""
for namespace in /proc/self/ns/net /var/run/docker/netns/*; do
  nsenter --net="$namespace" ip -o link show type vxlan 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/' |
    xargs -r -n 1 nsenter --net="$namespace" ip link delete
done
"""


@dataclass
class Outcome:
    """What came of a case.

    Attributes:
        case: the case.
        hit: what was broken, and on which host.
        at: seconds from the begin of the run to the kill.
        said: how the run that was broken ended.
        second, third: exit code of the second run, and how many tasks the third one changed (None: it failed).
        seconds: of all of it.
        wrong: what does not hold, in sentences.
    """

    case: Case
    hit: str = ""
    at: float = 0.0
    said: str = ""
    second: int | None = None
    third: int | None = None
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Session:
    """Cases on a lab, one after the other.

    Args:
        lab: the hosts, all of them managers.
        folder: for what the runs print.
        usual: seconds that each flow takes when nothing is broken, where they are not measured first.
    """

    def __init__(self, lab: Lab, folder: Path, usual: dict[str, float] | None = None) -> None:
        self._lab = lab
        self._folder = folder
        self._inventory = lab.inventory_file()
        self._images = f"{lab.registry}/tiny"
        # The variant that each flow left on the swarm.
        self._stands: dict[str, int] = {}
        #: Seconds that each flow takes when nothing is broken.
        self.usual: dict[str, float] = dict(usual or {})

    def measure(self, flows: t.Iterable[str]) -> None:
        """Run every flow unharmed, both variants, and remember what the second takes.

        Raises:
            AssertionError: a flow fails, or leaves something that may not be, with nothing broken.
        """
        begin(self._lab)
        for flow in flows:
            self._prepare(flow)
            if flow == "site":
                self._alone()
            run = self._finished(flow, self._next(flow))
            self.usual[flow] = time.monotonic() - run.begun
            assert run.process.returncode == 0, run.text
            self._stands[flow] = self._next(flow)
        wrong = self._settled()
        assert not wrong, wrong

    def do(self, case: Case) -> Outcome:
        """Do a case. Afterwards the flow stands in its other variant, or the hosts are as new."""
        outcome, begun = Outcome(case), time.monotonic()
        try:
            self._do(case, outcome)
        except (LabError, AssertionError) as error:
            outcome.wrong.append(f"the case could not be carried through: {error}")
        outcome.seconds = time.monotonic() - begun
        if outcome.wrong:
            self._start_over()
        return outcome

    def _do(self, case: Case, outcome: Outcome) -> None:
        self._prepare(case.flow)
        begin(self._lab)
        variant = self._next(case.flow)
        if case.flow == "site":
            # A swarm is formed anew; there is more to break in that than in any change of it.
            self._alone()
        first = self._start(case.flow, variant)
        time.sleep(case.moment * self.usual[case.flow])
        outcome.at = time.monotonic() - first.begun
        with broken(self._lab, case, first) as outcome.hit:
            ended = first.wait(RUN_LIMIT)
        outcome.said = first.said if ended else f"no end within {RUN_LIMIT:.0f} s"
        if not ended:
            first.kill_all()
            outcome.wrong.append("the run that was broken hung")
        second = self._finished(case.flow, variant)
        outcome.second = second.process.returncode
        if second.process.returncode != 0:
            outcome.wrong.append(f"the second run failed: {second.said}")
        third = self._finished(case.flow, variant)
        outcome.third = third.changed if third.process.returncode == 0 else None
        if outcome.third != 0:
            outcome.wrong.append(f"the third run changed {third.changed} tasks: {third.said}")
        if DEPRECATED in first.text + second.text + third.text:
            outcome.wrong.append("Ansible saw something that it is going to remove")
        self._stands[case.flow] = variant
        outcome.wrong += self._settled(first, second, third)

    def _settled(self, *runs: Playbook) -> list[str]:
        """What does not hold once the swarm had the time to settle."""
        end = time.monotonic() + SETTLED
        while True:
            wrong = [
                *self._wrong(),
                *(f"a process of a run is left: {run.left()}" for run in runs if run.left()),
            ]
            if not wrong or time.monotonic() > end:
                return wrong
            time.sleep(1)

    def _wrong(self) -> list[str]:
        expected = [self._expected(flow) for flow in self._stands]
        try:
            wrong = violations(look(self._lab), [host.name for host in self._lab.hosts], expected)
        except (LabError, ValueError) as error:
            return [str(error)]
        for (service, path), text in [item for one in expected for item in one.files.items()]:
            found = file_in(self._lab, service, path)
            if found != {text}:
                wrong.append(f"{service}: {path} holds {found}, declared is {text!r}")
        return wrong

    def _expected(self, flow: str) -> Expected:
        return FLOWS[flow].expected(self._images, self._stands[flow])

    def _next(self, flow: str) -> int:
        return 3 - self._stands.get(flow, 2)

    def _prepare(self, flow: str) -> None:
        """Bring the swarm, and the flow's own objects, to where they can be changed."""
        for needed in ("site", flow):
            if needed not in self._stands:
                run = self._finished(needed, self._next(needed))
                assert run.process.returncode == 0, f"nothing was broken, and {needed} failed: {run.text}"
                self._stands[needed] = self._next(needed)

    def _start(self, flow: str, variant: int) -> Playbook:
        variables = {
            "swarm_deploy_wait_timeout": WAIT_TIMEOUT,
            **FLOWS[flow].variables(self._images, variant),
        }
        return Playbook(self._inventory, FLOWS[flow].book, variables, self._folder)

    def _finished(self, flow: str, variant: int) -> Playbook:
        run = self._start(flow, variant)
        if not run.wait(RUN_LIMIT):
            run.kill_all()
        return run

    def _alone(self) -> None:
        """Bring every host out of any swarm; what ran there is gone with it."""
        with ThreadPoolExecutor(len(self._lab.hosts)) as pool:
            list(pool.map(leave_swarm, self._lab.hosts))
        for host in self._lab.hosts:
            host.run(_FORGET_NETWORKS, over="exec")
        self._stands = {flow: variant for flow, variant in self._stands.items() if flow == "site"}

    def _start_over(self) -> None:
        """Leave nothing of a case that failed to the next one."""
        for host in self._lab.hosts:
            if self._lab.states().get(host.name) != "running":
                host.start()
            host.heal()
            host.wipe()
            host.reboot()  # what the Engine had in the kernel goes too, such as the interfaces of its networks
            host.run("rm -rf /root/.ansible/tmp/*", over="exec")
        self._stands = {}
