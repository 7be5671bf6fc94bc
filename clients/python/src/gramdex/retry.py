# SPDX-License-Identifier: Apache-2.0
"""retry.py: when a call is made again, and how long before that."""
from __future__ import annotations

import random
import time
from dataclasses import dataclass

from .errors import GramdexError


@dataclass(frozen=True)
class Retry:
    """Calls are made again when the server is shut down or away (UNAVAILABLE, reads alone) and when its queue is full (QUEUE_FULL: it
    has taken nothing, so writes too). Pauses double from `first` up to `longest`, less up to half by chance, and end with the
    deadline."""

    tries: int = 6
    """How often a call is made at most. 1: once."""
    first: float = 0.1
    """Seconds."""
    longest: float = 5.0
    """Seconds."""

    def pause(self, error: GramdexError, tried: int, left: float | None, may_repeat: bool) -> float | None:
        """Seconds until the call is made again after `tried` times; None: it is not. left: seconds of its deadline."""
        is_full = error.status == "RESOURCE_EXHAUSTED" and error.reason == "QUEUE_FULL"
        if tried >= self.tries or not (is_full or (may_repeat and error.status == "UNAVAILABLE")):
            return None
        pause = min(self.longest, self.first * 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)
        return pause if left is None or pause < left else None


class Deadline:
    """The seconds that a call has, over all its tries."""

    def __init__(self, seconds: float | None):
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        return None if self._end is None else max(0.0, self._end - time.monotonic())
