# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verb swarm_engine_options: merge declared keys into daemon.json, on the host that has it. PRIVATE to the collection.

The file may hold secrets, so it is neither brought to the control node nor made there.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._options.hidden import hide_texts
from .._run.commands import Run, run_command
from .._run.verb import Verb
from . import daemon
from .daemon import Content, secret_texts
from .daemon_file import DaemonFile
from .daemon_plan import declared_options, merge, plan_daemon, replacing
from .options import ENGINE_OPTIONS

_JOURNAL = ["journalctl", "--unit=docker.service", "--lines=40", "--output=cat", "--no-pager"]
# What the Engine logs when it gives up; all other lines begin with the time.
_REASON = re.compile(r"(unable to|failed to|invalid|unknown|time=.*level=fatal)")


def work(options: dict[str, t.Any], check_mode: bool, _client: None) -> dict[str, t.Any]:
    """Do what ``state`` says."""
    return deploy(DaemonFile(daemon.PATH), options, check_mode)


def deploy(
    file: DaemonFile, options: dict[str, t.Any], check_mode: bool, run: Run = run_command
) -> dict[str, t.Any]:
    """Merge, bring back or leave the file; returns the result of the module.

    Raises:
        Refused: the file, or an option, cannot be what it is, or the file cannot be written.
    """
    if options["state"] == "present":
        return _merged(file, options, check_mode)
    # Before anything is brought back: the Engine may have repeated a part of the file that it did not start with.
    reason = _reason(run, [_lenient(file.text()), _lenient(file.before())])
    done = _brought_back(file, check_mode) if options["state"] == "restored" else _result([], False)
    return {**done, "reason": reason}


def _merged(file: DaemonFile, options: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    live = file.content(file.text())
    declared = declared_options(options)
    plan = plan_daemon(declared, live)
    if plan.keys:
        file.check_writable()
        if not check_mode:
            file.replace(json.dumps(merge(declared, live, plan.keys), indent=4, sort_keys=True) + "\n")
    return _result(plan.lines, bool(plan.keys))


def _brought_back(file: DaemonFile, check_mode: bool) -> dict[str, t.Any]:
    text, before = file.text(), file.before()
    if before is None:
        return _result([], False)
    live, earlier = _lenient(text), _lenient(before)
    lines = plan_daemon(replacing(live, earlier), live).lines
    file.check_writable()
    if not check_mode:
        file.bring_back()
    return _result(lines, (text or "") != before)


def _result(lines: list[str], changed: bool) -> dict[str, t.Any]:
    return {
        "changed": changed,
        "changes": lines,
        "diff": {"prepared": "".join(f"{line}\n" for line in lines)},
    }


def _lenient(text: str | None) -> Content:
    """What a text of the file sets; nothing where it is broken, and the Engine says so itself."""
    try:
        return daemon.parse(text or "")
    except ValueError:
        return {}


def _reason(run: Run, contents: list[Content]) -> str | None:
    """The last line with which the Engine gave up, without the values of the file that may be secrets."""
    _code, output, _errors = run(_JOURNAL)
    lines = [line for line in output.splitlines() if _REASON.match(line)]
    secrets = {text for content in contents for text in secret_texts(content)}
    return t.cast(str, hide_texts(lines[-1], secrets)) if lines else None


VERB = Verb(ENGINE_OPTIONS, work)
