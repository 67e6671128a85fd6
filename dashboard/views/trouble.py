"""Plain pages for when there is nothing to show: never half of a release."""

import streamlit as st

from dashboard.address import home
from dashboard.wording import Wording, plain


def no_catalogue(_: Wording) -> None:
    """Nothing was published yet."""
    st.title(_("Nothing has been published yet"), anchor=False)
    st.markdown(_("There is no catalogue of releases here. Whoever runs this site can make one with:"))
    st.code("make run", language="bash")


def damaged(fault: str, _: Wording) -> None:
    """The release is not as it was published."""
    st.title(_("This release is damaged and is not shown"), anchor=False)
    st.error(_("A file is not as it was published, so none of its figures are shown."), icon=":material/error:")
    st.markdown(plain(fault))
    st.markdown(_("Whoever runs this site can see which file with:"))
    st.code("daylight verify var/catalogue", language="bash")


def unknown_release(release: str, reason: str, _: Wording) -> None:
    """The address names a release that is not public."""
    if reason:
        st.title(_("This release was withdrawn"), anchor=False)
        st.markdown(plain(reason))
    else:
        st.title(_("There is no such release"), anchor=False)
        st.markdown(plain(release))
    st.markdown(_("[Show the newest release]({place})", place=home(_)))
