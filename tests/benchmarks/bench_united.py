"""Linking at scale: the tables of many databases in one catalog, and questions that each mean one of them.

python tests/benchmarks/bench_united.py QUESTIONS.jsonl ROOT [--split train|held-out|all] [--every N] [--profile]

Prints what the index of the united catalog costs, how long a draft takes (aim: p95 under 250 ms), and how many of the gold's
tables are in the draft, and among all that words of the question were linked to. Figures are of all questions together only.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import resource
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.config import ConnectionSpec
from core.evaluation.measures import quantile
from core.evaluation.questions import Question, Split, is_held_out, of_split, read_questions
from core.execution.catalog import read_catalog
from core.execution.connections import open_database
from core.models import Catalog, Clarification, ColumnValues, Context, ForeignKey, Table
from core.nl2sql.builtin import BENCHMARK, BuiltinEngine
from core.nl2sql.builtin.linking.index import index_of
from core.nl2sql.builtin.linking.linking import link

Renamed = Mapping[tuple[str, str], str]
"""Database and its table in lower case → the table in the united catalog."""


@dataclass
class Found:
    """Gold tables in all, and those that the draft has, and that any word was linked to; questions with all of them."""

    gold: int = 0
    drafted: int = 0
    linked: int = 0
    questions: int = 0
    whole: int = 0
    clarified: int = 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path)
    parser.add_argument("root", type=Path)
    parser.add_argument("--split", choices=get_args(Split), default="all")
    parser.add_argument("--every", type=int, default=1, help="ask only each Nth question")
    parser.add_argument("--profile", action="store_true", help="also the functions that took the most time")
    arguments = parser.parse_args()
    catalog, renamed = unite(_catalogs(arguments.root, arguments.split))
    held = sum(len(values.values) for values in catalog.values)
    columns = sum(len(table.columns) for table in catalog.tables)
    print(f"catalog: {len(catalog.tables):,} tables, {columns:,} columns, {held:,} values")
    before, started = _peak_mb(), time.perf_counter()
    index_of(catalog)
    print(f"index: {time.perf_counter() - started:.1f} s, {_peak_mb() - before:.0f} MB")
    asked = of_split(read_questions(arguments.questions), arguments.split)[:: arguments.every]
    profile = cProfile.Profile()
    if arguments.profile:
        profile.enable()
    _ask(asked, catalog, renamed)
    if arguments.profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def unite(catalogs: Iterable[tuple[str, Catalog]]) -> tuple[Catalog, Renamed]:
    """One catalog of all tables; a table whose name is taken gets its database's name as a suffix."""
    tables: list[Table] = []
    values: list[ColumnValues] = []
    renamed: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for database, catalog in catalogs:
        names = {table.name: _free(table.name, database, taken) for table in catalog.tables}
        renamed.update({(database, name.lower()): united for name, united in names.items()})
        tables += [_moved(table, names) for table in catalog.tables]
        values += [replace(held, table=names[held.table]) for held in catalog.values]
    united = Catalog("united", "sqlite", tuple(tables), tuple(values), fingerprint="united", read_at=datetime.now(UTC))
    return united, renamed


def _moved(table: Table, names: Mapping[str, str]) -> Table:
    keys = tuple(_key(key, names) for key in table.foreign_keys if key.ref_table in names)
    return replace(table, name=names[table.name], foreign_keys=keys)


def _key(key: ForeignKey, names: Mapping[str, str]) -> ForeignKey:
    return replace(key, ref_table=names[key.ref_table])


def _free(name: str, database: str, taken: set[str]) -> str:
    united = name
    while united.lower() in taken:
        united = f"{united}_{database}"
    taken.add(united.lower())
    return united


def _catalogs(root: Path, split: Split) -> Iterable[tuple[str, Catalog]]:
    files = sorted(path for path in root.rglob("*.sqlite") if split == "all" or is_held_out(path.stem) is (split == "held-out"))
    for number, path in enumerate(files, 1):
        print(f"\r\x1b[Kreading {number} of {len(files)}", end="", file=sys.stderr, flush=True)
        database = open_database(ConnectionSpec("bench", f"sqlite:///{path.resolve()}"))
        try:
            yield path.stem, read_catalog(database)
        finally:
            database.close()
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _ask(asked: list[Question], catalog: Catalog, renamed: Renamed) -> None:
    engine, context, found, took = BuiltinEngine(BENCHMARK), Context(), Found(), []
    index, today = index_of(catalog), datetime.now(UTC).date()
    for number, question in enumerate(asked, 1):
        started = time.perf_counter()
        answer = engine.draft(question.question, context, catalog)
        took.append(1000 * (time.perf_counter() - started))
        draft = answer.draft if isinstance(answer, Clarification) else answer
        linked = {each.table.lower() for item in link(question.question, index, today) for each in item.links}
        gold = {renamed.get((question.database, table), table).lower() for table in _tables(question.sql)}
        _count(found, gold, _tables(draft.sql if draft else None), linked, isinstance(answer, Clarification))
        if not number % 50:
            print(f"\r\x1b[K{number:,} of {len(asked):,} questions", end="", file=sys.stderr, flush=True)
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    print(
        f"draft: p50 {quantile(took, 0.5):.0f} ms, p95 {quantile(took, 0.95):.0f} ms, at most {max(took):.0f} ms of {len(took):,}"
    )
    print(f"gold tables: {found.drafted / found.gold:.1%} in the draft, {found.linked / found.gold:.1%} linked to some word")
    print(f"questions: {found.whole / found.questions:.1%} with all their tables and no other, {found.clarified:,} clarified")


def _count(found: Found, gold: set[str], drafted: set[str], linked: set[str], clarified: bool) -> None:
    found.gold += len(gold)
    found.drafted += len(gold & drafted)
    found.linked += len(gold & linked)
    found.questions += 1
    found.whole += gold == drafted
    found.clarified += clarified


def _tables(sql: str | None) -> set[str]:
    try:
        return {table.name.lower() for table in sqlglot.parse_one(sql or "", dialect="sqlite").find_all(exp.Table)}
    except SqlglotError:
        return set()


def _peak_mb() -> float:
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
