# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Upgrades of Engines, and everything that can stop one. The tests go on from each other in this order.

Managers m1 (the leader), m2 and m3 have 20.10.24, the worker w1 has 26.1.5 and serves its packages to them. m3 stays as it is, so
that in the end Engines of 20.10, 26.1 and 28.5 are in one swarm.
"""

from __future__ import annotations

import re
import signal
import typing as t

import pytest
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Lab, own_lab
from ansible_collections.flotilla.swarm.tests.integration.modules.play import Stage
from ansible_collections.flotilla.swarm.tests.integration.running import Run, inventory_folder, site
from chaos.running import Playbook  # found by the path that ansible_run adds
from lab.recipes import NEXT_RELEASE

if t.TYPE_CHECKING:
    from pathlib import Path

MANAGERS = ("m1", "m2", "m3")
INVENTORY: dict[str, t.Any] = {
    "swarm": {
        "children": {
            "swarm_managers": {"hosts": {name: {} for name in MANAGERS}},
            "swarm_workers": {"hosts": {"w1": {}}},
        }
    }
}
# What the image of the worker has in the cache of apt, as a repository without a signature.
REPOSITORY = r"""
import hashlib, pathlib, subprocess
folder = pathlib.Path("/var/cache/apt/archives")
packages = ""
for file in sorted([*folder.glob("docker.io_*"), *folder.glob("docker-cli_*")]):
    control = subprocess.run(["dpkg-deb", "-f", str(file)], capture_output=True, text=True, check=True).stdout
    data = file.read_bytes()
    packages += f"{control}Filename: ./{file.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n\n"
(folder / "Packages").write_text(packages)
"""
# An Engine that does not start once it is the newer one.
TRAP = r"""mkdir -p /etc/systemd/system/docker.service.d
cat > /etc/systemd/system/docker.service.d/trap.conf <<'END'
[Service]
ExecStartPre=/bin/sh -c '! dockerd --version | grep -q "version 26"'
END
systemctl daemon-reload"""


class Swarm:
    """The swarm, and what an operator does with it."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.stage = Stage(lab, folder)

    def tasks(self, name: str, files: dict[str, str]) -> str:
        """A file of an operator's tasks that write files."""
        tasks = [
            {"name": "Write", "ansible.builtin.copy": {"dest": path, "content": content}}
            for path, content in files.items()
        ]
        return str(self.stage.write(name, tasks))

    def variables(self) -> dict[str, t.Any]:
        """Those of the upgrade of the managers."""
        source = {"/etc/apt/sources.list.d/w1.list": "deb [trusted=yes] http://w1:8000 ./\n"}
        return {
            "swarm_nodes": "m1,m2,w1",
            "swarm_upgrade_version": "26.1",
            "swarm_upgrade_tasks": self.tasks("repository.yml", source),
        }

    def run(self, *arguments: str, **variables: t.Any) -> Run:
        """Run the playbook."""
        return site(self.lab, INVENTORY, *arguments, book="upgrade", **variables)

    def begin(self, folder: Path, variables: dict[str, t.Any]) -> Playbook:
        """Begin a run."""
        return Playbook(inventory_folder(self.lab, INVENTORY), "flotilla.swarm.upgrade", variables, folder)

    def sh(self, host: str, command: str, check: bool = True) -> str:
        """A shell command on a host."""
        return self.stage.sh(host, command, check=check)

    def engine(self, host: str) -> str:
        """The Engine that runs on a host."""
        return self.sh(host, "docker version --format '{{.Server.Version}}'", check=False).partition("+")[0]

    def installs(self, host: str) -> bool:
        """Whether packages are unpacked on a host."""
        return self.sh(host, "pgrep -f 'dpkg .*[-]-unpack'", check=False) != ""

    def marks(self, on: str = "m1") -> str:
        """The marks that are left on nodes."""
        shown = "docker node inspect $(docker node ls -q) --format '{{json .Spec.Labels}}'"
        return self.sh(on, f"{shown} | grep flotilla.maintenance || true")

    def is_whole(self) -> bool:
        """Whether all nodes are there."""
        shown = self.stage.nodes()
        return all(node[1] == "Ready" and (node[0] == "w1" or node[3]) for node in shown) and not any(
            node[3] == "Unreachable" for node in shown
        )


@pytest.fixture(scope="module")
def swarm(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Swarm]:
    engines = ",".join([*(f"{name}=20.10" for name in MANAGERS), "w1=26.1"])
    with own_lab("upgrade", managers=3, workers=1, engine=engines) as lab:
        made = Swarm(lab, tmp_path_factory.mktemp("upgrade"))
        made.sh("w1", f"cat > /root/repository.py <<'END'\n{REPOSITORY}\nEND\npython3 /root/repository.py")
        made.sh(
            "w1",
            "systemd-run -q --unit=served -p WorkingDirectory=/var/cache/apt/archives python3 -m http.server 8000",
        )
        made.stage.form(MANAGERS, ["w1"])
        made.sh("m1", f"docker service create -d --name web --replicas 2 {lab.registry}/tiny:1")
        yield made


