# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services of a stack, checked as the service module checks its options. PRIVATE to the collection."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._engine.errors import Refused
from ...module_utils._service.spec import SERVICE_SPEC

_VALIDATOR = ArgumentSpecValidator({**SERVICE_SPEC, "name": {"type": "str", "required": True}})


def checked(service: dict[str, t.Any], where: str) -> dict[str, t.Any]:
    """A service with every option of the service module, each of its type.

    Args:
        service: options of ``swarm_service``.
        where: file and path of the service, for errors.

    Raises:
        Refused: an option has a value it cannot have.
    """
    found = _VALIDATOR.validate(service)
    if found.error_messages:
        raise Refused(f"{where}: {'; '.join(found.error_messages)}.")
    return {key: value for key, value in found.validated_parameters.items() if value is not None}
