"""How every page of ours is rendered, and days and periods in words for those that are in English only."""

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.wording import ENGLISH

day_words = ENGLISH.day
period_words = ENGLISH.period


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("etl", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def render(template: str, values: Mapping[str, object]) -> str:
    """A page from one of `etl/templates`; a value that the template asks for and does not get is an error.

    `_` gives its words their language and `direction` says which way that is written: English unless they are given.
    """
    shared = {"_": ENGLISH, "direction": ENGLISH.direction, "quiet_notice": False}
    return _templates().get_template(template).render({**shared, **values})
