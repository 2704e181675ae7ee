# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artifact that users install works with nothing but its four directories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.flotilla.swarm.tests.unit.support.readme import PUBLIC, printed, repository

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
RUNTIME = {"meta", "plugins", "roles", "playbooks"}
READ = {"README.md", "CHANGELOG.md", "CHANGELOG.rst", "COPYING", "LICENSES", "changelogs", "docs"}


def run(*command: str, tree: Path, cwd: Path | None = None) -> str:
    """Run an Ansible command that sees only the collections of ``tree``; its output."""
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(tree), "ANSIBLE_HOME": str(tree / "home")}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and install the collection; the directory it was installed to."""
    base = tmp_path_factory.mktemp("artifact")
    run("ansible-galaxy", "collection", "build", "--output-path", str(base), tree=base, cwd=ROOT)
    [artifact] = base.glob("flotilla-swarm-*.tar.gz")
    run("ansible-galaxy", "collection", "install", "--offline", "-p", str(base), str(artifact), tree=base)
    return base / "ansible_collections" / "flotilla" / "swarm"


def test_holds_only_what_users_need(installed: Path) -> None:
    found = {entry.name for entry in installed.iterdir()}
    assert found >= RUNTIME
    assert found - RUNTIME - READ == {"MANIFEST.json", "FILES.json"}
    files = [entry["name"] for entry in json.loads((installed / "FILES.json").read_text())["files"]]
    assert not [name for name in files if "__pycache__" in name or "/tests/" in name or name.endswith(".pyc")]


def test_works_with_only_its_four_directories(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "ansible_collections" / "flotilla" / "swarm"
    home.mkdir(parents=True)
    for name in RUNTIME:
        shutil.copytree(installed / name, home / name)
    for kind, folder in (("module", "modules"), ("filter", "filter"), ("lookup", "lookup")):
        wanted = {
            f"flotilla.swarm.{path.stem}"
            for path in (ROOT / "plugins" / folder).glob("*.py")
            if not path.stem.startswith("_")
        }
        if wanted:
            listed = json.loads(run("ansible-doc", "-t", kind, "-j", *sorted(wanted), tree=tmp_path))
            assert set(listed) == wanted
    playbooks = [f"flotilla.swarm.{path.stem}" for path in (ROOT / "playbooks").glob("*.yml")]
    assert playbooks
    inventory = tmp_path / "inventory.yml"
    hosts = {"m1": {"ansible_connection": "local"}}
    inventory.write_text(yaml.safe_dump({"swarm": {"children": {"swarm_managers": {"hosts": hosts}}}}))
    run("ansible-playbook", "-i", str(inventory), "--syntax-check", *playbooks, tree=tmp_path)


@pytest.mark.parametrize("mark", ["install git+", "# requirements.yml"])
def test_it_is_installed_from_git_as_the_readme_says(mark: str, tmp_path: Path) -> None:
    text = printed(mark)
    assert PUBLIC in text
    text = text.replace(PUBLIC, repository(tmp_path / "source"))
    command = text.split()
    if mark.startswith("#"):
        (tmp_path / "requirements.yml").write_text(text, encoding="utf-8")
        command = ["ansible-galaxy", "collection", "install", "-r", "requirements.yml"]
        assert " ".join(command) in (ROOT / "README.md").read_text(encoding="utf-8")
    run(*command, "-p", str(tmp_path), tree=tmp_path, cwd=tmp_path)
    home = tmp_path / "ansible_collections" / "flotilla" / "swarm"
    assert {path.name for path in home.iterdir()} >= RUNTIME
    assert not (home / "tests").exists()
