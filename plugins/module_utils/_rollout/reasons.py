# Copyright (c) 2026, Flotilla contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a task is not well: a word for programs, and words for people. PRIVATE to the collection. Pure.

The verdict of a rollout and the problems of ``swarm_service_info`` say it with these functions, so that both say the same.
"""

from __future__ import annotations

from .tasks import Task

#: States in which a task has failed, whatever it was meant to do.
FAILED = ("failed", "rejected")
# How the Engine begins its reasons, which says nothing to a user.
_BEGINNINGS = ("task: ", "starting container failed: ")
# Parts of the Engine's reasons, by the word for them; the first that fits counts.
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("image", ("no such image", "manifest unknown", "pull access denied", "invalid reference format")),
    ("port", ("address already in use", "port is already allocated", "host-mode port")),
    ("mount", ("mount",)),
)


def has_failed(task: Task, job: bool) -> bool:
    """Whether a task came to an end that it should not have come to.

    Args:
        task: any task.
        job: whether it is a job's. The task of any other service fails by ending, however well.
    """
    return task["state"] in FAILED or (task["state"] == "complete" and not job)


def reason_of(task: Task, has_health_check: bool) -> str:
    """The kind of a task's failure, in a word.

    Args:
        task: a task that failed, was rejected, or ended.
        has_health_check: whether its service brings a health check.
    """
    if _is_unhealthy(task, has_health_check):
        return "unhealthy"
    text = task["error"].lower()
    for reason, parts in _KINDS:
        if any(part in text for part in parts):
            return reason
    if task["state"] == "rejected":
        return "rejected"
    # Without an exit no process ever ran; without an error one ended well, again and again.
    return "crash_looping" if "exit (" in text or not text else "rejected"


def ending_of(task: Task, has_health_check: bool) -> str:
    """The Engine's reason, or how the task ended where the Engine gives none."""
    text = task["error"]
    for beginning in _BEGINNINGS:
        text = text[len(beginning) :] if text.startswith(beginning) else text
    if text:
        return text
    code = task["exit_code"]
    if _is_unhealthy(task, has_health_check):
        return f"its health check failed, or it ended by itself, with exit code {code}"
    return task["message"] or task["state"] if code is None else f"it ended by itself with exit code {code}"


def verb_of(state: str, one: bool = True) -> str:
    """What a task did that it should not have done, as the verb of a sentence.

    Args:
        state: that of a task that failed, was rejected, or ended.
        one: whether the subject of the sentence is one slot.
    """
    rejected = "was rejected" if one else "were rejected"
    return {"rejected": rejected, "complete": "ended"}.get(state, "failed")


def _is_unhealthy(task: Task, has_health_check: bool) -> bool:
    # The Engine stops an unhealthy container. A process that ends well on the signal to stop leaves no error behind (seen
    # with 20.10 and 26.1), so its task looks like one that ended by itself.
    return "unhealthy" in task["error"] or (
        has_health_check and task["state"] == "complete" and not task["error"]
    )
