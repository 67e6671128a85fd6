"""Which release a reader sees, told: an older one, a newer one published meanwhile, or the last good one."""

import streamlit as st

from dashboard import data
from dashboard.address import home
from dashboard.edition import Edition
from dashboard.wording import Wording, plain
from schemas.errors import ReleaseDamaged

EVERY = "45s"
"""How often an open page looks for a newer release. It tells; it never changes what is being read."""


def tell(edition: Edition, fault: str, _: Wording) -> None:
    """Say above the page which release this is, unless it is simply the newest."""
    if fault:
        st.warning(
            _("The newest release cannot be shown: {fault} This is the last good release, of {day}.",
              fault=plain(fault), day=_.day(edition.release.manifest.created_on)),
            icon=":material/error:",
        )  # fmt: skip
        return
    newest = data.newest_id()
    if newest and newest != edition.id:
        st.info(
            _("This is the record as of {day}, release {release}. [Show the newest release]({place})",
              day=_.day(edition.release.manifest.created_on), release=plain(edition.id), place=home(_)),
            icon=":material/history:",
        )  # fmt: skip
    _watch(newest, _)


@st.fragment(run_every=EVERY)
def _watch(known: str, _: Wording) -> None:
    try:
        newest = data.newest_id()
    except ReleaseDamaged:
        return
    if newest and newest != known:
        st.info(_("A newer release has been published. [Show it]({place})", place=home(_)), icon=":material/update:")
