# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Join tokens, the unlock key and the CA's key are seen nowhere, however loud the run is."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage

SAMPLER = "while :; do ps axwwe -o args >> /run/seen; sleep 0.05; done"


def test_secrets_are_seen_nowhere(alone: Stage, tmp_path: Path) -> None:
    """P4, P8: not in output at -vvvv with diff, nor in any journal, nor in the processes of any host, while a swarm is
    made with a CA of one's own and autolock, a worker joins, a manager is restarted and unlocked."""
    ca = tmp_path / "ca.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=own"
    )
    key = tmp_path / "key.pem"
    subprocess.run([*command.split(), "-out", ca, "-keyout", key], check=True, capture_output=True)
    silent = {"no_log": True, "register": "made"}
    m1 = alone.address("m1")
    book = [
        {
            "hosts": "m1",
            "gather_facts": False,
            "tasks": [
                {
                    "flotilla.swarm.swarm_init": {
                        "advertise_addr": m1,
                        "autolock_managers": True,
                        "signing_ca_cert": f"{{{{ lookup('file', '{ca}') }}}}\n",
                        "signing_ca_key": f"{{{{ lookup('file', '{key}') }}}}\n",
                        "return_tokens": True,
                        "return_unlock_key": True,
                    },
                    **silent,
                },
                {"ansible.builtin.command": "systemctl restart docker"},
                {"flotilla.swarm.swarm_init": {"unlock_key": "{{ made.unlock_key }}"}},
                # Without no_log, and again wrong: what a careless user does.
                {
                    "flotilla.swarm.swarm_init": {
                        "unlock_key": "{{ made.unlock_key }}",
                        "signing_ca_cert": f"{{{{ lookup('file', '{ca}') }}}}\n",
                        "signing_ca_key": f"{{{{ lookup('file', '{key}') }}}}\n",
                    }
                },
            ],
        },
        {
            "hosts": "w1",
            "gather_facts": False,
            "tasks": [
                {
                    "flotilla.swarm.swarm_join": {
                        "remote_addrs": [f"{m1}:9", m1],
                        "join_token": "{{ hostvars.m1.made.join_tokens.worker }}",
                    }
                },
                {
                    "flotilla.swarm.swarm_join": {
                        "remote_addrs": [m1],
                        "join_token": "{{ hostvars.m1.made.join_tokens.manager }}",
                    }
                },
                {
                    "flotilla.swarm.swarm_join": {
                        "remote_addrs": [m1],
                        "join_token": "x{{ hostvars.m1.made.join_tokens.manager }}",
                        "state": "present",
                    },
                    "ignore_errors": True,
                },
            ],
        },
    ]
    since = alone.writes()
    alone.each(
        lambda host: host.run(f"rm -f /run/seen; systemd-run -q -G --unit sampler bash -c '{SAMPLER}'")
    )
    try:
        done = alone.play("secrets.json", book, "-vvvv", "--diff")
    finally:
        alone.each(lambda host: host.run("systemctl stop sampler", check=False))
    assert done.status == 0, done.text
    assert alone.nodes()[1][:2] == ("w1", "Ready")
    secrets = {
        "worker's token": alone.token("worker"),
        "manager's token": alone.token("manager"),
        "unlock key": alone.sh("m1", "docker swarm unlock-key -q"),
        "CA's key": key.read_text(encoding="ascii").splitlines()[1],
    }
    places = {"output": done.text}
    for name in alone.names:
        places[f"journal of {name}"] = since.journal(name)
        places[f"processes of {name}"] = alone.sh(name, "cat /run/seen; rm /run/seen")
    # The places hold what they should, or finding nothing in them would mean nothing.
    assert "swarm_join" in places["output"]
    assert "unlock_key" in places["output"]
    assert "Calling POST /v1.41/swarm/unlock" in places["journal of m1"]
    assert "dockerd" in places["processes of w1"]
    assert "python3" in places["processes of w1"]
    for secret, text in secrets.items():
        assert len(text) > 40, secret
        for place, seen in places.items():
            # The part that is secret: a token's first half is the public digest of the CA.
            assert text.rsplit("-", 1)[-1] not in seen, f"{secret} is in the {place}"
    alone.reset()
