# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible repeats of a task's options, however they are written and whichever way the task is done."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.module_utils import basic
from ansible_collections.flotilla.swarm.plugins.action.swarm_service import ActionModule
from ansible_collections.flotilla.swarm.plugins.module_utils._options.arguments import hides_anything
from ansible_collections.flotilla.swarm.plugins.module_utils._options.hidden import HIDDEN
from ansible_collections.flotilla.swarm.plugins.module_utils._run import module
from ansible_collections.flotilla.swarm.plugins.module_utils._service.deploy import VERB

Result = dict[str, t.Any]
Way = t.Callable[[Result], Result]
CANARY = "hunter2-4711"
SOCKET = "unix:///nowhere/docker.sock"
SERVICE: Result = {
    "name": "web",
    "image": "nginx:1",
    "env": {"TOKEN": CANARY, "UNSET": None},
    "logging": {"driver": "splunk", "options": {"splunk-token": CANARY}},
    "mounts": [
        {
            "target": "/m",
            "source": "v",
            "type": "volume",
            "driver_config": {"name": "nfs", "options": {"o": f"password={CANARY}"}},
        }
    ],
    "registry_auth": {"username": "u", "password": CANARY},
}
#: The same in one and in many form, with environment variables as a dictionary, a list and a text.
FORMS: dict[str, Result] = {
    "one": SERVICE,
    "many": {"services": [SERVICE, {**SERVICE, "name": "db", "env": [f"TOKEN={CANARY}", "UNSET"]}]},
    "text": {**SERVICE, "env": f"TOKEN={CANARY}"},
}


def by_program(given: Result) -> Result:
    """Do the task as the action does it: by a program that a Python of this host runs."""
    action: t.Any = ActionModule(
        task=SimpleNamespace(
            args=given, check_mode=False, async_val=0, diff=True, delegate_to=None, action="swarm_service"
        ),
        connection=mock.MagicMock(
            become=None, has_pipelining=True, _remote_is_local=False, _shell=mock.MagicMock(SHELL_FAMILY="sh")
        ),
        play_context=mock.MagicMock(),
        loader=mock.MagicMock(),
        templar=SimpleNamespace(template=lambda text: text),
        shared_loader_obj=mock.MagicMock(),
    )

    def execute(_command: str, in_data: bytes) -> Result:
        done = subprocess.run([sys.executable, "-I", "-S"], input=in_data, capture_output=True, check=False)
        return {"rc": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}

    action._low_level_execute_command = execute
    action._compute_environment_string = lambda: ""
    return action.program.attempt(action, {}, given)  # type: ignore[no-any-return]


def by_module(given: Result) -> Result:
    """Do the task as the module does it."""
    ended: list[Result] = []

    def end(ansible: basic.AnsibleModule, **result: t.Any) -> t.NoReturn:
        ended.append({**result, "invocation": {"module_args": ansible.params}})
        raise SystemExit

    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
    with (
        mock.patch.multiple(basic.AnsibleModule, exit_json=end, fail_json=end),
        mock.patch.object(basic, "_ANSIBLE_ARGS", arguments),
        mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True),
        pytest.raises(SystemExit),
    ):
        module.run(VERB)
    return ended[0]


ways = pytest.mark.parametrize("way", [by_program, by_module])
forms = pytest.mark.parametrize("form", FORMS)


@ways
@forms
def test_no_value_that_may_be_a_secret_is_repeated(way: Way, form: str) -> None:
    given = {**json.loads(json.dumps(FORMS[form])), "docker_host": SOCKET}
    result = way(given)
    assert result["msg"].startswith("No Engine answers"), "it got as far as the Engine"
    assert CANARY not in json.dumps(result)
    repeated = result["invocation"]["module_args"]
    for one in repeated["services"] or [repeated]:
        assert one["name"] in ("web", "db"), "what is no secret is repeated"
        assert one["logging"] == {"driver": "splunk", "options": {"splunk-token": HIDDEN}}
        assert one["mounts"][0]["driver_config"] == {"name": "nfs", "options": {"o": HIDDEN}}
        assert one["mounts"][0]["source"] == "v"
    first, *others = repeated["services"] or [repeated]
    assert first["env"] == (HIDDEN if form == "text" else {"TOKEN": HIDDEN, "UNSET": None})
    assert [one["env"] for one in others] == [[f"TOKEN={HIDDEN}", "UNSET"]] * len(others)


@ways
def test_values_are_repeated_where_the_task_asks_for_them_but_never_credentials(way: Way) -> None:
    given = {**json.loads(json.dumps(SERVICE)), "docker_host": SOCKET, "show_values": True}
    given["registry_auth"]["password"] = f"{CANARY}-password"
    repeated = way(given)["invocation"]["module_args"]
    assert repeated["env"] == SERVICE["env"]
    assert repeated["mounts"][0]["driver_config"] == SERVICE["mounts"][0]["driver_config"]
    assert repeated["registry_auth"]["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_the_hosts_journal_gets_none_of_the_options() -> None:
    assert hides_anything(VERB.interface.arguments)
