"""Which turns go in full, wait, or are folded."""

from __future__ import annotations

from dataclasses import replace

from core.models import Summary, Turn, TurnState
from core.summarization import brief, split
from tests.core.nl2sql.llm.shop import turn, turns


def questions(found: tuple[Turn, ...]) -> list[str]:
    return [each.question for each in found]


def test_the_last_three_answered_turns_go_in_full() -> None:
    window = split(turns("abcd"), Summary())
    assert questions(window.recent) == ["b", "c", "d"]
    assert questions(window.waiting) == ["a"]
    assert window.foldable == ()


def test_nothing_folds_up_to_five_unfolded_turns_and_everything_older_from_six_on() -> None:
    assert split(turns("abcde"), Summary()).foldable == ()
    assert questions(split(turns("abcdef"), Summary()).foldable) == ["a", "b", "c"]


def test_folded_turns_do_not_count() -> None:
    assert split(turns("abcdefgh"), Summary("…", 3)).foldable == ()
    assert questions(split(turns("abcdefghi"), Summary("…", 3)).foldable) == ["d", "e", "f"]


def test_few_long_turns_fold_by_their_tokens() -> None:
    long = tuple(turn(index, "q", "SELECT " + "x, " * 650) for index in range(5))
    assert [each.index for each in split(long, Summary()).foldable] == [0, 1]
    assert split(long[:3], Summary()).foldable == ()


def test_unanswered_turns_are_not_shown_in_full_but_pass_into_the_past() -> None:
    failed = replace(turn(4, "broken"), state=TurnState.FAILED)
    window = split((*turns("abcd"), failed, turn(5, "f"), turn(6, "g")), Summary())
    assert questions(window.recent) == ["d", "f", "g"]
    assert questions(window.foldable) == ["a", "b", "c"]


def test_nothing_after_an_unfinished_turn_is_folded() -> None:
    waiting = replace(turn(1, "slow"), state=TurnState.QUEUED)
    assert questions(split((turn(0, "a"), waiting, *(turn(n, str(n)) for n in range(2, 9))), Summary()).foldable) == ["a"]


def test_no_turns_is_an_empty_window() -> None:
    assert split((), Summary()).recent == ()


def test_a_brief_names_the_questions_that_wait_for_the_next_fold() -> None:
    assert brief(turns("abcde"), Summary("Findings:\n- x", 1)) == "Findings:\n- x\nAsked since:\n- b"
    assert brief(turns("abc"), Summary()) == ""
