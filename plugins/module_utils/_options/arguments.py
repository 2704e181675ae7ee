# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An argument spec beside the options that were given for it, at any depth. PRIVATE to the collection. Pure.

Beside what Ansible knows, a spec of ours may say ``hidden``: how the value of an option is shown where a result or a log repeats
it (see ``hidden.py``), ``text`` and ``limits``: which texts and numbers an option takes (see ``texts.py``).
"""

from __future__ import annotations

import base64
import copy
import typing as t

from .hidden import HIDDEN, hide_value, texts_in

Spec = t.Dict[str, t.Any]

# What only we know of an argument.
_OURS = ("hidden", "once", "text", "limits")
# What Ansible itself writes in place of the value of a ``no_log`` option.
_NO_LOG = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# A secret so short occurs everywhere, in IDs and sentences too, so it is hidden only where it was given.
_SHORT = 4


def hide_arguments(arguments: Spec, options: Spec, show_values: bool = False) -> Spec:
    """A copy of a task's options as a result or a log may repeat them, without the private ones between action and module.

    What the spec does not know is hidden: the name may be misspelt, and the value a secret.

    Args:
        arguments: the argument spec.
        options: what was given.
        show_values: hide only what ``no_log`` marks, and what the spec does not know.
    """
    known = {
        word: argument
        for name, argument in arguments.items()
        for word in (name, *argument.get("aliases", ()))
    }
    return {
        name: hide_value(value) if name not in known else _shown(known[name], value, show_values)
        for name, value in options.items()
        if not str(name).startswith("_")
    }


def _shown(argument: Spec, value: t.Any, show_values: bool) -> t.Any:
    """The value of one option, in whatever form it was given."""
    if value is None:
        return None
    if argument.get("no_log"):
        return _NO_LOG
    if argument.get("hidden") and not show_values:
        return argument["hidden"](value)
    inner = argument.get("options")
    if not inner or not hides_anything(inner):
        return copy.deepcopy(value)
    if isinstance(value, list):
        return [_entry_shown(inner, one, show_values) for one in value]
    return _entry_shown(inner, value, show_values)


def _entry_shown(arguments: Spec, value: t.Any, show_values: bool) -> t.Any:
    if not isinstance(value, dict):
        return hide_value(value)
    shown = hide_arguments(arguments, value, show_values)
    known = {word for name, argument in arguments.items() for word in (name, *argument.get("aliases", ()))}
    # Ansible reads a text as NAME=value where a dictionary is wanted, so that a secret can become a name.
    return {name if name in known else HIDDEN: one for name, one in shown.items()}


def secret_texts(arguments: Spec, options: Spec) -> set[str]:
    """The texts of ``no_log`` options, which are hidden wherever they occur; of Base64 its content too."""
    given = {
        text
        for holder, name, argument in given_arguments(arguments, options)
        if argument.get("no_log")
        for text in texts_in(holder[name])
    }
    return _long_enough(given | {_decoded(text) for text in given})


def hidden_texts(arguments: Spec, options: Spec) -> set[str]:
    """The texts that ``hide_arguments`` does not show: none may stand in a message about options that are wrong."""
    gone = set(texts_in(options)) - set(texts_in(hide_arguments(arguments, options)))
    # A list of NAME=value, of which a message may repeat the value alone.
    return _long_enough(gone | {text.partition("=")[2] for text in gone})


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""


def _long_enough(texts: t.Iterable[str]) -> set[str]:
    return {text for text in texts if len(text) >= _SHORT}


def hides_anything(arguments: Spec) -> bool:
    """Whether a task's options may hold a secret."""
    return any(argument.get("no_log") or argument.get("hidden") for argument in all_arguments(arguments))


def for_ansible(arguments: Spec) -> Spec:
    """The argument spec as Ansible knows it: whatever may be a secret is ``no_log``."""
    made = copy.deepcopy(arguments)
    for argument in all_arguments(made):
        if argument.get("hidden"):
            argument["no_log"] = True
        for word in _OURS:
            argument.pop(word, None)
    return made


def given_arguments(arguments: Spec, options: Spec) -> t.Iterator[tuple[dict[str, t.Any], str, Spec]]:
    """Every option that has a value, at any depth: the dictionary it stands in, its name, and its argument spec."""
    for name, argument in arguments.items():
        value = options.get(name)
        if value is None:
            continue
        yield options, name, argument
        if argument.get("options"):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    yield from given_arguments(argument["options"], inner)


def done_anew(arguments: Spec, options: Spec) -> list[str]:
    """The given options that do something at every call (``once``), whatever was done before: no call may be repeated."""
    return sorted(
        {
            name
            for holder, name, argument in given_arguments(arguments, options)
            if argument.get("once") and holder[name]
        }
    )


def ask_nothing_anew(arguments: Spec, options: Spec) -> None:
    """Take out of checked options what does something at every call."""
    for holder, name, argument in given_arguments(arguments, options):
        if argument.get("once"):
            holder[name] = False


def all_arguments(arguments: Spec) -> t.Iterator[Spec]:
    """The argument spec of every option, at any depth."""
    for argument in arguments.values():
        yield argument
        yield from all_arguments(argument.get("options") or {})


def without_paths(arguments: Spec) -> Spec:
    """The argument spec with plain text for paths: Ansible replaces variables and home folders by those of where it runs."""
    made = copy.deepcopy(arguments)
    for argument in all_arguments(made):
        for key in ("type", "elements"):
            if argument.get(key) == "path":
                argument[key] = "str"
    return made


def depends_on_host(arguments: Spec, options: Spec) -> bool:
    """Whether a path was given that means something else on each host."""
    for holder, name, argument in given_arguments(arguments, options):
        if "path" in (argument.get("type"), argument.get("elements")):
            given = holder[name] if isinstance(holder[name], list) else [holder[name]]
            if any(sign in str(path) for path in given for sign in "~$"):
                return True
    return False
