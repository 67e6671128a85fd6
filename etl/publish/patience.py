"""How long a run goes on with a portal in trouble: growing waits with jitter, a cap, and one budget for the run."""

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential, wait_random

from etl.publish.exchange import Trouble

_USUAL_SECONDS = 300.0
_MOST_ATTEMPTS = 8
T = TypeVar("T")


class Patience:
    """The seconds of waiting that a run has left. Waits begin at a second and end at thirty; less with a small budget."""

    def __init__(self, seconds: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.left = seconds
        self._sleep = sleep
        unit = min(1.0, seconds / _USUAL_SECONDS)
        self._growing = wait_exponential(multiplier=unit, max=30 * unit) + wait_random(0, unit)

    def _wait(self, state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        asked = fault.retry_after if isinstance(fault, Trouble) else 0.0
        return max(asked, self._growing(state))

    def _is_spent(self, state: RetryCallState) -> bool:
        return state.upcoming_sleep > self.left

    def _spend(self, seconds: float) -> None:
        self.left -= seconds
        self._sleep(seconds)

    def with_retries(self, ask: Callable[[], T], *, most: int = _MOST_ATTEMPTS) -> T:
        """Ask until there is an answer; the last Trouble when patience ends. Only for what may be asked twice."""
        attempts = Retrying(
            retry=retry_if_exception_type(Trouble), wait=self._wait, sleep=self._spend, reraise=True,
            stop=lambda state: state.attempt_number >= most or self._is_spent(state),
        )  # fmt: skip
        return attempts(ask)
