# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual machine with Debian's own kernel, for what a test machine's kernel may lack: IPVS and encrypted overlays.

The machine is nothing but a Docker daemon that the lab uses from outside as its outer one.
"""