def test_an_engine_that_does_not_start_stops_the_run_with_the_way_back(swarm: Swarm) -> None:
    swarm.sh("m2", TRAP)
    stopped = swarm.run(**swarm.variables())
    assert stopped.status != 0
    text = " ".join(stopped.text.split())
    assert re.search(r"w1 +worker +26\.1\.5\S+ +26\.1\.5 +has it already", stopped.text), stopped.text
    assert "m2: its Engine was not upgraded from 20.10.24+dfsg1 to 26.1.5: see journalctl" in text, text
    assert "m2 did not come back from maintenance and stays out of rotation" in text, text
    assert swarm.stage.node("m2")["Spec"]["Availability"] == "drain"
    assert [swarm.engine(name) for name in MANAGERS] == ["20.10.24", "", "20.10.24"]

    found = re.search(r"(apt-get install --allow-downgrades [^\"\\]+)", text)
    assert found, text
    swarm.sh("m2", f"DEBIAN_FRONTEND=noninteractive {found[1]} -y && systemctl restart docker")
    assert swarm.engine("m2") == "20.10.24"
    swarm.stage.until(swarm.is_whole)


@pytest.mark.long
def test_a_run_goes_on_after_ctrl_c_and_after_a_power_cut_of_the_leader(swarm: Swarm, tmp_path: Path) -> None:
    swarm.sh("m2", "rm -f /etc/systemd/system/docker.service.d/trap.conf; systemctl daemon-reload")
    interrupted = swarm.begin(tmp_path, swarm.variables())
    swarm.stage.until(lambda: swarm.installs("m2"))
    interrupted.signal(signal.SIGINT)
    assert interrupted.wait(30), interrupted.text
    assert swarm.marks().count('"flotilla.maintenance":"away"') == 1

    # It waits for the installation that goes on.
    cut = swarm.begin(tmp_path, swarm.variables())
    swarm.stage.until(lambda: swarm.installs("m1"), 120)
    swarm.lab.host("m1").kill()
    assert cut.wait(120), cut.text
    text = " ".join(cut.text.split())
    assert cut.process.returncode != 0, text
    assert "m1 did not come back from maintenance and stays out of rotation" in text, text
    assert swarm.engine("m2") == "26.1.5"

    swarm.lab.host("m1").start()
    swarm.stage.until(swarm.is_whole)
    run = swarm.run(**swarm.variables()).succeeded()
    assert re.search(r"m1 +\S+ +\S+ +26\.1\.5\+dfsg1", run.text), run.text
    assert re.search(r"m3 +\S+ +\S+ +20\.10\.24\+dfsg1 \(as before\)", run.text), run.text
    assert "The swarm has Engines of 2 versions: 20.10.24+dfsg1, 26.1.5+dfsg1" in run.text, run.text
    assert swarm.marks() == ""
    assert {node[2] for node in swarm.stage.nodes()} == {"Active"}
    assert swarm.sh("m1", "docker service ls --format '{{.Replicas}}'") == "2/2"
    assert "ii" in swarm.sh("m1", "dpkg -l docker.io; dpkg --audit")

    again = swarm.run(**swarm.variables()).succeeded()
    assert "Upgrade of 0 Engines" in again.text
    assert set(again.changed.values()) == {0}, again.text


@pytest.mark.long
def test_an_engine_of_the_next_release_of_debian_unless_no_mirror_is_reached(swarm: Swarm) -> None:
    path, source = next(iter(NEXT_RELEASE.items()))
    there = swarm.sh(
        "w1",
        f"echo '{source}' > {path}; apt-get -q update >/dev/null 2>&1; apt-cache madison docker.io",
        check=False,
    )
    if "28.5" not in there:
        pytest.skip("the host reaches no mirror with Engine 28.5")
    swarm.sh("w1", "apt-mark hold docker.io")
    variables = {
        "swarm_nodes": "w1",
        "swarm_upgrade_version": "28.5",
        "swarm_upgrade_tasks": swarm.tasks("next.yml", NEXT_RELEASE),
    }
    refused = swarm.run("--check", **variables)
    assert refused.status != 0
    assert "w1: docker.io is held: release it" in " ".join(refused.text.split())
    run = swarm.run(**variables, swarm_upgrade_held=True).succeeded()
    assert re.search(r"w1 +worker +26\.1\.5\S+ +28\.5\.", run.text), run.text
    assert swarm.engine("w1").startswith("28.5.")
    assert swarm.sh("w1", "apt-mark showhold") == "docker.io"
    assert "systemd 257" in swarm.sh("w1", "systemctl --version")
    assert swarm.sh("m1", "docker service ls --format '{{.Replicas}}'") == "2/2"
