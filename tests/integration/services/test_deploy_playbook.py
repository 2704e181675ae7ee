# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that deploys what the inventory declares."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from ansible_collections.flotilla.swarm.tests.integration.ansible_run import Done, ansible_playbook
from ansible_collections.flotilla.swarm.tests.integration.services.swarm import Swarm

README = Path(__file__).resolve().parents[3] / "README.md"


def deploy(
    swarm: Swarm, folder: Path, services: list[dict[str, object]], *arguments: str, **more: object
) -> Done:
    declared = folder / "services.yml"
    variables = {"swarm_services": services, **more}
    declared.write_text(json.dumps({"swarm": {"vars": variables}}), encoding="utf-8")
    inventory = str(swarm.stage.lab.inventory_file())
    return ansible_playbook(declared, "flotilla.swarm.deploy", "-i", inventory, *arguments, report=False)


def test_deploys_what_the_inventory_declares(swarm: Swarm, tmp_path: Path) -> None:
    """S1, R5: all, then nothing, then one by name, with the failure's reason in the output."""
    services: list[dict[str, object]] = [
        {"name": "web", "image": f"{swarm.image}:1", "replicas": 2},
        {"name": "agent", "image": f"{swarm.image}:1", "mode": "global"},
    ]
    first = deploy(swarm, tmp_path, services)
    assert first.status == 0, first.text
    assert "web: created" in first.text and "agent: created" in first.text
    second = deploy(swarm, tmp_path, services)
    assert "Nothing had to be done." in second.text, second.text
    assert "changed=0" in second.text
    # The first manager of the inventory is enough.
    assert "w1" not in second.text.partition("PLAY RECAP")[2]
    services[0]["image"] = services[1]["image"] = f"{swarm.image}:2"
    only = deploy(swarm, tmp_path, services, "-e", "swarm_deploy_only=web")
    assert "web: updated (image)" in only.text, only.text
    assert "agent" not in only.text
    services[0]["image"] = f"{swarm.image}:lost"
    failed = deploy(swarm, tmp_path, services)
    assert failed.status == 2
    assert "1 of 2 services failed: web: " in failed.text, failed.text
    for wrong, sentence in (
        (
            ("-e", "swarm_deploy_only=lost"),
            "only names lost, which neither services nor stacks have; in the playbook these are swarm_deploy_only, ",
        ),
        (
            ("-e", '{"swarm_services": []}'),
            "Nothing is declared: set one of networks, secrets, configs, services, stacks (swarm_networks, swarm_secrets",
        ),
    ):
        refused = deploy(swarm, tmp_path, services, *wrong)
        assert refused.status == 2
        assert sentence in refused.text.replace("\n", " "), refused.text


def test_another_manager_is_asked_where_the_first_is_down(swarm: Swarm, tmp_path: Path) -> None:
    """S1, P7: the first manager of the inventory has no Engine that runs; a new port is looked for on every host."""
    swarm.sh("systemctl stop docker.socket docker.service")
    try:
        web: dict[str, object] = {"name": "web", "image": f"{swarm.image}:1"}
        first = deploy(swarm, tmp_path, [web])
        assert first.status == 0, first.text
        assert "All hosts are asked." in first.text
        assert "web: created" in first.text
    finally:
        swarm.sh("systemctl start docker")
    swarm.stage.until(lambda: "web" in swarm.sh("docker service ls", check=False))
    lost = tmp_path / "lost.yml"
    # Nothing listens there.
    lost.write_text(
        json.dumps({"all": {"hosts": {"m1": {"ansible_host": "127.0.0.1", "ansible_port": 1}}}}),
        encoding="utf-8",
    )
    web["labels"] = {"team": "a"}
    moved = deploy(swarm, tmp_path, [web], "-i", str(lost))
    assert "m1 was not reached. All hosts are asked." in moved.text, moved.text
    assert "web: updated (labels.team)" in moved.text
    published = deploy(swarm, tmp_path, [{**web, "publish": ["8091:80"]}])
    assert published.status == 0, published.text
    assert "web would publish ports that other programs may hold. All hosts are asked." in published.text
    assert "web: updated (publish)" in published.text


def test_a_second_deployment_of_the_same_call_is_done_too(swarm: Swarm, tmp_path: Path) -> None:
    """S1: it asks all hosts although the first one, whose result they have, did not need to."""
    web: dict[str, object] = {"name": "web", "image": f"{swarm.image}:1"}
    published = {**web, "publish": ["8092:80"]}
    made = [[published], [web], [published]]
    book = tmp_path / "several.yml"
    imports = [
        {"ansible.builtin.import_playbook": "flotilla.swarm.deploy", "vars": {"swarm_services": services}}
        for services in made
    ]
    book.write_text(json.dumps(imports), encoding="utf-8")
    done = ansible_playbook(swarm.stage.lab.inventory_file(), str(book), report=False)
    assert done.status == 0, done.text
    words = ("web: created", "web: updated (publish)", "web: updated (publish)")
    assert [line.strip() for line in done.text.splitlines() if line.strip() in words] == list(words)


