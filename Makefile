# SPDX-License-Identifier: GPL-3.0-or-later
# Everything made here goes to .venv, .cache and dist in this checkout.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := .venv/bin
TREE := .cache/tree/ansible_collections/flotilla/swarm
# The collection by its own name, from this checkout; nothing is written to the user's home.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/tree
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
PYTEST := $(BIN)/python -m pytest

.PHONY: help venv demo pictures test lint unit picture sanity integration long engines mesh molecule roles newest bench chaos house docs build release clean $(TREE)

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

venv: .venv/.stamp $(TREE) ## Python environment with all tools, in .venv

.venv/.stamp: requirements-dev.txt
	@python=$$(tests/tools/pythons 3.12 3.13 3.11 | head -n 1); \
	if [ -z "$$python" ] && [ ! -x $(BIN)/python ]; then \
	    echo 'make: Python 3.11, 3.12 or 3.13 with its venv module is needed (Debian: apt-get install python3-venv)' >&2; \
	    exit 1; \
	fi; \
	[ -x $(BIN)/python ] || "$$python" -m venv .venv
	@echo 'Installing the tools into .venv (a minute, once)'
	@$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	@touch $@

# The collection by the name it has when it is installed.
$(TREE):
	@mkdir -p $(@D) && { [ "$$(readlink $@)" = $(CURDIR) ] || ln -sfn $(CURDIR) $@; }

demo: venv ## five bare hosts on this machine become a swarm
	@tests/demo/run

pictures: venv ## the documentation's pictures, of the demo's swarm with things broken
	@tests/demo/pictures

test: venv ## everything that CI runs (ARGS="lint unit")
	@$(BIN)/python tests/tools/stages.py $(ARGS)

lint: venv ## form, types, documentation, licences
	@tests/tools/lint

unit: venv ## the pure code, in seconds (ARGS="-k plan")
	@$(PYTEST) tests/unit -n 2 -q --junit-xml=.cache/reports/unit.xml $(ARGS)

picture: venv ## the report in a headless Chromium, installed where it is missing (ARGS="-k keyboard")
	@tests/tools/chromium >/dev/null
	@$(PYTEST) tests/picture -q --junit-xml=.cache/reports/picture.xml $(ARGS)

sanity: venv ## ansible-test sanity on the oldest and the newest Python found here (ARGS="--test import")
	@tests/tools/sanity $(ARGS)

# Beside each other, they have more hosts than a lab of one's own may have.
integration long engines molecule roles newest chaos: export FLOTILLA_LAB_MAX_HOSTS ?= 60

integration: venv ## on real Engines, over SSH, on test hosts of this machine (ARGS="-k firewall")
	@$(PYTEST) tests/integration -m "not long and not mesh" -n 3 --durations=25 --junit-xml=.cache/reports/integration.xml $(ARGS) || { \
	    echo '===== integration: repeating what failed, by itself: many swarms share two cores, and Engines have time-outs'; \
	    $(PYTEST) tests/integration -m "not long and not mesh" --last-failed --last-failed-no-failures none -v $(ARGS); }

long: venv ## the integration tests that take minutes: kills, power cuts, secrets on every way, Debian's next release (ARGS="-k chaos")
	@$(PYTEST) tests/integration -m long -n 2 --durations=5 $(ARGS)

engines: venv ## the tests of modules and operations in swarms of three Engines: 20.10, 26.1 and 28.5 (ARGS="-k rollout")
	@FLOTILLA_LAB_MIXED=20.10,26.1,28.5,26.1 $(PYTEST) tests/integration/modules tests/integration/operations \
	    -m "not long and not mesh" -n 3 --durations=5 $(ARGS)

mesh: venv ## what takes a kernel with IPVS and xfrm: mesh, virtual IPs, encrypted networks; in a virtual machine
	@PYTHONPATH=tests $(BIN)/python -m mesh $(ARGS)

molecule: SCENARIOS := --all --exclude 'role/*'
roles: SCENARIOS := --scenario-name 'role/*'

molecule: venv ## the playbooks as a user's molecule would run them
roles: venv ## each role by itself, in a scenario to copy

molecule roles:
	@rm -rf .cache/ansible/tmp/molecule.*; tests/lab/lab down --name $(FLOTILLA_LAB_PREFIX)molecule # what an interrupted run left
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/molecule test $(SCENARIOS) --report; code=$$?; \
	tests/lab/lab down --name $(FLOTILLA_LAB_PREFIX)molecule; exit $$code

newest: export CORE ?= newest
newest: $(TREE) ## with the newest ansible-core, pre-releases too (CORE=2.17, ARGS="tests/integration/test_site.py")
	@tests/tools/newest $(ARGS)

bench: venv ## compare with community.docker on the same hosts (ARGS="--sizes 3 --rounds 1", ARGS=services, ARGS=stacks)
	@tests/bench/run $(ARGS)

chaos: venv ## kill runs at random moments and run them again (ARGS="--seed 1 --kills 60 --only site,stack", ARGS="--help")
	@PYTHONPATH=tests:.cache/tree $(BIN)/python -m chaos $(ARGS)

house: venv ## rooms, paths of values, programs and long functions, in numbers (ARGS="--tree PATH --json")
	@$(BIN)/python tests/tools/house.py $(ARGS)

docs: venv ## the guides and the reference as web pages, in .cache/docs/build/html
	@tests/tools/docs

build: venv ## the artifact, in dist
	@$(BIN)/ansible-galaxy collection build --force --output-path dist

release: venv ## changelog, commit, tag and artifact of the version in galaxy.yml, on this machine only
	@tests/tools/release

clean: ## test hosts down, everything made here removed
	@tests/lab/lab purge
	rm -rf .venv .cache dist .hypothesis
