"""The pages. Each chooses, asks and shows; none computes."""

from collections.abc import Callable, Mapping

from dashboard.edition import Edition
from dashboard.views import about, accounts, disclosures, downloads, federal, notice, overview, requests, training
from dashboard.wording import Wording

Render = Callable[[Edition, Wording], None]

RENDERERS: Mapping[str, Render] = {
    "overview": overview.render,
    "requests": requests.render,
    "notice": notice.render,
    "accounts": accounts.render,
    "disclosures": disclosures.render,
    "training": training.render,
    "federal": federal.render,
    "downloads": downloads.render,
    "about": about.render,
}
