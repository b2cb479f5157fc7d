"""The figures of an evaluation, on outcomes one can count by hand."""

from __future__ import annotations

from typing import Any

import pytest

from core.evaluation.failures import failures
from core.evaluation.measures import CoverageCurve, calibration, expected_calibration_error, quantile, tally
from core.evaluation.outcome import Outcome, later_turns
from core.evaluation.report import report
from core.evaluation.versus import changes, versus

ASKED = {"question": "Which one?", "choices": []}


def outcome(number: int, correct: bool | None, confidence: float = 0.9, **more: Any) -> Outcome:
    given = {"sql": "SELECT 1", "db": "shop", "question": f"q{number}", "gold": "SELECT 2", "shape": "HAVING"} | more
    return Outcome(number, given.pop("sql"), confidence, correct=correct, **given)


def test_a_clarification_is_not_an_answer_though_its_best_reading_may_be_right() -> None:
    of = tally([outcome(1, True), outcome(2, False), outcome(3, True, clarification=ASKED), outcome(4, False, sql=None)])
    assert (of.count, of.right, of.answered, of.answered_right) == (4, 2, 2, 1)
    assert (of.accuracy, of.precision, of.clarified) == (0.5, 0.5, 0.5)


def test_calibration_compares_the_mean_confidence_of_a_band_with_its_accuracy() -> None:
    bands = calibration([outcome(1, True, 1.0), outcome(2, True, 0.9), outcome(3, False, 0.5), outcome(4, False, 0.3, sql=None)])
    assert [(band.low, band.count, band.right, band.observed) for band in bands] == [(0.5, 1, 0, 0.0), (0.9, 2, 2, 1.0)]
    assert bands[1].expected == pytest.approx(0.95)
    assert expected_calibration_error(bands) == pytest.approx((1 * 0.5 + 2 * 0.05) / 3)


def test_precision_at_a_coverage_is_that_of_the_most_confident_answers() -> None:
    curve = CoverageCurve(
        [
            outcome(1, True, 0.9),
            outcome(2, True, 0.8),
            outcome(3, False, 0.7),
            outcome(4, True, 0.6),
            outcome(5, True, 0.99, clarification=ASKED),
        ]
    )
    assert curve.precision(0.2) == (1.0, 0.9)
    assert curve.precision(0.6) == (pytest.approx(2 / 3), 0.7)
    assert curve.precision(0.8) == (0.75, 0.6)
    assert curve.precision(1.0) is None
    assert curve.coverage(0.75) == (0.8, 0.6)
    assert curve.coverage(0.9) == (0.4, 0.8)


def test_no_coverage_has_a_precision_that_no_threshold_reaches() -> None:
    assert CoverageCurve([outcome(1, False)]).coverage(0.5) is None


def test_answers_of_one_confidence_come_in_no_order() -> None:
    curve = CoverageCurve([outcome(number, number < 2, 0.9) for number in range(4)])
    assert curve.precision(0.25) == curve.precision(1.0) == (0.5, 0.9)


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.95, 4), (0.01, 1), (0.75, 3)])
def test_a_quantile_is_one_of_the_values(share: float, value: int) -> None:
    assert quantile([4, 2, 1, 3], share) == value


def test_later_turns_are_those_after_the_first_of_their_dialogue_however_turns_are_counted() -> None:
    turns = [("a", 0), ("a", 1), ("b", 1), ("b", 2), (None, None)]
    told = [outcome(number, True, interaction=dialogue, turn=turn) for number, (dialogue, turn) in enumerate(turns)]
    assert [later.id for later in later_turns(told)] == [1, 3]


def test_gains_and_losses_are_counted_over_the_questions_both_runs_judged() -> None:
    then = [outcome(1, True), outcome(2, False), outcome(3, None), outcome(4, True)]
    now = [outcome(1, False, sql="SELECT 9"), outcome(2, True), outcome(3, True), outcome(5, True), outcome(4, True)]
    found = changes(then, now)
    assert (found.compared, [pair[1].id for pair in found.gained], [pair[1].id for pair in found.lost]) == (3, [2], [1])
    text = versus(then, now, 5)
    assert "of 3 in common: gained 1, lost 1, net +0" in text
    assert "was   SELECT 1\n    now   SELECT 9" in text
    assert "was" not in versus(then, now, 0)


def test_failures_are_grouped_by_their_primary_cause_the_most_confident_first() -> None:
    wrong = [
        outcome(1, False, 0.4, differences=("limit",)),
        outcome(2, False, 0.8, differences=("limit", "order")),
        outcome(3, False, 0.9, differences=("order",)),
        outcome(4, False, 0.6, differences=("limit",)),
        outcome(5, True),
    ]
    lines = [line for line in failures(wrong, 2).splitlines() if line and not line.startswith(" ")]
    assert lines == ["── limit: 3", "2 [shop] q2", "4 [shop] q4", "── order: 1", "3 [shop] q3"]


def test_the_report_counts_a_cause_as_primary_and_at_all() -> None:
    text = report(
        [outcome(1, False, differences=("limit", "order")), outcome(2, False, differences=("order",)), outcome(3, True)]
    )
    rows = {line[:28].strip(): line[28:].split() for line in text.splitlines() if line.startswith("  ")}
    assert rows["limit"] == ["1", "50.0%", "1"]
    assert rows["order"] == ["1", "50.0%", "2"]
    assert rows["HAVING"] == ["3", "33.3%", "33.3%", "0.0%"]
    assert "best reading     33.33% right (1 of 3)" in text


def test_a_run_without_gold_reports_its_times_alone() -> None:
    text = report([outcome(1, None, elapsed_ms=4.0, index_ms=30.0), outcome(2, None, elapsed_ms=6.0)])
    assert "a draft takes   p50 4.0 ms, p95 6.0 ms, at most 6.0 ms" in text
    assert "an index takes  p50 30.0 ms" in text
    assert "accuracy" not in text and "coverage" not in text
