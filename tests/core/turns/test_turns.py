"""The way of one question, from submit to what is stored, on real rooms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from core.config import Settings
from core.errors import ConfigError, QuestionError, SessionNotFound
from core.models import ChartKind, ChartSpec, Event, EventKind, Mode, Person, SessionStatus, Turn, TurnState
from core.turns import events
from core.turns.desk import Turns
from core.turns.rooms import Rooms
from core.turns.worker import Workers
from tests.core.turns.scripted import FOREVER, ScriptedEngine, close_rooms, open_rooms
from tests.waiting import PATIENCE_S, until

COUNT = "SELECT region, COUNT(*) AS sales FROM sale GROUP BY region"
BAD = "SELECT nothing FROM sale"


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine({BAD: COUNT, "SELECT a FROM sale": "SELECT b FROM sale", "SELECT b FROM sale": "SELECT a FROM sale"})


@pytest.fixture
def rooms(settings: Settings, engine: ScriptedEngine) -> Iterator[Rooms]:
    made = open_rooms(settings, engine)
    yield made
    close_rooms(made)


@pytest.fixture
def workers(rooms: Rooms) -> Iterator[Workers]:
    made = Workers(rooms, 2)
    made.start()
    yield made
    made.stop()


def ask(turns: Turns, session_id: str, question: str) -> Turn:
    return turns.wait(session_id, turns.submit(session_id, question).id, timeout_s=PATIENCE_S)


def until_running(turns: Turns, session_id: str, step: str = "") -> None:

    def runs() -> bool:
        progress = turns.progress(session_id)
        return bool(progress and progress.step and progress.step.startswith(step))

    until(runs)


def test_a_question_is_answered_with_sql_table_chart_and_analysis(
    turns: Turns, rooms: Rooms, workers: Workers, session_id: str
) -> None:
    turn = ask(turns, session_id, COUNT)
    assert turn.state is TurnState.DONE and turn.failure is None and turn.notices == ()
    assert turn.draft and "COUNT(*)" in turn.draft.sql
    assert turn.result and turn.result.row_count == 3 and "North, 20" in turn.result.digest
    assert turn.chart and turn.analysis and turn.analysis.text
    assert {"context", "draft", "check", "execute", "analyse", "save"} <= set(turn.elapsed_ms)
    table = rooms.sessions.result(session_id, turn.result.id)
    assert table and sorted(table.rows()) == [("North", 20), ("South", 20), ("West", 20)]
    assert rooms.sessions.get(session_id).status is SessionStatus.IDLE


def test_the_question_is_stored_before_anything_runs(turns: Turns, rooms: Rooms, session_id: str) -> None:
    turn = turns.submit(session_id, "  How many?  ", author=Person("browser:ann", "Ann"))
    (stored,) = rooms.sessions.turns(session_id)
    assert (stored.id, stored.question, stored.author, stored.state) == (turn.id, "How many?", "Ann", TurnState.QUEUED)


def told_of(rooms: Rooms, session_id: str, turn_id: str) -> list[Event]:
    return [event for event in events.read(rooms.redis, session_id) if event.turn_id == turn_id]


def test_the_pages_are_told_every_step_in_order(turns: Turns, rooms: Rooms, workers: Workers, session_id: str) -> None:
    turn = ask(turns, session_id, COUNT)
    until(lambda: told_of(rooms, session_id, turn.id)[-1].kind is EventKind.DONE)  # it is stored just before it is told
    told = told_of(rooms, session_id, turn.id)
    assert [event.data["message"] for event in told if event.kind is EventKind.STATUS] == [
        "Loading conversation history…",
        "Analyzing your question…",
        "Running query…",
        "Generating insights…",
        "Saving session state…",
    ]
    assert [event.data["type"] for event in told if event.kind is EventKind.CHUNK][:2] == ["sql", "results"]
    assert told[-1].data == {"state": "done"}


def test_what_is_told_is_already_stored(turns: Turns, rooms: Rooms, session_id: str) -> None:
    seen: list[tuple[str, Turn]] = []

    def look(event: Event) -> None:
        if event.kind in (EventKind.CHUNK, EventKind.DONE):
            seen.append((event.data.get("type", "done"), rooms.sessions.turn(session_id, event.turn_id)))

    turns.run_here(session_id, COUNT, on_event=look)
    stored = dict(seen)
    assert stored["results"].result is not None and stored["results"].draft is not None
    assert stored["done"].state is TurnState.DONE


def test_a_command_that_is_interrupted_leaves_its_turn_interrupted_at_once(turns: Turns, rooms: Rooms, session_id: str) -> None:
    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        turns.run_here(session_id, COUNT, on_event=interrupt)
    [turn] = rooms.sessions.turns(session_id)
    assert turn.state is TurnState.RUNNING and turns.is_interrupted(turn, turns.progress(session_id))
    assert turns.run_here(session_id, COUNT).state is TurnState.DONE
    assert rooms.sessions.turn(session_id, turn.id).state is TurnState.FAILED


def test_query_mode_gives_the_table_alone(turns: Turns, rooms: Rooms) -> None:
    session_id = rooms.sessions.create("shop", mode=Mode.QUERY).id
    turn = turns.run_here(session_id, COUNT)
    assert turn.state is TurnState.DONE and turn.result and turn.chart is None and turn.analysis is None


@pytest.mark.parametrize("question", ["", "  \n\t ", "\x00\x07", "x" * 4_001])
def test_a_question_that_cannot_be_taken_is_refused_and_not_stored(
    turns: Turns, rooms: Rooms, session_id: str, question: str
) -> None:
    with pytest.raises(QuestionError) as refused:
        turns.submit(session_id, question)
    assert refused.value.hint and rooms.sessions.turns(session_id) == ()


def test_an_engine_that_is_not_configured_is_named_with_its_settings(turns: Turns, rooms: Rooms, session_id: str) -> None:
    with pytest.raises(ConfigError) as refused:
        turns.submit(session_id, "?", engine="llm")
    assert "OPENAI_API_KEY" in refused.value.hint and "OPENAI_MODEL" in refused.value.hint
    assert rooms.sessions.turns(session_id) == ()


def test_a_session_that_is_not_there_takes_no_question(turns: Turns) -> None:
    with pytest.raises(SessionNotFound):
        turns.submit("A" * 22, "How many?")


def test_the_same_submit_twice_is_one_turn(turns: Turns, rooms: Rooms, workers: Workers, session_id: str) -> None:
    for _ in range(2):
        turns.submit(session_id, COUNT, turn_id="once")
    assert turns.wait(session_id, "once", timeout_s=PATIENCE_S).attempts == 1
    assert len(rooms.sessions.turns(session_id)) == 1


def test_questions_of_one_session_run_in_order_and_never_at_once(
    turns: Turns, rooms: Rooms, workers: Workers, session_id: str
) -> None:
    asked = [turns.submit(session_id, f"wait 0.05 SELECT {number}").id for number in range(6)]
    turns.wait(session_id, asked[-1], timeout_s=PATIENCE_S)
    done = rooms.sessions.turns(session_id)
    assert [turn.id for turn in done] == asked
    for one, following in pairwise(done):
        assert one.finished and following.started and one.finished <= following.started


def test_a_question_back_ends_the_turn_with_its_choices(turns: Turns, workers: Workers, session_id: str) -> None:
    turn = ask(turns, session_id, "which")
    assert turn.state is TurnState.NEEDS_CLARIFICATION
    assert turn.clarification and turn.clarification.question == "Which one?" and turn.result is None


def test_a_choice_with_a_question_becomes_a_turn_of_its_own(
    turns: Turns, rooms: Rooms, workers: Workers, session_id: str
) -> None:
    first = ask(turns, session_id, "which")
    chosen = turns.choose(session_id, first.id, 0)
    assert turns.wait(session_id, chosen.id, timeout_s=PATIENCE_S).state is TurnState.DONE
    assert [turn.question for turn in rooms.sessions.turns(session_id)] == ["which", "SELECT COUNT(*) FROM sale"]


def test_a_choice_that_settles_a_word_asks_the_same_turn_again(
    turns: Turns, rooms: Rooms, workers: Workers, session_id: str
) -> None:
    first = ask(turns, session_id, "resolve it")
    again = turns.wait(session_id, turns.choose(session_id, first.id, 0).id, timeout_s=PATIENCE_S)
    assert again.id == first.id and again.state is TurnState.DONE and again.clarification is None
    assert rooms.sessions.get(session_id).resolutions == {"region": "North"}


def test_a_choice_that_is_not_there_is_refused(turns: Turns, workers: Workers, session_id: str) -> None:
    with pytest.raises(QuestionError):
        turns.choose(session_id, ask(turns, session_id, "which").id, 7)


def test_the_best_reading_of_a_question_back_is_run_when_it_is_taken(
    turns: Turns, workers: Workers, engine: ScriptedEngine, session_id: str
) -> None:
    first = ask(turns, session_id, "perhaps SELECT COUNT(*) FROM sale")
    assert first.state is TurnState.NEEDS_CLARIFICATION and first.draft is None
    asked = len(engine.contexts)
    taken = turns.wait(session_id, turns.accept(session_id, first.id).id, timeout_s=PATIENCE_S)
    assert taken.id == first.id and taken.state is TurnState.DONE and taken.clarification is None
    assert taken.result and any("nearest reading" in notice for notice in taken.notices)
    assert len(engine.contexts) == asked


def test_without_a_reading_there_is_nothing_to_take(turns: Turns, workers: Workers, session_id: str) -> None:
    with pytest.raises(QuestionError):
        turns.accept(session_id, ask(turns, session_id, "which").id)


def test_the_databases_refusal_goes_back_to_the_engine(turns: Turns, engine: ScriptedEngine, session_id: str) -> None:
    told: list[str] = []
    turn = turns.run_here(session_id, BAD, on_event=lambda event: told.append(str(event.data.get("message", ""))))
    assert turn.state is TurnState.DONE and turn.result and turn.draft and len(turn.draft.repairs) == 1
    assert "nothing" in engine.errors[0]
    assert "Correcting the query (1 of 3)…" in told


def test_the_engine_is_asked_at_most_three_times(turns: Turns, engine: ScriptedEngine, session_id: str) -> None:
    turn = turns.run_here(session_id, "SELECT a FROM sale")
    assert turn.state is TurnState.FAILED and turn.failure and turn.failure.message
    assert len(engine.errors) == 3
    assert turn.draft, "the person sees what was tried"


def test_a_statement_the_guard_refuses_never_runs(turns: Turns, engine: ScriptedEngine, rooms: Rooms, session_id: str) -> None:
    turn = turns.run_here(session_id, "DELETE FROM sale")
    assert turn.state is TurnState.FAILED and turn.failure and not engine.errors
    assert turns.run_here(session_id, "SELECT COUNT(*) FROM sale").result


@pytest.mark.parametrize(
    ("question", "message", "hint"),
    [("fail", "The model is asleep.", "Wake it."), ("refuse", "Only questions can be asked.", "Ask for data.")],
)
def test_a_failure_is_told_in_its_own_words(
    turns: Turns, rooms: Rooms, session_id: str, question: str, message: str, hint: str
) -> None:
    turn = turns.run_here(session_id, question)
    assert turn.state is TurnState.FAILED and turn.failure and (turn.failure.message, turn.failure.hint) == (message, hint)
    last_two = events.read(rooms.redis, session_id)[-2:]
    assert [event.kind for event in last_two] == [EventKind.ERROR, EventKind.DONE]
    assert rooms.sessions.get(session_id).status is SessionStatus.ERROR


def test_a_bug_is_logged_and_told_calmly(turns: Turns, session_id: str, caplog: pytest.LogCaptureFixture) -> None:
    turn = turns.run_here(session_id, "crash")
    assert turn.state is TurnState.FAILED and turn.failure and turn.failure.hint
    assert "secret internals" not in str(turn)
    assert "ZeroDivisionError" in caplog.text


def test_retry_asks_the_same_turn_again(turns: Turns, rooms: Rooms, workers: Workers, session_id: str) -> None:
    failed = ask(turns, session_id, "crash")
    queued = turns.retry(session_id, failed.id)
    assert queued.state is TurnState.QUEUED and queued.failure is None
    again = turns.wait(session_id, failed.id, timeout_s=PATIENCE_S)
    assert (again.state, again.attempts, again.index) == (TurnState.FAILED, 2, 0)


def test_retry_forgets_the_chart_a_person_made_of_the_old_result(turns: Turns, rooms: Rooms, session_id: str) -> None:
    turn = turns.submit(session_id, COUNT)
    turns.stop(session_id, turn.id)
    rooms.sessions.set_user_chart(session_id, turn.id, ChartSpec(ChartKind.BAR, x=7, y=(8,)))
    turns.retry(session_id, turn.id)
    assert rooms.sessions.turn(session_id, turn.id).user_chart is None


def test_retry_leaves_an_answered_and_a_running_turn_alone(turns: Turns, workers: Workers, session_id: str) -> None:
    done = ask(turns, session_id, COUNT)
    assert turns.retry(session_id, done.id) == done
    running = turns.submit(session_id, "wait 3")
    until_running(turns, session_id, "draft")
    assert turns.retry(session_id, running.id).state is TurnState.RUNNING
    turns.stop(session_id)
    assert turns.wait(session_id, running.id, timeout_s=PATIENCE_S).attempts == 1


@pytest.mark.parametrize("question", ["wait 30", FOREVER])
def test_stop_ends_a_turn(turns: Turns, workers: Workers, session_id: str, question: str) -> None:
    turn = turns.submit(session_id, question)
    until_running(turns, session_id, "draft" if question.startswith("wait") else "execute")
    turns.stop(session_id, turn.id)
    stopped = turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
    assert stopped.state is TurnState.CANCELLED
    assert bool(stopped.draft) == (question == FOREVER), "what was there stays"
    assert ask(turns, session_id, COUNT).state is TurnState.DONE


def test_stop_of_a_waiting_turn_leaves_the_running_one(turns: Turns, workers: Workers, session_id: str) -> None:
    running, waiting = turns.submit(session_id, "wait 0.5"), turns.submit(session_id, COUNT)
    until_running(turns, session_id)
    turns.stop(session_id, waiting.id)
    assert turns.wait(session_id, waiting.id, timeout_s=PATIENCE_S).state is TurnState.CANCELLED
    assert turns.wait(session_id, running.id, timeout_s=PATIENCE_S).state is TurnState.DONE


def test_a_page_that_attaches_in_the_middle_sees_what_is_done(turns: Turns, workers: Workers, session_id: str) -> None:
    turn = turns.submit(session_id, FOREVER)
    until_running(turns, session_id, "execute")
    progress = turns.progress(session_id)
    assert progress and progress.turn_id == turn.id
    assert progress.message == "Running query…" and "RECURSIVE" in progress.sql
    assert progress.started <= datetime.now(UTC)
    turns.stop(session_id)
    turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
    assert turns.progress(session_id) is None


def test_follow_ups_see_the_last_three_answers(turns: Turns, engine: ScriptedEngine, session_id: str) -> None:
    for number in range(5):
        turns.run_here(session_id, f"SELECT {number}")
    assert [turn.question for turn in engine.contexts[-1].turns] == ["SELECT 1", "SELECT 2", "SELECT 3"]


def test_old_turns_are_folded_into_the_summary(turns: Turns, rooms: Rooms, engine: ScriptedEngine, session_id: str) -> None:
    for number in range(8):
        turns.run_here(session_id, f"SELECT {number} AS n")
    session = rooms.sessions.get(session_id)
    assert session.summarized_to >= 3 and session.summary
    assert engine.contexts[-1].summary
    assert len(rooms.sessions.turns(session_id)) == 8


def test_a_deleted_session_ends_its_running_turn_quietly(turns: Turns, rooms: Rooms, workers: Workers, session_id: str) -> None:
    turns.submit(session_id, "wait 20")
    until_running(turns, session_id, "draft")
    rooms.sessions.delete(session_id)
    other = rooms.sessions.create("shop").id
    for number in range(3):
        answered = ask(turns, other, f"SELECT {number}")
        assert answered.state is TurnState.DONE, answered
    assert rooms.redis.keys(f"session:*{session_id}*") == []


def test_a_turn_that_just_began_or_ended_is_not_taken_for_interrupted(turns: Turns, workers: Workers, session_id: str) -> None:
    """With what a page read a moment before: no progress yet, and the turn as running."""
    turn = turns.submit(session_id, "wait 0.3")
    until_running(turns, session_id, "draft")
    running = turns.retry(session_id, turn.id)
    assert running.state is TurnState.RUNNING and not turns.is_interrupted(running, None)
    turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
    assert not turns.is_interrupted(running, None)
