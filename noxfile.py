# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks that every collection's CI has, see antsibull-nox.toml: ``pip install -r requirements-nox.txt``, ``nox --list``."""

import antsibull_nox
import nox

nox.needs_version = ">=2025.2.9"
antsibull_nox.load_antsibull_nox_toml()
