# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of the swarm itself, its join tokens and its unlock key, are seen in no run of a playbook of the collection.

What ``deploy`` takes is looked for in ``modules/test_leaks.py``, what ``site`` writes for the Engine in
``test_engine_secrets.py``.
"""

from __future__ import annotations

import contextlib
import json
import typing as t

from ansible_collections.flotilla.swarm.tests.integration.ansible_run import own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.modules.watching import Watch
from ansible_collections.flotilla.swarm.tests.integration.running import site

if t.TYPE_CHECKING:
    from pathlib import Path

LOUD = "-vvvv"
# Tokens and keys as the Engine writes them: none is known before the first run is over.
SIGNS = ("SWMTKN-1-[0-9a-z]{50}", "SWMKEY-1-[0-9A-Za-z+/]{20}")
INVENTORY: dict[str, t.Any] = {
    "all": {"vars": {"swarm_quorum_settings": {"autolock_managers": True}}},
    "swarm_managers": {"hosts": {"m1": {}}},
    "swarm_workers": {"hosts": {"w1": {}}},
}


def test_tokens_and_key_of_the_swarm_are_seen_in_no_run(tmp_path: Path) -> None:
    """A swarm is formed, loses a node, gets it back, is shown, rotates its secrets, is unlocked, backed up, ended, restored."""
    outputs: dict[str, str] = {}

    def run(book: str, *arguments: str, name: str = "", **variables: t.Any) -> None:
        done = site(lab, INVENTORY, LOUD, *arguments, book=book, **variables).succeeded()
        outputs[name or book] = done.text

    def own_secrets(when: str) -> dict[str, str]:
        found = {
            f"{what} {when}": stage.sh("m1", f"docker swarm {command}").split("-")[-1]
            for what, command in {
                "worker's token": "join-token -q worker",
                "manager's token": "join-token -q manager",
                "unlock key": "unlock-key -q",
            }.items()
        }
        assert all(len(secret) > 20 for secret in found.values())
        return found

    with own_lab("tokens", managers=1, workers=1, engine="26.1") as lab, contextlib.ExitStack() as stack:
        stage = Stage(lab, tmp_path)
        watches = {host: stack.enter_context(Watch(stage, host, SIGNS)) for host in ("m1", "w1")}
        run("site", name="forming")
        secrets = own_secrets("of the first swarm")
        run("remove_nodes", swarm_remove="w1")
        run("site", name="joining")
        run("status")
        what = "worker_token,manager_token,unlock_key,ca"
        run("rotate", "--diff", swarm_rotate=what, swarm_rotate_key_file=str(tmp_path / "key"))
        secrets |= own_secrets("after the rotation")
        assert len(set(secrets.values())) == 6
        # A variable on the command line would be in the process list by the test's own doing.
        key = (tmp_path / "key").read_text(encoding="utf-8").strip()
        given = stage.write("key.json", {"swarm_unlock_key": key})
        stage.sh("m1", "systemctl restart docker")
        stage.until(lambda: "locked" in stage.sh("m1", "docker info --format '{{.Swarm.LocalNodeState}}'"))
        run("recover", "-e", f"@{given}")
        stage.until(lambda: stage.sh("m1", "docker node ls -q", check=False))
        run("backup", swarm_backup_dir=str(tmp_path / "archives"), swarm_backup_outage=True)
        run("teardown", swarm_teardown_confirm="yes")
        [archive] = (tmp_path / "archives").iterdir()
        whole = {
            "swarm_restore_file": str(archive),
            "swarm_restore_host": "m1",
            "swarm_restore_confirm": "yes",
        }
        run("restore", "-e", f"@{given}", **whole)
        stage.until(lambda: stage.sh("m1", "docker node ls -q", check=False))
        stack.close()
        # They were used, or nothing could have been seen.
        assert "w1" in outputs["joining"]
        places = {f"output of {name}": text for name, text in outputs.items()}
        for host, watch in watches.items():
            places |= {f"{place} of {host}": text for place, text in watch.places.items()}
        seen = {
            f"{what} in the {place}": text[max(0, text.index(secret) - 300) :][:600]
            for place, text in places.items()
            for what, secret in secrets.items()
            if secret in text
        }
        assert seen == {}, json.dumps(seen, indent=1)[:20000]
        files = {place: text for place, text in places.items() if place.startswith("files") and text}
        assert files == {}
