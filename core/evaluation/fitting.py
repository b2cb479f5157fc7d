"""Fitting: the built-in engine's ranker, learned from questions with known SQL by which of its readings give the gold's rows.

Readings are gathered per SQLite file in parallel; the ranking weights maximise the likelihood of the right readings among all of
a question, the confidence weights that of being right, on predictions of databases left out. Both are penalised by their squares.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import ConnectionSpec
from core.evaluation.accuracy import is_ordered, same_rows
from core.evaluation.questions import Question
from core.execution.catalog_cache import CatalogCache
from core.execution.connections import open_database
from core.nl2sql.builtin.linking.index import Index, index_of
from core.nl2sql.builtin.query.plan import Unwritable
from core.nl2sql.builtin.query.query import Query
from core.nl2sql.builtin.query.render import render
from core.nl2sql.builtin.reading.assemble import BENCHMARK, bare
from core.nl2sql.builtin.reading.confidence import evidence
from core.nl2sql.builtin.reading.reading import parses
from core.nl2sql.builtin.weighing.candidates import readings
from core.nl2sql.builtin.weighing.ranker import Ranker, probabilities, ranker, signals
from core.nl2sql.builtin.weighing.view import Atom, View

Floats = NDArray[np.float64]

Progress = Callable[[str, float], None]
Rows = list[tuple[Any, ...]]

FOLDS = 4
_ROWS = 5_000
_STEPS = 600_000
"""Steps of SQLite's machine after which a statement is given up: the same on every machine, other than seconds."""
_MIN_DATABASES = 4
"""A feature is kept that was seen in so many databases, so that none is about one of them."""
_EPOCHS = 25
_PENALTY, _LEXICAL_PENALTY = 1.0, 30.0
"""Of the weights, per question; features of single words are many and say little each."""
_LEXICAL = set("|<>@#")
_SMALL = 0.02
_MARGINS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


@dataclass
class Weighed:
    """A reading: its features, what tells whether it is right, and whether it is."""

    features: list[str]
    evidence: float
    atoms: list[Atom]
    right: bool


@dataclass
class Asked:
    """A question with all its readings, that of the grammar among them."""

    database: str
    readings: list[Weighed]
    first: int = 0
    """The grammar's own reading."""


@dataclass
class Fitted:
    ranker: Ranker
    summary: list[str] = field(default_factory=list)


def fit(questions: Sequence[Question], root: Path, catalogs: Path, progress: Progress, jobs: int = 0) -> Fitted:
    """A ranker fitted on these questions, all with gold SQL; the summary tells how it does on databases left out."""
    asked = gather(questions, root, catalogs, progress, jobs)
    folds = [[a for a in asked if _fold(a.database) == at] for at in range(FOLDS)]
    chosen: list[tuple[Asked, int, float]] = []
    scored: list[tuple[Asked, list[float]]] = []
    for at, fold in enumerate(folds):
        progress(f"fitting, part {at + 1} of {FOLDS}", at / (FOLDS + 1))
        weights = rank_weights([a for other in folds if other is not fold for a in other])
        scored += [(a, _scores(a, weights)) for a in fold if a.readings]
    margin = max(_MARGINS, key=lambda margin: _right(scored, margin))
    for a, scores in scored:
        at = Ranker(margin=margin).choice(scores, a.first)
        chosen.append((a, at, probabilities(scores)[at]))
    signs = [signals(chance, a.readings[at].evidence, a.readings[at].atoms) for a, at, chance in chosen]
    right = [a.readings[at].right for a, at, _ in chosen]
    confidence = sure_weights(signs, right, [a.database for a, _, _ in chosen])
    found = Ranker(rank_weights(asked), confidence, margin)
    return Fitted(found, _summary(asked, chosen, signs, right, margin))


def gather(questions: Sequence[Question], root: Path, catalogs: Path, progress: Progress, jobs: int = 0) -> list[Asked]:
    """Every question with its readings, judged by running them."""
    groups: dict[Path, list[Question]] = defaultdict(list)
    for question in questions:
        groups[(root / question.db_path).resolve()].append(question)
    found: list[Asked] = []
    with ProcessPoolExecutor(jobs or None) as pool:
        largest = sorted(groups.items(), key=lambda group: -len(group[1]))
        tasks = [pool.submit(_gather, path, group, catalogs) for path, group in largest]
        for task in as_completed(tasks):
            found += task.result()
            progress(f"{len(found):,} of {len(questions):,} questions read", len(found) / len(questions))
    return found


