"""One turn as a card: the question, the answer, what shaped it, and quiet controls. The same for live and replay."""

from __future__ import annotations

import streamlit as st

from core.models import ChartKind, ResultSet, Turn, TurnState
from core.wiring import Visit
from pages.render import actions, chart, chips, clarification, download, editor, metric, own_rows, person, sql, table, trouble
from pages.render.text import ago, escape, label, led, line, rich, shortened

_TABLE, _SQL, _EDIT = "Table", "SQL", "Edit chart"


@st.fragment
def draw(visit: Visit, turn: Turn, *, is_open: bool, writable: bool, shared: bool = False, charts: bool = True) -> None:
    """A finished turn; closed it is one line that opens at a click, and only then draws its body.

    It says who asked; in a session nobody else is in only where that was somebody else. With charts=False an open one keeps the
    room of its chart free for the next drawing.
    """
    with trouble.guarded_part(turn.id):
        person.still(visit)
        if is_open:
            with st.container(border=True, key=f"card-{turn.id}"):
                title(turn, by=asked_by(visit, turn, shared=shared))
                _body(visit, turn, writable, charts=charts)
            return
        with st.expander(_folded(turn), key=f"fold-{turn.id}", on_change="rerun") as fold:
            if fold.open:
                _body(visit, turn, writable)


def asked_by(visit: Visit, turn: Turn, *, shared: bool) -> str:
    """Empty where nobody knows, and in a session nobody else is in for its own questions."""
    if turn.author_id != visit.person.id:
        return turn.author
    return "You" if shared else ""


def title(turn: Turn, *, by: str = "") -> None:
    """The question, who asked it where that is told, and when."""
    meta = " · ".join(part for part in (by, ago(turn.created)) if part)
    st.html(
        f'<p class="tt-question" role="heading" aria-level="2">{escape(turn.question)}</p><p class="tt-meta">{escape(meta)}</p>'
    )


def interrupted(visit: Visit, turn: Turn, *, writable: bool) -> None:
    """A turn whose worker is gone."""
    trouble.words("This question was interrupted before it was answered.", "What it had until then is kept; ask it again.")
    _retry(visit, turn, writable)


def _folded(turn: Turn) -> str:
    """A folded card: the question, and the sentence that answered it."""
    question = f"**{label(shortened(turn.question, 200))}**"
    answer = label(shortened(_summary(turn), 220))
    return f"{question}  \n{answer}" if answer else question


def _summary(turn: Turn) -> str:
    if turn.state is TurnState.FAILED:
        return turn.failure.message if turn.failure else "Not answered."
    if turn.state is TurnState.CANCELLED:
        return "Stopped."
    if turn.state is TurnState.NEEDS_CLARIFICATION:
        return turn.clarification.question if turn.clarification else ""
    return line(led(turn.analysis.text)[0]) if turn.analysis else ""


def _body(visit: Visit, turn: Turn, writable: bool, *, charts: bool = True) -> None:
    chips.changes(turn)
    if turn.state is TurnState.NEEDS_CLARIFICATION:
        clarification.draw(visit, turn, writable=writable)
        return
    if turn.state is TurnState.FAILED and turn.failure is not None:
        trouble.words(turn.failure.message, turn.failure.hint)
    if turn.state is TurnState.CANCELLED:
        trouble.words(
            "Stopped.",
            "Nothing else was run for this question." if turn.result is None else "The rows that had arrived are kept.",
        )
    answer = visit.work.answer(turn, wait_s=own_rows.QUICK_S)
    turn, result = answer.turn, answer.result
    if answer.waiting_s is not None:
        own_rows.awaited(visit, turn)
    elif answer.trouble is not None:
        own_rows.missing(visit, turn, answer.trouble)
    _answer(turn, result, charts)
    chips.draw(turn)
    _controls(visit, turn, result, writable)


def _answer(turn: Turn, result: ResultSet | None, charts: bool) -> None:
    """The sentence that answers, the picture, and what else there is to say."""
    lead, rest = led(turn.analysis.text) if turn.analysis is not None else ("", "")
    if lead:
        st.html(f'<div class="tt-answer">{rich(lead)}</div>')
    for note in _notes(turn):
        st.html(f'<p class="tt-note">{note}</p>')
    if result is not None:
        _picture(turn, result, charts)
    elif turn.result is not None:
        st.caption("The rows of this answer are no longer kept. Ask again to see them.")
    if rest:
        st.html(f'<div class="tt-answer">{rich(rest)}</div>')


def _picture(turn: Turn, result: ResultSet, charts: bool) -> None:
    spec = chart.shown(turn)
    if spec.kind is ChartKind.METRIC:
        metric.draw(turn, spec, result)
    elif spec.kind is not ChartKind.NONE and not charts:
        chart.room(turn, spec, result)
    elif spec.kind is not ChartKind.NONE:
        chart.draw(turn, spec, result, alt=_alt(turn))
    elif result.row_count:
        table.draw(result, turn.draft, key=f"rows-{turn.id}")
    else:
        st.caption("No rows.")


def _notes(turn: Turn) -> list[str]:
    """What the person must know, safe for st.html: words left unused, what is missing or was done differently."""
    notes = []
    draft = turn.draft
    if draft is not None and draft.unused_words:
        words = ", ".join(f"<strong>{escape(word)}</strong>" for word in draft.unused_words)
        notes.append(f"I did not use the word{'s' if len(draft.unused_words) > 1 else ''} {words}.")
    said = [draft.notice if draft else "", turn.analysis.notice if turn.analysis else "", *turn.notices]
    return notes + [escape(text) for text in dict.fromkeys(said) if text]


def _alt(turn: Turn) -> str:
    return line(turn.analysis.text) if turn.analysis is not None and turn.analysis.text else turn.question


def _controls(visit: Visit, turn: Turn, result: ResultSet | None, writable: bool) -> None:
    """Table, SQL and chart editor, one at a time and only when asked for; downloads; Retry where there is no answer."""
    says_more = result is not None and result.row_count * len(result.columns) > 1 and chart.shown(turn).kind is not ChartKind.NONE
    panels = [_TABLE] if says_more else []
    panels += [_SQL] if turn.draft is not None else []
    panels += [_EDIT] if result is not None and editor.possible(turn, result) and writable else []
    panel = None
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"controls-{turn.id}"):
        if panels:
            panel = st.pills("Show", panels, key=f"panel-{turn.id}", label_visibility="collapsed")
        if result is not None and result.row_count:
            download.draw(visit, turn, chart.shown(turn), result)
        if turn.state in (TurnState.FAILED, TurnState.CANCELLED):
            _retry(visit, turn, writable)
    if panel == _TABLE and result is not None:
        table.draw(result, turn.draft, key=f"table-{turn.id}")
    elif panel == _SQL and turn.draft is not None:
        sql.draw(turn.draft)
    elif panel == _EDIT and result is not None:
        editor.draw(visit, turn, result)
    if turn.failure is not None:
        trouble.details(turn.failure.detail, key=f"details-{turn.id}")


def _retry(visit: Visit, turn: Turn, writable: bool) -> None:
    args = (visit, turn.session_id, turn.id)
    st.button(
        "Retry", icon=":material/refresh:", key=f"retry-{turn.id}", on_click=actions.retry, args=args, disabled=not writable
    )
