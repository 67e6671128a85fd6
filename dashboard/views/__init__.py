"""The pages. Each chooses, asks and shows; none computes."""

from collections.abc import Callable, Mapping
from functools import partial

from dashboard.edition import Edition
from dashboard.pages import EXHIBITED
from dashboard.views import about, ask, changes, compare, counties, downloads, exhibited, overview, programs, promises
from dashboard.wording import Wording

Render = Callable[[Edition, Wording], None]

RENDERERS: Mapping[str, Render] = {
    "overview": overview.render,
    **{code: partial(exhibited.render, code) for code in EXHIBITED},
    "promises": promises.render,
    "changes": changes.render,
    "compare": compare.render,
    "counties": counties.render,
    "ask": ask.render,
    "downloads": downloads.render,
    "programs": programs.render,
    "about": about.render,
}
