# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is seen: in no output, journal, process list or file that stays, whichever way a task takes to the host.

Each way meets each verbosity, with tasks whose options are right and with one kind of others, so that each way meets each kind,
and each verbosity does. Which options may hold a secret, ``tests/unit/plugins/modules/test_every_secret.py`` says.
"""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import ansible_playbook
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.watching import KEPT, Watch
from ansible_collections.flotilla.swarm.tests.unit.support import canaries

Raw = dict[str, t.Any]
Tasks = list[canaries.Task]

VERBOSITIES = ("", "-v", "-vv", "-vvv", "-vvvv")
KINDS: tuple[t.Callable[[Tasks], Tasks], ...] = (
    # The same, and in check mode.
    list,
    canaries.wrong_values,
    canaries.wrong_wholes,
    canaries.misspelt,
    canaries.unreachable,
)


class Way(t.NamedTuple):
    """A way of a task to the host: its keywords, the run's environment, and whether a task costs little."""

    keywords: Raw
    environment: dict[str, str]
    is_quick: bool = False


WAYS = {
    # It takes longest, and mostly waits.
    "async": Way({"async": 60, "poll": 1}, {}),
    "program": Way({}, {}, is_quick=True),
    "module": Way({"become": True, "vars": {"ansible_pipelining": False}}, {}),
    "kept": Way({}, {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TEMP": KEPT}),
    # A host's environment is for the module to read, so the program says that it cannot do it.
    "fallback": Way({"environment": {"DOCKER_TIMEOUT": "60"}}, {}),
}


class Runs:
    """Runs of playbooks with canaries, and what they printed."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._image = f"{stage.lab.registry}/tiny:1"
        self._inventory = stage.inventory
        #: By name of the run.
        self.outputs: dict[str, str] = {}

    def way(self, name: str) -> None:
        """Tasks on one way, with every verbosity."""
        number = list(WAYS).index(name)
        for loud, verbosity in enumerate(VERBOSITIES):
            at = number + loud
            way, kind = WAYS[name], KINDS[at % len(KINDS)]
            tasks = canaries.right(self._image, name, not way.is_quick or bool(loud % 2), f"z{loud}")
            wrong = kind(tasks)
            if not way.is_quick:
                # One task in four, right and wrong by turns: what a module's start costs is most of the time, and over the
                # verbosities of the ways each task has its turn.
                tasks, wrong = (
                    [task for turn, task in enumerate(each, at) if turn % 4 == phase]
                    for each, phase in ((tasks, 0), (wrong, 2))
                )
            values: Raw = {}
            book = [self._play(tasks, way, values), self._play(wrong, way, values, check=kind is list)]
            path = str(self._stage.write(f"{name}{loud}.json", book))
            self._run(f"{name}{loud}", path, verbosity, values, **way.environment)

    def deploy(self) -> None:
        """The playbook that deploys what an inventory declares, planned and done, with every verbosity."""
        for loud, verbosity in enumerate(VERBOSITIES):
            check = bool(loud % 2)
            declared = canaries.inventory(self._image, f"z{loud}", check)
            given = ["--diff", "--limit", "m1", *(["--check"] if check else [])]
            self._run(f"deploy{loud}", "flotilla.swarm.deploy", verbosity, declared, *given)

    def _play(self, tasks: Tasks, way: Way, values: Raw, check: bool = False) -> Raw:
        """The tasks as a play; their options come from variables, as the secrets of users do."""
        made = []
        for one in tasks:
            given = {}
            for option, value in one.options.items():
                variable = f"value_{len(values)}"
                values[variable] = value
                given[option] = f"{{{{ {variable} }}}}"
            task = {f"flotilla.swarm.{one.module}": given, "check_mode": check or one.is_slow, "diff": True}
            made.append({**task, "ignore_errors": True, **way.keywords})
        return {"hosts": "m1", "gather_facts": False, "tasks": made}

    def _run(
        self, name: str, book: str, verbosity: str, values: Raw, *arguments: str, **environment: str
    ) -> None:
        variables = self._stage.write(f"{name}-values.json", values)
        loud = [verbosity] if verbosity else []
        given = [*loud, *arguments, "-e", f"@{variables}"]
        done = ansible_playbook(self._inventory, book, *given, report=False, **environment)
        assert "PLAY RECAP" in done.text, done.text
        self.outputs[f"output of {name}"] = done.text


def leaked(text: str) -> list[str]:
    """The lines with a canary, from a little before it."""
    return [
        line[max(0, line.index(sign) - 500) :][:1000]
        for line in text.splitlines()
        for sign in canaries.SIGNS
        if sign in line
    ]


@pytest.fixture
def options(single: Stage) -> t.Iterator[str]:
    """The file of the Engine's options, which is as before afterwards: the Engine would not start with what is written here."""
    path = "/etc/docker/daemon.json"
    before = single.sh("m1", f"cat {path}")
    yield path
    single.sh("m1", f"rm -f {path}.before; cat > {path} <<'END'\n{before}\nEND")


@pytest.mark.long
def test_no_secret_is_seen_whichever_way(single: Stage, options: str) -> None:
    """K1, X6: every option that may hold one, on every way, with every verbosity, right and wrong; and flotilla.swarm.deploy."""
    runs = Runs(single)
    with Watch(single, "m1", canaries.SIGNS) as watch, ThreadPoolExecutor(4) as pool:
        deployed = pool.submit(runs.deploy)
        list(pool.map(runs.way, WAYS))
        deployed.result()
    places = {**runs.outputs, **watch.places}
    # The places hold what they should, or finding nothing in them would mean nothing.
    services = single.sh("m1", "docker service inspect $(docker service ls -q)")
    for name in (*WAYS, "declared"):
        assert f'"web-{name}' in services and f'"shop-{name}' in services, name
    assert canaries.CANARY in services and canaries.SHOWN in places["output of program0"]
    assert canaries.CANARY in single.sh("m1", f"cat {options} {options}.before")
    assert "Invoked with" in places["journal"] and "swarm_stack" in places["journal"]
    assert "AnsiballZ" in places["processes"] and "ssh" in places["processes of the control node"]
    assert "AnsiballZ_swarm_service" in single.sh("m1", f"ls -R {KEPT}; rm -rf {KEPT}")
    assert "The module does it, since" in places["output of fallback3"]
    found = {place: lines for place, text in places.items() if (lines := leaked(text))}
    assert found == {}, json.dumps(found, indent=1)[:20000]
