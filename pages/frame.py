"""The frame of every page: configuration, navigation, and the one place where an error becomes a drawing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from core.errors import TabletalkError
from core.wiring import application
from pages.render import account, person, state, trouble

HERE = Path(__file__).parent
ICON = str(HERE / "render" / "icon.svg")

st.set_page_config(page_title="Tabletalk", page_icon=ICON, layout="centered", initial_sidebar_state="auto")
st.logo(str(HERE / "render" / "logo.svg"), icon_image=ICON)
st.html(HERE / "render" / "style.css")
page = st.navigation(
    [
        st.Page(HERE / "chat.py", title="Chat", icon=":material/forum:", default=True),
        st.Page(HERE / "sessions.py", title="Sessions", icon=":material/list:"),
        st.Page(HERE / "data.py", title="Data", icon=":material/database:"),
        st.Page(
            HERE / "audit.py", title="Audit", icon=":material/policy:", visibility="visible" if person.is_admin() else "hidden"
        ),
    ]
)
state.enter_page(page.url_path)
with trouble.guarded():
    app = application()
    person.greet(app)  # nothing is drawn for a sign-in that has ended
    with trouble.guarded():
        page.run()
    with suppress(TabletalkError):  # told by the page, or at the next click
        account.draw(app)
