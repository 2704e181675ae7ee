# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options of drivers may be credentials. PRIVATE to the collection. Pure.

Drivers for logs, volumes, networks, addresses and secrets take options of their own names. A value is shown only where its
name is known to hold no credential; a name that nobody knows may be one.
"""

from __future__ import annotations

import re
import typing as t

from .hidden import hide_value

# The options of Docker's own drivers (docs.docker.com, "Configure logging drivers" and "Volume driver"), without tokens and
# credentials (splunk-token, awslogs-credentials-endpoint), keys, and addresses that usually hold a login (loki-url). The option
# "o" of local volumes is what mount(8) gets: the password of a file server, too.
_NAMES = """
cache-compress cache-disabled cache-max-file cache-max-size compress env env-regex labels labels-regex
max-buffer-size max-file max-size mode tag
awslogs-create-group awslogs-create-stream awslogs-datetime-format awslogs-endpoint
awslogs-force-flush-interval-seconds awslogs-format awslogs-group awslogs-max-buffered-events
awslogs-multiline-pattern awslogs-region awslogs-stream
fluentd-address fluentd-async fluentd-async-connect fluentd-async-reconnect-interval fluentd-buffer-limit
fluentd-max-retries fluentd-request-ack fluentd-retry-wait fluentd-sub-second-precision fluentd-write-timeout
gcp-log-cmd gcp-meta-id gcp-meta-name gcp-meta-zone gcp-project
gelf-address gelf-compression-level gelf-compression-type gelf-tcp-max-reconnect gelf-tcp-reconnect-delay
loki-batch-size loki-batch-wait loki-max-backoff loki-min-backoff loki-retries loki-timeout
splunk-format splunk-gzip splunk-gzip-level splunk-index splunk-insecureskipverify splunk-source splunk-sourcetype
splunk-url splunk-verify-connection
syslog-address syslog-facility syslog-format syslog-tls-skip-verify
device size type
encrypted
"""
_HARMLESS = frozenset(_NAMES.split())
_HARMLESS_PREFIX = "com.docker.network."
# An address with a login in it: https://user:password@host.
_LOGIN = re.compile(r"//[^/]*@")


def has_login(value: t.Any) -> bool:
    """Whether an address with a login in it stands in a value of any form."""
    return bool(_LOGIN.search(str(value)))


def hide_login(value: t.Any) -> t.Any:
    """An address as it is shown: hidden where a login stands in it."""
    return hide_value(value) if has_login(value) else value


def is_harmless(name: str, value: t.Any) -> bool:
    """Whether an option of a driver holds no credential, for all that is known of its name."""
    known = name in _HARMLESS or name.startswith(_HARMLESS_PREFIX)
    return known and not isinstance(value, (dict, list)) and not has_login(value)


def hide_option(name: str, value: t.Any) -> t.Any:
    """The value of an option of a driver as it is shown."""
    return value if is_harmless(name, value) else hide_value(value)


def hide_options(values: t.Any) -> t.Any:
    """Options of a driver, in any form, with the values hidden that may be credentials; names stay visible."""
    if isinstance(values, dict):
        return {name: hide_option(str(name), value) for name, value in values.items()}
    return hide_value(values)
