"""Report: what a developer reads of an evaluation, as lines of text; every section is a function of the outcomes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from core.evaluation.measures import CoverageCurve, calibration, expected_calibration_error, quantile, tally
from core.evaluation.outcome import Outcome, judged, later_turns
from core.evaluation.shape import SHAPES

_TARGETS = (0.85, 0.90, 0.95)


def report(outcomes: Sequence[Outcome]) -> str:
    """All sections that have something to tell; without gold the times alone."""
    scored = judged(outcomes)
    sections = [_overall(outcomes, scored), _by_turn(scored), _by_shape(scored), _by_confidence(scored), _by_coverage(scored)]
    sections += [_by_failure(scored), _times(outcomes)]
    return "\n\n".join(text for section in sections if (text := "\n".join(section)))


def _overall(outcomes: Sequence[Outcome], scored: Sequence[Outcome]) -> Iterator[str]:
    databases = len({outcome.db for outcome in outcomes})
    yield f"{len(outcomes):,} questions to {databases:,} database{'s' if databases != 1 else ''}, {len(scored):,} of them judged"
    broken = sum(outcome.error is not None for outcome in outcomes)
    if broken:
        yield f"{broken:,} could not be asked or answered (see `error` in the results)"
    if not scored:
        return
    all_of_it = tally(scored)
    clarified = all_of_it.count - all_of_it.answered
    yield f"best reading    {all_of_it.accuracy:7.2%} right ({all_of_it.right:,} of {all_of_it.count:,})"
    yield f"answered only   {all_of_it.precision:7.2%} right ({all_of_it.answered_right:,} of {all_of_it.answered:,})"
    hidden = all_of_it.right - all_of_it.answered_right
    yield f"not answered    {all_of_it.clarified:7.2%} ({clarified:,}; the best reading of {hidden:,} of them is right)"


def _by_turn(scored: Sequence[Outcome]) -> Iterator[str]:
    later = later_turns(scored)
    if not later:
        return
    held = {id(outcome) for outcome in later}
    yield _header("dialogues")
    yield _row("first turns", [outcome for outcome in scored if outcome.interaction is not None and id(outcome) not in held])
    yield _row("later turns", later)


def _by_shape(scored: Sequence[Outcome]) -> Iterator[str]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in scored:
        groups[outcome.shape].append(outcome)
    if groups:
        yield _header("by shape of the gold query")
    for name in (*SHAPES, *sorted(set(groups) - set(SHAPES))):
        if held := groups.get(name):
            yield _row(name, held)


def _header(title: str) -> str:
    return f"{title:28}{'count':>7}{'accuracy':>10}{'answered right':>16}{'not answered':>14}"


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    group = tally(outcomes)
    return f"  {name:26}{group.count:7,}{group.accuracy:10.1%}{group.precision:16.1%}{group.clarified:14.1%}"


def _by_confidence(scored: Sequence[Outcome]) -> Iterator[str]:
    bands = calibration(scored)
    if not bands:
        return
    yield f"{'by confidence':28}{'count':>7}{'right':>7}{'expected':>10}{'observed':>10}"
    for band in bands:
        name = f"{band.low:.1f}–{band.high:.1f}"
        yield f"  {name:26}{band.count:7,}{band.right:7,}{band.expected:10.1%}{band.observed:10.1%}"
    yield f"  expected calibration error {expected_calibration_error(bands):.3f}"


def _by_coverage(scored: Sequence[Outcome]) -> Iterator[str]:
    curve = CoverageCurve(scored)
    if not any(outcome.answered for outcome in scored):
        return
    yield f"{'coverage':10}{'precision':>10}{'confidence':>12}"
    for tenth in range(1, 11):
        if at := curve.precision(tenth / 10):
            yield f"  {tenth / 10:<8.0%}{at[0]:10.1%}{at[1]:12.3f}"
    for target in _TARGETS:
        reached = curve.coverage(target)
        yield f"  precision ≥ {target:.0%} " + (f"up to a coverage of {reached[0]:.1%}" if reached else "at no coverage")


def _by_failure(scored: Sequence[Outcome]) -> Iterator[str]:
    """By primary cause, and how many have the cause at all."""
    wrong = [outcome.differences for outcome in scored if outcome.differences]
    primary, anywhere = Counter(causes[0] for causes in wrong), Counter(cause for causes in wrong for cause in causes)
    if wrong:
        yield f"{'what went wrong':28}{'primary':>9}{'share':>8}{'at all':>8}"
    for cause, _ in sorted(anywhere.items(), key=lambda item: (-primary[item[0]], -item[1], item[0])):
        yield f"  {cause:26}{primary[cause]:9,}{primary[cause] / len(wrong):8.1%}{anywhere[cause]:8,}"


def _times(outcomes: Sequence[Outcome]) -> Iterator[str]:
    drafts = [outcome.elapsed_ms for outcome in outcomes if outcome.error is None]
    indexes = [outcome.index_ms for outcome in outcomes if outcome.index_ms is not None]
    for name, held in (("a draft takes", drafts), ("an index takes", indexes)):
        if held:
            yield f"{name:16}p50 {quantile(held, 0.5):.1f} ms, p95 {quantile(held, 0.95):.1f} ms, at most {max(held):.1f} ms"