def _gather(path: Path, questions: list[Question], catalogs: Path) -> list[Asked]:
    database = open_database(ConnectionSpec("fit", f"sqlite:///{path}"))
    index = index_of(CatalogCache(catalogs).get(database))
    found = []
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda data: data.decode(errors="replace")
        for question in questions:
            gold = _rows(connection, question.sql or "")
            if gold is not None:
                found.append(_asked(question, gold, connection, index))
    return found


def _asked(question: Question, gold: Rows, connection: sqlite3.Connection, index: Index) -> Asked:
    ordered = is_ordered(question.sql or "", "sqlite")

    def right(query: Query) -> bool:
        try:
            given = _rows(connection, render(query, index))
        except Unwritable:
            return False
        return given is not None and len(given) == len(gold) and same_rows(gold, given, ordered=ordered)

    for parse in parses(question.question, index, date.today(), {}):
        query = bare(parse, BENCHMARK)
        view = View(parse, ranker().ranking)
        if query.select and (found := readings(query, view)):
            weighed = [
                Weighed(
                    [name for atom in reading.atoms for name in view.features(atom)],
                    evidence(parse, reading.query),
                    [atom for atom in reading.atoms if atom[0] != "slot"],
                    right(reading.query),
                )
                for reading in found
            ]
            first = next((at for at, reading in enumerate(found) if not reading.steps), 0)
            return Asked(question.database, weighed, first)
    return Asked(question.database, [])