def test_deploys_all_that_stands_around_services(swarm: Swarm, tmp_path: Path) -> None:
    """C1, W1, K1: in an order in which each finds what it refers to; again is no change."""
    web: dict[str, object] = {
        "name": "web",
        "image": f"{swarm.image}:1",
        "networks": ["declared-net"],
        "secrets": [{"secret_name": "declared-key"}],
        "configs": [{"config_name": "declared-conf"}],
    }
    compose = {"services": {"one": {"image": f"{swarm.image}:1"}}}
    around: dict[str, object] = {
        "swarm_networks": [{"name": "declared-net"}],
        "swarm_secrets": [{"name": "declared-key", "data": "not-to-be-seen"}],
        "swarm_configs": [{"name": "declared-conf", "data": "text"}],
        "swarm_stacks": [{"name": "tower", "compose": [compose], "remote_src": False}],
    }
    absent = {"state": "absent"}
    try:
        first = deploy(swarm, tmp_path, [web], "-v", **around)
        assert first.status == 0, first.text
        assert "tower_one: created" in first.text
        assert "not-to-be-seen" not in first.text
        again = deploy(swarm, tmp_path, [web], **around)
        assert "Nothing had to be done." in again.text, again.text
        only = deploy(swarm, tmp_path, [{**web, "replicas": 0}], "-e", "swarm_deploy_only=tower", **around)
        assert "Nothing had to be done." in only.text, only.text
    finally:
        gone = deploy(
            swarm, tmp_path, [{"name": "web", **absent}], swarm_stacks=[{"name": "tower", **absent}]
        )
        assert gone.status == 0, gone.text
        swarm.sh(
            "docker network rm declared-net; docker secret rm declared-key; docker config rm declared-conf"
        )


def test_what_cannot_work_in_the_last_stack_is_refused_before_the_first_network(
    swarm: Swarm, tmp_path: Path
) -> None:
    """K4: the stack's file stands beside the inventory; check mode has one diff; what is used leaves with its user."""
    web: dict[str, object] = {
        "name": "web",
        "image": f"{swarm.image}:1",
        "networks": ["whole-net"],
        "secrets": [{"secret_name": "whole-key"}],
    }
    around: dict[str, object] = {
        "swarm_networks": [{"name": "whole-net"}],
        "swarm_secrets": [{"name": "whole-key", "data": "not-to-be-seen"}],
        "swarm_stacks": [{"name": "tower", "compose": ["tower.yml"], "remote_src": False, "prune": "all"}],
    }
    tower = tmp_path / "tower.yml"
    one = {"image": f"{swarm.image}:1", "networks": ["whole"], "secrets": ["nowhere"]}
    outside = {"whole": {"external": True, "name": "whole-net"}}
    tower.write_text(json.dumps({"services": {"one": one}, "networks": outside}), encoding="utf-8")
    refused = deploy(swarm, tmp_path, [web], **around)
    assert refused.status == 2
    assert "tower: " in refused.text and "nowhere" in refused.text, refused.text
    one["secrets"] = ["key"]
    lost = {"key": {"external": True, "name": "not-there"}}
    tower.write_text(
        json.dumps({"services": {"one": one}, "networks": outside, "secrets": lost}), encoding="utf-8"
    )
    refused = deploy(swarm, tmp_path, [web], **around)
    assert refused.status == 2
    assert "not-there" in refused.text, refused.text
    assert "whole-net" not in swarm.sh("docker network ls")
    lost["key"]["name"] = "whole-key"
    tower.write_text(
        json.dumps({"services": {"one": one}, "networks": outside, "secrets": lost}), encoding="utf-8"
    )
    planned = deploy(swarm, tmp_path, [web], "--check", "--diff", "-vvv", **around)
    assert planned.status == 0, planned.text
    for name in ("network whole-net", "secret whole-key", "web", "tower_one"):
        assert f"--- before: {name}" in planned.text, planned.text
    assert "not-to-be-seen" not in planned.text
    assert "whole-net" not in swarm.sh("docker network ls")
    first = deploy(swarm, tmp_path, [web], **around)
    assert "tower_one: created" in first.text, first.text
    gone = deploy(
        swarm,
        tmp_path,
        [{"name": "web", "state": "absent"}],
        swarm_networks=[{"name": "whole-net", "state": "absent"}],
        swarm_secrets=[{"name": "whole-key", "state": "absent"}],
        swarm_stacks=[{"name": "tower", "state": "absent"}],
    )
    assert gone.status == 0, gone.text
    for kind, name in (("network", "whole-net"), ("secret", "whole-key"), ("service", "web")):
        assert name not in swarm.sh(f"docker {kind} ls"), gone.text


def test_the_readme_deploys_as_it_is_printed(swarm: Swarm, tmp_path: Path) -> None:
    """K4: secrets and stacks; only the Compose file and the secret's value are not in it."""
    section = README.read_text(encoding="utf-8").partition("### Secrets, networks, stacks")[2]
    [printed] = re.findall(r"```yaml\n(.*?)```", section.partition("\n#")[0], re.S)
    declared = yaml.safe_load(printed)
    one = {"image": f"{swarm.image}:1", "secrets": ["key"]}
    keys = {"key": {"external": True, "name": "db_password"}}
    (tmp_path / "shop.yml").write_text(
        json.dumps({"services": {"one": one}, "secrets": keys}), encoding="utf-8"
    )
    declared["vault_db_password"] = "not-to-be-seen"
    try:
        done = deploy(swarm, tmp_path, [], **declared)
        assert done.status == 0, done.text
        assert "secret db_password: created" in done.text and "shop_one: created" in done.text, done.text
        assert "Nothing had to be done." in deploy(swarm, tmp_path, [], **declared).text
    finally:
        absent = {"state": "absent"}
        gone = deploy(
            swarm,
            tmp_path,
            [],
            swarm_stacks=[{"name": "shop", **absent}],
            swarm_secrets=[{"name": "db_password", **absent}],
        )
        assert gone.status == 0, gone.text
