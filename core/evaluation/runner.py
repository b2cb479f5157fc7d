"""Runner: all questions over all databases, in several processes, the largest pieces of work first."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby

from core.evaluation.answering import Batch, Setting, answer_batch
from core.evaluation.outcome import Outcome, judged
from core.evaluation.questions import Question

_MOST_IN_BATCH = 150
"""A database with more questions is asked by several processes, each with an index of its own."""

Progress = Callable[[str, float], None]


def evaluate(questions: list[Question], setting: Setting, progress: Progress, jobs: int | None = None) -> list[Outcome]:
    """An outcome per question, in their order. `jobs` processes; None: one per processor."""
    batches = _batches(questions, setting)
    answered: dict[int, Outcome] = {}
    start, right, counted = time.monotonic(), 0, 0
    with ProcessPoolExecutor(jobs) as pool:
        tasks = [pool.submit(answer_batch, batch, setting) for batch in batches]
        for task in as_completed(tasks):
            outcomes = task.result()
            answered |= outcomes
            scored = judged(outcomes.values())
            counted += len(scored)
            right += sum(outcome.correct is True for outcome in scored)
            rate = len(answered) / max(time.monotonic() - start, 1e-9)
            accuracy = f", {right / counted:.1%} right" if counted else ""
            progress(
                f"{len(answered):,} of {len(questions):,} questions, {rate:.0f} a second{accuracy}",
                len(answered) / len(questions),
            )
    return [answered[position] for position in sorted(answered)]


def _batches(questions: list[Question], setting: Setting) -> list[Batch]:
    """The largest first, so that no process is left with a large one at the end."""
    groups: dict[str, list[tuple[int, Question]]] = defaultdict(list)
    for position, question in enumerate(questions):
        groups[question.url(setting.root)].append((position, question))
    batches = [Batch(url, tuple(part)) for url, group in groups.items() for part in _parts(group)]
    return sorted(batches, key=lambda batch: -len(batch.questions))


def _parts(group: list[tuple[int, Question]]) -> Iterator[list[tuple[int, Question]]]:
    """A dialogue is never divided."""
    part: list[tuple[int, Question]] = []
    for dialogue in _dialogues(group):
        if part and len(part) + len(dialogue) > _MOST_IN_BATCH:
            yield part
            part = []
        part = part + dialogue
    yield part


def _dialogues(group: list[tuple[int, Question]]) -> Iterable[list[tuple[int, Question]]]:
    """Questions of one interaction, in order of their turns; any other question is alone."""
    alone = [[item] for item in group if item[1].interaction is None]
    told = [item for item in group if item[1].interaction is not None]
    told.sort(key=lambda item: (str(item[1].interaction), item[1].turn or 0))
    return alone + [list(items) for _, items in groupby(told, key=lambda item: item[1].interaction)]