def _rows(connection: sqlite3.Connection, sql: str) -> Rows | None:
    """None where the statement fails or takes too long."""
    ticks = iter(range(_STEPS // 5_000))
    connection.set_progress_handler(lambda: next(ticks, None) is None, 5_000)
    try:
        return connection.execute(sql).fetchmany(_ROWS)
    except (sqlite3.Error, sqlite3.Warning):
        return None


def _fold(database: str) -> int:
    return int(hashlib.md5(f"fold {database}".encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


# ---- ranking
def rank_weights(asked: Sequence[Asked]) -> dict[str, float]:
    """Weights by AdaGrad on the negative log-likelihood of the right readings, in mini-batches of 32 questions."""
    vocabulary = _vocabulary(asked)
    numbers = {name: at for at, name in enumerate(vocabulary)}
    packed = [_Packed(a, numbers) for a in asked if any(r.right for r in a.readings) and not all(r.right for r in a.readings)]
    penalty = np.array([_LEXICAL_PENALTY if _LEXICAL & set(name) else _PENALTY for name in vocabulary]) / max(len(packed), 1)
    weights, squares = np.zeros(len(vocabulary)), np.full(len(vocabulary), 1e-6)
    order = np.random.default_rng(0)
    for epoch in range(_EPOCHS):
        rate = 0.3 if epoch < 0.6 * _EPOCHS else 0.1
        shuffled = order.permutation(len(packed))
        for start in range(0, len(shuffled), 32):
            gradient = penalty * weights
            for at in shuffled[start : start + 32]:
                packed[at].add_gradient(gradient, weights)
            squares += gradient**2
            weights -= rate * gradient / np.sqrt(squares)
    return {name: round(float(w), 3) for name, w in zip(vocabulary, weights, strict=True) if abs(w) >= _SMALL}


def _vocabulary(asked: Sequence[Asked]) -> list[str]:
    places: dict[str, set[str]] = defaultdict(set)
    times: Counter[str] = Counter()
    for a in asked:
        for name in {name for reading in a.readings for name in reading.features}:
            places[name].add(a.database)
            times[name] += 1
    few = min(_MIN_DATABASES, len({a.database for a in asked}))
    return sorted(name for name, databases in places.items() if len(databases) >= few and times[name] >= 2 * few)


class _Packed:
    """The readings of a question as one list of feature numbers with where each reading starts."""

    def __init__(self, asked: Asked, numbers: dict[str, int]) -> None:
        rows = [[numbers[name] for name in reading.features if name in numbers] for reading in asked.readings]
        self._sizes = np.array([len(row) for row in rows])
        self._features = np.array([number for row in rows for number in row], dtype=np.int32)
        self._right = np.array([reading.right for reading in asked.readings])

    def scores(self, weights: Floats) -> Floats:
        sums = np.concatenate(([0.0], np.cumsum(weights[self._features])))
        ends = np.cumsum(self._sizes)
        found: Floats = sums[ends] - sums[ends - self._sizes]
        return found

    def add_gradient(self, gradient: Floats, weights: Floats) -> None:
        scores = self.scores(weights)
        chances = np.exp(scores - scores.max())
        target = chances * self._right
        error = chances / chances.sum() - target / max(float(target.sum()), 1e-300)
        np.add.at(gradient, self._features, np.repeat(error, self._sizes) / 32)


def _scores(asked: Asked, weights: dict[str, float]) -> list[float]:
    return [sum(weights.get(name, 0.0) for name in reading.features) for reading in asked.readings]


def _right(scored: Sequence[tuple[Asked, list[float]]], margin: float) -> int:
    """How many choices with a margin are right."""
    known = Ranker(margin=margin)
    return sum(a.readings[known.choice(scores, a.first)].right for a, scores in scored)


# ---- confidence
def sure_weights(signs: Sequence[dict[str, float]], right: Sequence[bool], databases: Sequence[str]) -> dict[str, float]:
    """Logistic regression by gradient descent; signals seen in few databases are left out. None to learn from: no weights."""
    if not signs:
        return {}
    places: dict[str, set[str]] = defaultdict(set)
    for sign, database in zip(signs, databases, strict=True):
        for name in sign:
            places[name].add(database)
    few = min(2 * _MIN_DATABASES, len(set(databases)))
    names = sorted(name for name, found in places.items() if len(found) >= few)
    matrix = np.array([[sign.get(name, 0.0) for name in names] for sign in signs])
    target = np.array(right, dtype=float)
    penalty = np.array([0.0 if name in ("bias", "lead", "evidence") else 10.0 for name in names]) / max(len(signs), 1)
    weights, squares = np.zeros(len(names)), np.full(len(names), 1e-6)
    for _ in range(400):
        gradient = matrix.T @ (1 / (1 + np.exp(-(matrix @ weights))) - target) / len(target) + penalty * weights
        squares += gradient**2
        weights -= 0.3 * gradient / np.sqrt(squares)
    return {name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= _SMALL / 2}


def _summary(
    asked: Sequence[Asked],
    chosen: Sequence[tuple[Asked, int, float]],
    signs: Sequence[dict[str, float]],
    right: Sequence[bool],
    margin: float,
) -> list[str]:
    count = max(len(asked), 1)
    reachable = sum(any(reading.right for reading in a.readings) for a in asked)
    grammar = sum(bool(a.readings) and a.readings[a.first].right for a in asked)
    lines = [
        f"{len(asked):,} questions, {sum(len(a.readings) for a in asked) / count:.0f} readings each",
        f"right on databases left out: {sum(right) / count:.1%}; the grammar alone {grammar / count:.1%}; "
        f"among the readings {reachable / count:.1%}; margin {margin:g}",
    ]
    lines += _coverage(chosen, signs, right, count)
    return lines


def _coverage(
    chosen: Sequence[tuple[Asked, int, float]], signs: Sequence[dict[str, float]], right: Sequence[bool], count: int
) -> Iterator[str]:
    """How right the surest are, with the confidence of each fold fitted on the others."""
    sure = np.zeros(len(chosen))
    folds = [_fold(a.database) for a, _, _ in chosen]
    for fold in range(FOLDS):
        others = [at for at, own in enumerate(folds) if own != fold]
        weights = sure_weights(
            [signs[at] for at in others], [right[at] for at in others], [chosen[at][0].database for at in others]
        )
        known = Ranker({}, weights)
        for at, own in enumerate(folds):
            if own == fold:
                sure[at] = known.sure(signs[at])
    order = np.argsort(-sure)
    for share in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        best = order[: int(share * count)]
        if len(best):
            yield f"the surest {share:.0%}: {np.mean([right[at] for at in best]):.1%} right, confidence from {sure[best[-1]]:.2f}"
