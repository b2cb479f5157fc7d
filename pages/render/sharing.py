"""Sharing a session: make a link with a role and an end, see who came by it, revoke it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.models import Session, ShareLink, ShareRole
from core.sessions.rights import Access, Act, owner_name
from core.wiring import Visit
from pages.render import actions, state
from pages.render.text import ago, count, escape, label

_ROLES = {ShareRole.ASKER: "Can ask", ShareRole.VIEWER: "Can watch"}
_ENDS = {
    "With the session": None,
    "In an hour": timedelta(hours=1),
    "In a day": timedelta(days=1),
    "In a week": timedelta(days=7),
}
_ROLE, _END, _SIGN_IN, _PEOPLE = "share-role", "share-end", "share-sign-in", "share-people"
_SHOWN_USES = 8


def draw(visit: Visit, access: Access) -> None:
    if not access.may(Act.MANAGE):
        what = "watch it and ask in it" if access.may(Act.ASK) and not access.own_rows else "watch it"
        st.caption(f"Shared by {label(owner_name(access.session))}: you can {what}.")
        return
    with st.popover("Share", icon=":material/link:", type="tertiary", key="share", on_change="rerun") as fold:
        if fold.open:
            _make(visit, access.session)
            _links(visit, access.session.id)


def _make(visit: Visit, session: Session) -> None:
    rows = "each with rows of their own" if visit.databases.has_own_rows(session.connection) else "with its rows"
    st.caption(f"Whoever opens a link sees this session live, {rows}.")
    st.segmented_control("They", list(_ROLES), format_func=_ROLES.__getitem__, default=ShareRole.ASKER, key=_ROLE, required=True)
    st.selectbox("The link ends", list(_ENDS), key=_END)
    if visit.can_sign_in:
        st.checkbox("Only people who sign in", key=_SIGN_IN)
        st.text_input("Only these people", key=_PEOPLE, placeholder="ana@example.com, ben@example.com")
    st.button("Make link", type="primary", icon=":material/add_link:", key="share-make", on_click=_add, args=(visit, session.id))


def _add(visit: Visit, session_id: str) -> None:
    """Read at the click, when the controls hold what the person chose."""
    ends = _ENDS[str(state.value(_END, "With the session"))]
    people = [part.strip() for part in str(state.value(_PEOPLE) or "").split(",") if part.strip()]
    actions.share(
        visit,
        session_id,
        ShareRole(state.value(_ROLE) or ShareRole.ASKER),
        expires=datetime.now(UTC) + ends if ends else None,
        sign_in=bool(state.value(_SIGN_IN, False)),
        people=people,
    )


def _links(visit: Visit, session_id: str) -> None:
    for link in reversed(visit.work.links(session_id)):
        with st.container(border=True, key=f"link-{link.token}", gap="xsmall"):
            st.html(f'<p class="tt-note"><strong>{_ROLES[link.role]}</strong> · {escape(_terms(link))}</p>')
            st.code(state.share_link(link), language=None, wrap_lines=True)
            st.html(f'<p class="tt-meta">{escape(_came(link))}</p>')
            args = (visit, session_id, link.token)
            st.button(
                "Revoke",
                icon=":material/link_off:",
                type="tertiary",
                key=f"revoke-{link.token}",
                on_click=actions.revoke,
                args=args,
            )


def _terms(link: ShareLink) -> str:
    parts = [f"until {link.expires:%-d %B %H:%M} UTC" if link.expires else "as long as the session"]
    if link.people:
        parts.append("only " + ", ".join(link.people))
    elif link.sign_in:
        parts.append("only with a sign-in")
    return " · ".join(parts)


def _came(link: ShareLink) -> str:
    if not link.uses:
        return "Nobody has opened it yet."
    latest = sorted(link.uses, key=lambda use: use.last, reverse=True)
    named = ", ".join(f"{use.name} ({ago(use.last)})" for use in latest[:_SHOWN_USES])
    more = len(latest) - _SHOWN_USES
    return f"Opened by {named}" + (f" and {count(more, 'other')}" if more > 0 else "") + "."
