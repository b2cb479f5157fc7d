"""Schema linking: the part of a catalog that a question is about, under a token budget, best tables first."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.chat_model import approximate_tokens
from core.models import Catalog, Column, Role, Table
from core.nl2sql.llm.schema_text import column_text, table_text
from core.nl2sql.llm.values import ValueMatch, matched_values
from core.nl2sql.llm.words import STOP, content_words, words

SCHEMA_TOKENS = 2_500
STRONG = 1.5
"""A table with this score is named by the question; tables between two such tables are needed to join them."""

RELEVANT = 0.2
"""Tables below this share of the best score share only common words with the question."""


@dataclass(frozen=True)
class Linked:
    tables: tuple[Table, ...]
    """With only the columns that go to the model."""
    others: tuple[str, ...]
    """Names of the tables left out."""
    values: tuple[ValueMatch, ...]


def link(
    question: str, catalog: Catalog, *, earlier: Iterable[str] = (), used: Iterable[str] = (), budget: int = SCHEMA_TOKENS
) -> Linked:
    """The whole catalog where it fits the budget, else the tables most relevant to the question and, at half weight, to the
    `earlier` questions. `used` are tables of the last queries. Ties go to the order of the catalog."""
    values = matched_values(" ".join((question, *earlier)), catalog)
    whole = Linked(catalog.tables, (), values)
    if sum(approximate_tokens(table_text(table)) for table in catalog.tables) <= budget:
        return whole
    terms = dict.fromkeys((word for text in earlier for word in content_words(text)), 0.5) | dict.fromkeys(
        content_words(question), 1.0
    )
    scores = _scores(catalog, terms, values, set(used))
    return _filled(catalog, _ordered(catalog, scores), {*terms, *words(question)} - STOP, values, budget)


def _scores(catalog: Catalog, terms: dict[str, float], values: tuple[ValueMatch, ...], used: set[str]) -> dict[str, float]:
    columns = {table.name: {word for column in table.columns for word in content_words(column.name)} for table in catalog.tables}
    spread = Counter(word for found in columns.values() for word in found)
    scores: dict[str, float] = {}
    for table in catalog.tables:
        name, comment = content_words(table.name), content_words(table.comment)
        score = 3 * sum(terms.get(word, 0) for word in name) / max(1, len(name))
        score += sum(weight / spread[word] ** 0.5 for word, weight in terms.items() if word in columns[table.name])
        score += 0.5 * sum(terms.get(word, 0) for word in comment)
        score += 3 * len({match.words for match in values if match.table == table.name})
        scores[table.name] = score + (4 if table.name in used else 0)
    return scores


def _ordered(catalog: Catalog, scores: dict[str, float]) -> list[str]:
    """Tables with a score, then what joins the strong ones, then neighbours of strong ones."""
    graph = _graph(catalog)
    least = RELEVANT * max(scores.values())
    ranked = [name for name in sorted(scores, key=lambda name: -scores[name]) if scores[name] > 0 and scores[name] >= least]
    strong = [name for name in ranked if scores[name] >= STRONG][:8]
    bridges = [name for other in strong[1:] for name in _path(graph, strong[0], other)]
    around = [name for other in strong for name in sorted(graph[other])]
    fallback = [] if ranked else sorted(graph, key=lambda name: -len(graph[name]))
    return list(dict.fromkeys([*strong, *bridges, *ranked, *around, *fallback]))


def _graph(catalog: Catalog) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {table.name: set() for table in catalog.tables}
    for table in catalog.tables:
        for key in table.foreign_keys:
            if key.ref_table in graph and key.ref_table != table.name:
                graph[table.name].add(key.ref_table)
                graph[key.ref_table].add(table.name)
    return graph


def _path(graph: dict[str, set[str]], start: str, end: str) -> list[str]:
    """Tables between two, on a shortest way through the keys; empty where there is none."""
    came: dict[str, str] = {start: ""}
    queue = deque([start])
    while queue and end not in came:
        for name in sorted(graph[queue[0]] - came.keys()):
            came[name] = queue[0]
            queue.append(name)
        queue.popleft()
    path = []
    step = came.get(end, "")
    while step and step != start:
        path.append(step)
        step = came[step]
    return path


def _filled(catalog: Catalog, order: list[str], terms: set[str], values: tuple[ValueMatch, ...], budget: int) -> Linked:
    taken: dict[str, Table] = {}
    rest = budget
    for name in order:
        table = _narrowed(catalog.by_name[name], terms, values, min(rest, max(budget // 3, rest // 2)))
        cost = approximate_tokens(table_text(table))
        if cost <= rest and table.columns:
            taken[name] = table
            rest -= cost
    shown = tuple(taken[table.name] for table in catalog.tables if table.name in taken)
    return Linked(shown, tuple(table.name for table in catalog.tables if table.name not in taken), values)


def _narrowed(table: Table, terms: set[str], values: tuple[ValueMatch, ...], budget: int) -> Table:
    """The table with its keys and the columns of the question first, as many as the budget holds, in the table's order."""
    keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
    named = {match.column for match in values if match.table == table.name}

    def rank(column: Column) -> int:
        if column.name in keys or column.name in named or column.role is Role.KEY:
            return -9
        if said := len(terms.intersection(words(column.name))):
            return -said
        return 1 if column.role in (Role.MEASURE, Role.TIME, Role.LABEL) else 2

    rest = budget - approximate_tokens(table_text(replace(table, columns=())))
    kept: set[str] = set()
    for column in sorted(table.columns, key=rank):
        rest -= approximate_tokens(column_text(column, table) + "\n")
        if rest < 0:
            break
        kept.add(column.name)
    return replace(table, columns=tuple(column for column in table.columns if column.name in kept))
