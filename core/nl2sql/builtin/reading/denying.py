"""Denying: what a question says does not hold: read clause by clause, then folded into one condition each."""

from __future__ import annotations

from dataclasses import replace

from core.models import Role
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.keygraph import Edge
from core.nl2sql.builtin.query.plan import measure_table, places_of
from core.nl2sql.builtin.query.query import AnyOf, Compare, Condition, Field, Query, Ref, Related
from core.nl2sql.builtin.reading.clauses import clause_after, read_clause
from core.nl2sql.builtin.reading.nouns import only_rows_of, related_table
from core.nl2sql.builtin.reading.parse import Clause, Parse

_COPULAS = {"is", "are", "was", "were", "be", "been", "being", "do", "does", "did", "has", "have", "had", "should", "must", "can"}
_NONE = {"never", "no", "without", "any", "none", "lack", "lacks", "lacking"}


def denials(parse: Parse) -> None:
    """Every word of denial with the conditions of its clause; a word that denies nothing found is left to the other passes."""
    for cue in parse.items:
        if cue.role or not cue.is_cue("not"):
            continue
        if any(other.lower == "only" for other in parse.after(cue, 1)):
            cue.role = "not"  # "not only tea but also coffee" denies nothing
            continue
        items = [*_column_before(parse, cue), *clause_after(parse, cue)]
        roles = [item.role for item in items]
        for item in items:
            if item.is_cue("not"):
                item.role = "not"
        subject = _antecedent(parse, items[0]) or parse.subject
        clause = read_clause(parse, items, subject)
        if (
            not clause.where
            and not clause.having
            and (table := related_table(parse, items, subject) or only_rows_of(parse, items, subject))
        ):
            clause = replace(clause, where=(Related(table),))
        if clause.where or clause.having:
            _use(items, clause)
            quantified = any(item.lower in _NONE for item in items)
            parse.denied.append(replace(clause, subject=subject, quantified=quantified))
        else:
            for item, role in zip(items, roles, strict=True):
                item.role = role


def _use(items: list[Item], clause: Clause) -> None:
    """Names of what the clause is about are no columns to show."""
    tables = {table for condition in clause.where for table in tables_of(condition)}
    for item in items:
        if item.kind == "name" and not item.role and any(link.table in tables for link in item.links):
            item.role = "condition"


def _column_before(parse: Parse, cue: Item) -> list[Item]:
    """ "Whose city is not …": the column a denial speaks of stands before it."""
    found: list[Item] = []
    for other in parse.before(cue, 4):
        found.insert(0, other)
        if other.kind == "name":
            named = other.columns and not (other.table and other.table.score >= other.columns[0].score)
            return found if named and not other.role and parse.in_condition(other) else []
        if other.lower not in _COPULAS:
            return []
    return []


def _antecedent(parse: Parse, first: Item) -> str:
    """The table a denial speaks of where it is not the one asked for: "the average rating of movies that were not …"."""
    noun = next((other for other in parse.before(first, 4) if other.kind == "name"), None)
    if noun is None or noun.table is None or (noun.columns and noun.columns[0].score > noun.table.score):
        return ""
    chain = parse.index.graph.path((parse.subject,), noun.table.table) if parse.subject else None
    return noun.table.table if chain and not any(edge.many for edge in chain) else ""


def deny(parse: Parse) -> None:
    """The denied clauses as conditions of the query."""
    for clause in parse.denied:
        if column := asked_column(parse, clause, quantified=clause.quantified):
            parse.where.append(_values_without(parse, column, clause))
            parse.distinct = parse.distinct or not any(output.field.aggregate for output in parse.outputs)
        elif _of_measured(parse, clause):
            parse.where.extend(_opposite(clause.where))
        elif clause.subject != parse.subject:
            parse.where.extend(_of_other(parse, clause))
        else:
            parse.where.extend(_folded(parse, clause))


def asked_column(parse: Parse, clause: Clause, *, quantified: bool = False, any_noun: bool = False) -> Ref | None:
    """ "Studios that have no film by X": the column whose values are asked for, each of which may stand in several rows."""
    shown = [output.field for output in (*parse.outputs, *parse.groups)]
    ref = shown[0].expr if len(shown) == 1 else None
    if not (quantified or parse.subject in clause.tables) or not isinstance(ref, Ref) or ref.table != parse.subject:
        return None
    named = [item for item in parse.items if item.kind == "name" and item.table and item.table.table == parse.subject]
    outside = any(item.role != "condition" and not parse.in_condition(item) for item in named) and not any_noun
    if outside or shown[0].aggregate not in ("", "count") or shown[0].grain:
        return None
    column, rows = parse.column(ref), parse.index.table(ref.table).row_count or 0
    if Field(ref) in parse.label(ref.table):
        return None
    return ref if column.role is not Role.KEY and (column.distinct_count or 0) < rows else None


