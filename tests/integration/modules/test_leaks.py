# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is seen: in no output, journal, process list or file that stays, whichever way a task takes to the host."""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.flotilla.swarm.tests.integration.modules import leaks
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.unit.support.module_cases import CANARY

Raw = dict[str, t.Any]

# The canaries: the text, the number that stands in its place, and the text's form in Base64, without the ends.
SECRETS = (CANARY, str(leaks.NUMBER), "FuYXJ5M2Y5Y")
SAMPLER = "while :; do ps axwwe -o args >> /run/seen; sleep 0.05; done"
BECOME: Raw = {"become": True, "vars": {"ansible_pipelining": False}}
KEPT = "/root/kept"
START = (
    f"systemctl stop sampler 2>/dev/null; rm -rf /run/seen {KEPT}; "
    f"systemd-run -q -G --unit sampler bash -c '{SAMPLER}'"
)
# Where modules and programs can write something.
FOLDERS = "/tmp /var/tmp /root /home /run/user /dev/shm"


class Way(t.NamedTuple):
    """A way of a task to the host: its keywords, how loud the run is, and the run's environment."""

    keywords: Raw
    verbosity: str
    environment: dict[str, str]
    options: Raw = {}  # noqa: RUF012 - never changed


WAYS = {
    "program": Way({}, "-vvvv", {}),
    "module": Way(BECOME, "-vvv", {}),
    "async": Way({"async": 60, "poll": 1}, "-v", {}),
    "kept": Way({}, "-vv", {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TEMP": KEPT}),
    "fallback": Way({}, "", {}, {"docker_host": "tcp://127.0.0.1:1", "timeout": 2}),
}


def book(tasks: list[leaks.Task], way: Way, values: Raw, check: bool = False) -> list[Raw]:
    """The tasks as a play; their options come from variables, as the secrets of users do."""
    made = []
    for task in tasks:
        [(name, options)] = task.items()
        given = {}
        for option, value in {**options, **way.options}.items():
            variable = f"value_{len(values)}"
            values[variable] = value
            given[option] = f"{{{{ {variable} }}}}"
        made.append({name: given, "ignore_errors": True, "check_mode": check, "diff": True, **way.keywords})
    return [{"hosts": "m1", "gather_facts": False, "tasks": made}]


def run(stage: Stage, name: str, way: Way, plays: list[Raw], values: Raw) -> str:
    """Run plays in some way; returns all that was printed."""
    variables = stage.write(f"{name}-values.json", values)
    verbosity = [way.verbosity] if way.verbosity else []
    done = stage.play(f"{name}.json", plays, *verbosity, "-e", f"@{variables}", **way.environment)
    assert "PLAY RECAP" in done.text, done.text
    return done.text


def everything(stage: Stage, name: str) -> str:
    """Tasks in some way: right ones on all of them, wrong types and names on the ways that they take."""
    way, values = WAYS[name], t.cast("Raw", {})
    tasks = leaks.right(f"{stage.lab.registry}/tiny:1")
    plays = book(tasks, way, values)
    if name == "program":
        plays = book(tasks, way, values, check=True) + plays + book(leaks.misspelt(tasks), way, values)
    if name == "module":
        plays += book(leaks.wrong_types(tasks), way, values)
    return run(stage, name, way, plays, values)


def leaked(text: str) -> list[str]:
    """The lines with a canary, cut."""
    return [line[:3000] for line in text.splitlines() if any(secret in line for secret in SECRETS)]


def test_no_secret_is_seen_whichever_way(single: Stage) -> None:
    """K1, X4: every option that may hold one, on every way, with every verbosity, right and wrong."""
    since = single.writes()
    single.sh(
        "m1",
        f"systemctl stop sampler 2>/dev/null; rm -rf /run/seen {KEPT}; systemd-run -q -G --unit sampler bash -c '{SAMPLER}'",
    )
    try:
        with ThreadPoolExecutor(2) as pool:
            outputs = dict(zip(WAYS, pool.map(lambda name: everything(single, name), WAYS), strict=True))
    finally:
        single.sh("m1", "systemctl stop sampler", check=False)
    journal = since.journal("m1")
    places = {f"output by {name}": text for name, text in outputs.items()}
    # The Engines of the lab log requests, and in these the environment of services: at the level debug, and nobody else does.
    places["journal"] = "\n".join(line for line in journal.splitlines() if "form data" not in line)
    places["processes"] = single.sh("m1", "sort -u /run/seen; rm /run/seen")
    places["files"] = single.sh("m1", f"grep -rl {CANARY} {FOLDERS} --exclude-dir=kept", check=False)
    # The places hold what they should, or finding nothing in them would mean nothing.
    assert "Invoked with" in places["journal"]
    assert "swarm_stack" in places["journal"]
    assert "AnsiballZ" in places["processes"]
    assert "AnsiballZ_swarm_service" in single.sh("m1", f"ls -R {KEPT}")
    for text in outputs.values():
        assert "shop_web" in text or "Unsupported parameters" in text or "tcp://127.0.0.1:1" in text, text
    found = {place: lines for place, text in places.items() if (lines := leaked(text))}
    assert found == {}, json.dumps(found, indent=1)[:20000]
