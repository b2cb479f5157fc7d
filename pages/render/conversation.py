"""The conversation of one session: its cards, the running turn, those that wait, and what to ask next.

It is one fragment: a ring of the live component redraws it and nothing else, so what a person types stays untouched.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from core.models import Session, SessionStatus, Turn, TurnState
from core.sessions.rights import Access, Act, owner_name
from core.turns import company
from core.turns.lease import Progress
from core.wiring import Visit
from pages.render import actions, card, expiry, live, person, state, table, trouble, welcome
from pages.render.text import escape, label

LATEST = 3
"""So many of the last cards are open at first sight."""


@dataclass(frozen=True)
class Conversation:
    """What one drawing shows, read in the order in which nothing can fall between: events, progress, turns."""

    access: Access
    cursor: str
    progress: Progress | None
    finished: tuple[Turn, ...]
    waiting: tuple[Turn, ...]
    """Unfinished ones: the one that runs first, then by index (a question asked again stands behind newer ones)."""

    @property
    def session(self) -> Session:
        return self.access.session

    @property
    def writable(self) -> bool:
        return writable(self.access)

    @property
    def shared(self) -> bool:
        """Whether somebody else is in it, so that it matters who asked."""
        return self.access.shared or not self.access.may(Act.MANAGE)


def writable(access: Access) -> bool:
    """Whether the session can still be asked, and by this person."""
    over = access.session.status in (SessionStatus.EXPIRED, SessionStatus.CLOSED)
    return access.may(Act.ASK) and not access.own_rows and not over


def invitation(access: Access | None) -> str:
    """What the input says while it is empty."""
    if access is not None and access.own_rows:
        return "Everybody sees rows of their own here. To ask, start a new session."
    if access is not None and not access.may(Act.ASK):
        return f"You can read this session. To ask in it, ask {owner_name(access.session)} for a link."
    return "Ask a question about your data"


def read(visit: Visit, session_id: str) -> Conversation:
    """Raises the session errors and StoreUnavailable."""
    now = visit.work.follow(session_id)
    finished = tuple(turn for turn in now.turns if turn.state.finished)
    running = now.progress.turn_id if now.progress else ""
    waiting = sorted((turn for turn in now.turns if not turn.state.finished), key=lambda turn: (turn.id != running, turn.index))
    return Conversation(now.access, now.cursor, now.progress, finished, tuple(waiting))


@st.fragment(key=actions.CONVERSATION)
def draw(visit: Visit, session_id: str, title: str, asking: bool) -> None:
    """Title and whether one may ask, as the page around shows them; when one changed, or when a ring of the live component
    asks for it, the whole page is drawn again."""
    with trouble.guarded_part("conversation"):
        person.still(visit)
        now = read(visit, session_id)
        if state.is_whole_wanted() or (now.session.title, now.writable) != (title, asking):
            st.rerun()
        _header(visit, now)
        # Loading the chart library blocks the browser for half a second: at first sight the words come without the charts,
        # and the live component has the page drawn again as soon as they stand.
        early = bool(now.finished) and state.first_sight(session_id)
        with st.container(key="cards"):
            _cards(visit, now, charts=not early)
        _running(visit, now, again=early)
        with st.container(key="after"):
            _queued(visit, now)
            _followups(visit, now)
            if (error := state.flashed()) is not None:
                trouble.inline(error, key="flash")


def _header(visit: Visit, now: Conversation) -> None:
    """The title once somebody gave one; before that it is the first question, which stands right below."""
    turns = sorted((*now.finished, *now.waiting), key=lambda turn: turn.index)
    title = now.session.title or "What would you like to know?"
    with st.container(key="head"):
        if not turns or not " ".join(turns[0].question.split()).startswith(title.removesuffix("…")):
            st.html(f'<p class="tt-title" role="heading" aria-level="1">{escape(title)}</p>')
        if now.access.own_rows:
            st.caption("Everybody sees rows of their own here: each answer is run again through your account.")
        expiry.draw(visit, now.access)


def _cards(visit: Visit, now: Conversation, *, charts: bool) -> None:
    if not now.finished and not now.waiting:
        welcome.draw(visit, now.session.connection, now.session.id)
        return
    opened = state.open_cards(now.session.id, tuple(turn.id for turn in now.finished[-LATEST:]))
    for turn in now.finished:
        card.draw(visit, turn, is_open=turn.id in opened, writable=now.writable, shared=now.shared, charts=charts)


def _running(visit: Visit, now: Conversation, *, again: bool) -> None:
    """The first unfinished turn and the live component, which keeps its place when nothing runs."""
    turn = now.waiting[0] if now.waiting else None
    dead = turn is not None and visit.work.is_interrupted(turn, now.progress)
    with st.container(border=turn is not None, key="running"):
        with st.container(key="running-question"):
            if turn is not None:
                card.title(turn, by=card.asked_by(visit, turn, shared=now.shared))
        live.draw({**_live_data(visit, now, None if dead else turn), "again": again})
        with st.container(key="running-rest"):
            if turn is not None and dead:
                card.interrupted(visit, turn, writable=now.writable)
            elif turn is not None:
                args = (visit, turn.session_id, turn.id)
                if now.access.may(Act.ASK):
                    st.button("Stop", icon=":material/stop_circle:", key=f"stop-{turn.id}", on_click=actions.stop, args=args)
                _so_far(visit, turn)


def _so_far(visit: Visit, turn: Turn) -> None:
    """Rows as soon as they are there."""
    result = visit.work.result(turn.session_id, turn.result.id) if turn.result is not None else None
    if result is not None and result.row_count:
        table.draw(result, turn.draft, key=f"early-{turn.id}", rows=5)


def _live_data(visit: Visit, now: Conversation, turn: Turn | None) -> dict[str, object]:
    progress = now.progress if turn is not None and now.progress is not None and now.progress.turn_id == turn.id else None
    sql = turn.draft.sql if turn is not None and turn.draft is not None else ""
    return {
        "session": now.session.id,
        "token": visit.work.event_token(now.session.id),
        "me": company.tag(now.session.id, visit.person.id),
        "after": progress.last_event_id if progress else now.cursor,
        "turn": turn.id if turn is not None else "",
        "latest": now.finished[-1].id if now.finished else "",
        "active": turn is not None,
        "ticks": progress is not None,
        "message": (progress.message if progress else "") or "Waiting for its turn…",
        "elapsed": max(0.0, time.time() - progress.started.timestamp()) if progress else 0.0,
        "sql": (progress.sql if progress else "") or sql,
        "text": progress.text if progress else "",
    }


def _queued(visit: Visit, now: Conversation) -> None:
    for turn in now.waiting[1:]:
        with st.container(border=True, key=f"queued-{turn.id}"):
            card.title(turn, by=card.asked_by(visit, turn, shared=now.shared))
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.caption("Waits until the question before it is answered.")
                args = (visit, turn.session_id, turn.id)
                if now.access.may(Act.ASK):
                    key, icon = f"remove-{turn.id}", ":material/close:"
                    st.button("Remove", icon=icon, type="tertiary", key=key, on_click=actions.stop, args=args)


def _followups(visit: Visit, now: Conversation) -> None:
    """What one might ask next, below the last answer while nothing runs."""
    last = now.finished[-1] if now.finished and not now.waiting else None
    if last is None or last.state is not TurnState.DONE or last.analysis is None or not now.writable:
        return
    with st.container(horizontal=True, gap="small", key="followups"):
        for position, question in enumerate(last.analysis.followups[:3]):
            key = f"followup-{last.id}-{position}"
            st.button(label(question), key=key, on_click=actions.ask, args=(visit, now.session.id, question), wrap=True)