def _values_without(parse: Parse, ref: Ref, clause: Clause) -> Condition:
    inner = Query(ref.table, (Field(ref),), where=clause.where, having=clause.having)
    return Compare(Field(ref), "in", query=inner, negated=True)


def _of_other(parse: Parse, clause: Clause) -> list[Condition]:
    """What is denied of a row that each row asked for leads to."""
    beyond = [condition for condition in clause.where if gate_of(parse, condition, clause.subject)]
    if not beyond and not clause.having:
        return _opposite(clause.where)
    if clause.having or len(beyond) < len(clause.where):
        return _not_among(parse, clause)
    related = _no_row(parse, clause)
    gate = gate_of(parse, related, clause.subject)
    if gate is None or len(gate.columns) != 1 or gate.table != clause.subject:
        return _not_among(parse, clause)
    key = Field(Ref(gate.other, gate.other_columns[0]))
    tables = (related.table,) if not related.where else ()
    inner = Query(gate.other, (key,), where=related.where, tables=tables)
    return [Compare(Field(Ref(gate.table, gate.columns[0])), "in", query=inner, negated=True)]


def _folded(parse: Parse, clause: Clause) -> list[Condition]:
    if clause.having:
        return _not_among(parse, clause)
    beyond = [condition for condition in clause.where if gate_of(parse, condition, clause.subject)]
    if not beyond:
        return _opposite(clause.where)
    return _not_among(parse, clause) if len(beyond) < len(clause.where) else [_no_row(parse, clause)]


def _of_measured(parse: Parse, clause: Clause) -> bool:
    """ "Average amount per shop, excluding cancelled ones": each row that is added up has it or has not."""
    if clause.quantified or clause.having or not parse.groups or not all(isinstance(c, Compare | AnyOf) for c in clause.where):
        return False
    measured = {measure_table(output.field) for output in parse.outputs if output.field.aggregate} - {""}
    far = [table for condition in clause.where for table in tables_of(condition)]
    chains = [parse.index.graph.path((table,), other) for table in measured for other in far]
    single = bool(chains) and all(chain is not None and not any(edge.many for edge in chain) for chain in chains)
    return single and set(clause.tables) <= measured


def gate_of(parse: Parse, condition: Condition, subject: str) -> Edge | None:
    """The step on the way to a condition at which several rows may belong to one of the subject."""
    chains = [parse.index.graph.path((subject,), table) or [] for table in tables_of(condition)]
    return next((edge for chain in chains for edge in chain if edge.many), None)


def tables_of(condition: Condition) -> list[str]:
    if isinstance(condition, Related):
        return [condition.table]
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return list(dict.fromkeys(place[0] for part in parts for place in places_of(part.field)))


def _opposite(conditions: tuple[Condition, ...]) -> list[Condition]:
    """Not (a and b) is not a or not b; not (a or b) is not a and not b."""
    found: list[Condition] = [_negated(c) for c in conditions if isinstance(c, (Compare, Related))]
    found += [_negated(part) for c in conditions if isinstance(c, AnyOf) for part in c.parts]
    plain = [c for c in found if isinstance(c, Compare)]
    return [AnyOf(tuple(plain))] if len(conditions) == len(plain) > 1 else found


def _negated(condition: Compare | Related) -> Compare | Related:
    return replace(condition, negated=not condition.negated)


def _no_row(parse: Parse, clause: Clause) -> Related:
    """There is no related row that fulfils all of them."""
    graph = parse.index.graph
    where = tuple(c for c in clause.where if isinstance(c, (Compare, AnyOf)))
    named = [c.table for c in clause.where if isinstance(c, Related)]
    said = [table for table in clause.tables if gate_of(parse, Related(table), clause.subject)]
    gates = [edge.other for c in clause.where if (edge := gate_of(parse, c, clause.subject))]
    nearest = sorted([*named, *said], key=lambda table: graph.distance(clause.subject, table))
    return Related(next(iter(nearest), gates[0]), where, negated=True)


def _not_among(parse: Parse, clause: Clause) -> list[Condition]:
    """Not among the rows for which all of it holds; where nothing tells rows apart, that each part does not."""
    key = next(iter(parse.key(clause.subject)), None)
    if key is None:
        parse.doubts += ["no key to tell the rows apart that are denied"] * 2
        return _opposite(clause.where)
    inner = Query(clause.subject, (key,), where=clause.where, having=clause.having)
    return [Compare(key, "in", query=inner, negated=True)]
