"""Conditions: cells, numbers, text patterns and missing values that narrow the rows, with negation and alternatives."""

from __future__ import annotations

from core.models import Kind, Role
from core.nl2sql.builtin.index import Link
from core.nl2sql.builtin.item import Item
from core.nl2sql.builtin.measuring import count_of, measure_of
from core.nl2sql.builtin.numerals import tidy
from core.nl2sql.builtin.parse import Parse
from core.nl2sql.builtin.query import AnyOf, Compare, Condition, Field, Query, Ref, Scalar

_ALTERNATIVE = {"or", "and", ",", "either", "both", "/", "&", "the", "in", "nor"}


def comparisons(parse: Parse) -> None:
    """A word of comparison with a number or an average: on a column, or on how many rows there are."""
    for item in parse.items:
        if item.role or not item.is_cue("compare") or item.cue is None or "like" in item.cue.value:
            continue
        if item.is_cue("compare", "between"):
            _between(parse, item)
        elif (number := _number_near(parse, item)) is not None:
            _compare(parse, item, number)
        else:
            _to_average(parse, item)


def _number_near(parse: Parse, cue: Item) -> Item | None:
    if cue.lower.startswith("or ") or cue.lower in ("and above",):
        return next((other for other in parse.before(cue, 3) if other.number is not None and other.role in ("", "limit")), None)
    for other in parse.after(cue, 3):
        if other.number is not None and not other.role and (other.kind == "number" or not _is_date_compare(parse, cue, other)):
            return other
        if other.kind not in ("stop", "mark") and not other.is_cue("compare"):
            return None
    return None


def _is_date_compare(parse: Parse, cue: Item, year: Item) -> bool:
    """ "Later than 2004" speaks of time; "more than 2000 students" of a number."""
    if cue.lower in ("later than", "earlier than", "newer than", "more recent than"):
        return True
    follow = parse.after(year, 1)
    if (
        follow
        and follow[0].kind in ("name", "word")
        and cue.lower in ("more than", "at least", "less than", "fewer than", "over", "under", "above", "below")
    ):
        return False
    before = next((other for other in parse.before(cue, 3) if other.kind == "name"), None)
    return (
        before is None
        or not before.columns
        or not any(parse.index.column(link.table, link.column).kind.numeric for link in before.columns[:2])
    )


def _compare(parse: Parse, cue: Item, number: Item) -> None:
    assert cue.cue is not None and number.number is not None
    negated = _negated(parse, cue)
    value = tidy(number.number)
    field, entity = _compared(parse, cue, number)
    if field is None:
        return
    cue.role = number.role = "condition"
    compare = Compare(field, cue.cue.value, (value,), negated=negated)
    if field.aggregate:
        parse.having.append((entity, compare))
    else:
        parse.where.append(compare)


def _compared(parse: Parse, cue: Item, number: Item) -> tuple[Field | None, str]:
    """What is compared: an aggregate or count beside it, a column before or after, a table after, or what a word implies."""
    follow = _name_after(parse, max(cue, number, key=lambda item: item.start))
    unit = _unit_column(parse, cue, follow)
    if follow and not follow.role and unit is None and (field := _following_field(parse, follow)):
        follow.role = "condition"
        return field, parse.subject
    for other in parse.before(cue, 7):
        if other.kind == "name" and other.role in ("", "output?"):
            aggregate = next(
                (o for o in parse.before(other, 3) if (o.is_cue("aggregate") or o.is_cue("count")) and not o.role), None
            )
            if aggregate and parse.in_condition(aggregate) and (field := measure_of(parse, aggregate)):
                return field, parse.subject
            ref = parse.column_of(other, "number", parse.subject)
            if ref and (other.table is None or other.columns[0].score >= other.table.score):
                other.role = "condition"
                return Field(ref), ""
            break
        if other.kind in ("value", "number", "mark") or other.is_cue("compare"):
            break
    return unit, ""


def _name_after(parse: Parse, number: Item) -> Item | None:
    for other in parse.after(number, 4):
        if other.kind in ("name", "grain"):
            return other
        if other.kind == "word":
            return other
        if other.kind not in ("stop",) and not other.is_cue("distinct") and other.text not in "$%":
            return None
    return None


def _following_field(parse: Parse, follow: Item) -> Field | None:
    if follow.kind != "name":
        return None
    table = follow.table
    ref = parse.column_of(follow, "number", parse.subject)
    if ref and parse.column(ref).role is Role.MEASURE and (table is None or follow.columns[0].score > table.score):
        return Field(ref)
    if table and table.table != parse.subject:
        return count_of(parse, table.table)
    if table:
        return count_of(parse, table.table)
    column = parse.column_of(follow)
    return Field(column, "count", distinct=True) if column else None


def _unit_column(parse: Parse, cue: Item, follow: Item | None) -> Field | None:
    """ "Older than 30", "longer than 120 minutes": the adjective or the unit says which column."""
    words = list(parse.index.lexicon.implied.get(cue.lower.removeprefix("is "), ()))
    if follow is not None and follow.kind in ("word", "grain") and not follow.role:
        units = parse.index.lexicon.units.get(follow.lower.rstrip("s"), parse.index.lexicon.units.get(follow.lower, ()))
        words += units
    for table in dict.fromkeys([parse.subject, *parse.tables_said()]):
        for word in words:
            for column in parse.index.table(table).columns if table else ():
                if word in parse.index.names.columns[table, column.name] and column.kind.numeric and column.role is not Role.KEY:
                    if follow is not None and follow.kind == "word" and follow.lower.rstrip("s") in parse.index.lexicon.units:
                        follow.role = "condition"
                    return Field(Ref(table, column.name))
    return None


def _between(parse: Parse, cue: Item) -> None:
    numbers = [
        other for other in parse.after(cue, 6) if other.kind == "number" or (other.kind == "period" and other.number is not None)
    ]
    if len(numbers) < 2 or any(number.role for number in numbers[:2]) or cue.lower == "from":
        return
    low, high = numbers[:2]
    if low.kind == high.kind == "period" and _is_date_compare(parse, cue, low):
        return
    field, _ = _compared(parse, cue, high)
    if field is None or low.number is None or high.number is None:
        return
    cue.role = low.role = high.role = "condition"
    compare = Compare(field, "between", (tidy(low.number), tidy(high.number)))
    if field.aggregate:
        parse.having.append((parse.subject, compare))
    else:
        parse.where.append(compare)


def _to_average(parse: Parse, cue: Item) -> None:
    """ "Longer than the average", "above average price"."""
    average = next(
        (other for other in parse.after(cue, 4) if other.is_cue("aggregate", "avg", "max", "min") and not other.role), None
    )
    if (
        average is None
        or average.cue is None
        or cue.cue is None
        or any(o.kind in ("number", "value") for o in parse.after(cue, 2))
    ):
        return
    follow = parse.next_real(average)
    if follow is not None and follow.is_cue("count"):
        follow.role = "condition"
        follow = parse.next_real(follow)
    field, _ = _compared(parse, cue, average)
    if (
        field is None
        and follow is not None
        and follow.kind == "name"
        and (ref := parse.column_of(follow, "number", parse.subject))
    ):
        field = Field(ref)
    if field is None or field.aggregate or not isinstance(field.expr, Ref):
        return
    cue.role = average.role = "condition"
    if follow is not None and follow.kind == "name":
        follow.role = "condition"
    inner = Query(field.expr.table, (Field(field.expr, average.cue.value),))
    parse.where.append(Compare(field, cue.cue.value, query=inner))


def equalities(parse: Parse) -> None:
    """A column followed by a bare number: "in room 111", "rating is 5", "year 2004"."""
    for item in parse.items:
        if item.kind not in ("number",) or item.role or item.number is None:
            continue
        if _number_of(parse, item):
            continue
        before = next(
            (
                o
                for o in parse.before(item, 4)
                if o.kind not in ("stop", "mark") and not o.is_cue("compare", "=") and not o.is_cue("not")
            ),
            None,
        )
        if before is None or before.kind != "name" or before.role in ("group", "order"):
            continue
        ref = parse.column_of(before, "number", parse.subject)
        if (ref is None or before.table) and before.table and (key := parse.key(before.table.table)) and len(key) == 1:
            expr = key[0].expr
            ref = expr if isinstance(expr, Ref) and parse.column(expr).kind.numeric else ref
        ref = ref or parse.column_of(before, prefer=parse.subject)
        if ref is None:
            continue
        equals = next((other for other in parse.before(item, 3) if other.is_cue("compare", "=") and not other.role), None)
        if equals:
            equals.role = "condition"
        before.role = item.role = "condition"
        parse.where.append(Compare(Field(ref), "=", (tidy(item.number),), negated=_negated(parse, item)))


def _number_of(parse: Parse, number: Item) -> bool:
    """ "Courses with 3 credits": a number before a column of numbers, in a condition."""
    follow = next(iter(parse.after(number, 1)), None)
    before = next(iter(parse.before(number, 1)), None)
    if (
        follow is None
        or follow.kind != "name"
        or follow.role
        or before is None
        or before.lower not in ("with", "have", "has", "having", "had", "of")
    ):
        return False
    ref = parse.column_of(follow, "number", parse.subject)
    if (
        ref
        and number.number is not None
        and parse.column(ref).role is Role.MEASURE
        and not (follow.table and follow.table.score >= follow.columns[0].score)
    ):
        number.role = follow.role = "condition"
        parse.where.append(Compare(Field(ref), "=", (tidy(number.number),)))
        return True
    if follow.table and follow.table.table != parse.subject and number.number is not None:
        number.role = follow.role = "condition"
        parse.having.append((parse.subject, Compare(count_of(parse, follow.table.table), "=", (tidy(number.number),))))
        return True
    return False


def values(parse: Parse) -> None:
    """Cells: same column next to each other is "one of"; the column is the one said beside it, else the one that fits best."""
    done: list[tuple[Item, Compare]] = []
    for item in parse.items:
        if item.kind != "value" or item.role:
            continue
        compare = _like(parse, item) or _value(parse, item)
        if compare is None:
            continue
        item.role = "condition"
        if done and (merged := _merged(parse, done[-1], item, compare)):
            done[-1] = (item, merged)
        else:
            done.append((item, compare))
    parse.where.extend(compare for _, compare in done)


def _merged(parse: Parse, last: tuple[Item, Compare], item: Item, compare: Compare) -> Compare | None:
    """ "Germany or France", "PG and PG-13": two cells of a column in one breath."""
    between = parse.items[parse.position(last[0]) + 1 : parse.position(item)]
    joined = all(
        other.lower in _ALTERNATIVE or (other.role in ("not", "condition") and other.kind in ("name", "cue")) for other in between
    )
    before = last[1]
    if not joined or before.field != compare.field or before.op not in ("=", "in") or compare.op != "=":
        return None
    if any(other.lower == "both" for other in parse.before(last[0], 4)) and not any(other.lower == "or" for other in between):
        return None
    for other in between:
        if other.lower == "or":
            other.role = "condition"
    negated = before.negated or compare.negated
    return Compare(compare.field, "in", (*before.values, *compare.values), negated=negated)


def _value(parse: Parse, item: Item) -> Compare | None:
    beside = _column_beside(parse, item)
    link = _chosen_link(parse, item, beside)
    negated = _negated(parse, item)
    if link is None:
        ref = beside and parse.column_of(beside, "text", parse.subject)
        if beside and ref and item.quoted:
            beside.role = "condition"
            return Compare(Field(ref), "=", (item.text,), negated=negated)
        return _unknown_value(parse, item, negated)
    if beside is not None and _about(parse, beside, link):
        beside.role = "condition"
    return Compare(Field(Ref(link.table, link.column)), "=", (link.value,), negated=negated)


def _unknown_value(parse: Parse, item: Item, negated: bool) -> Compare | None:
    """A quoted text no cell holds: the name of the subject, so that the answer is empty rather than about something else."""
    if not parse.subject:
        return None
    label = parse.label(parse.subject)[-1]
    parse.doubts.append(f"no cell holds {item.text}")
    return Compare(label, "=", (item.text,), negated=negated)


def _about(parse: Parse, beside: Item, link: Link) -> bool:
    return any(other.table == link.table and other.column in ("", link.column) for other in beside.links) and not beside.role


def _column_beside(parse: Parse, item: Item) -> Item | None:
    """A name right before ("rating PG", "country is Canada") or right after ("Canada as country", "Action category")."""
    for other in parse.before(item, 5):
        if other.kind == "name":
            return other if other.role in ("", "condition") else None
        if other.kind in ("value", "number", "period") and other.lower not in _ALTERNATIVE:
            return None
        if (
            other.is_cue("group")
            or other.text in (",", ".")
            or (other.lower in ("of", "in", "from", "for", "by", "with", "to", "at") and other.kind != "stop")
        ):
            return None
    return None


def _chosen_link(parse: Parse, item: Item, beside: Item | None) -> Link | None:
    ranked = sorted(
        ((_weigh(parse, item, link, beside), link) for link in item.links), key=lambda p: (-p[0], p[1].table, p[1].column)
    )
    if not ranked:
        return None
    if chosen := parse.resolutions.get(item.lower):
        settled = next((link for _, link in ranked if f"{link.table}.{link.column}" == chosen), None)
        if settled:
            return settled
    close = [link for weight, link in ranked if weight >= ranked[0][0] - 0.05]
    if len({(link.table, link.column) for link in close}) > 1:
        parse.close.append((item, close))
    return ranked[min(parse.picks.get(item.start, 0), len(ranked) - 1)][1]


def _weigh(parse: Parse, item: Item, link: Link, beside: Item | None) -> float:
    weight = link.score + (0.1 if link.value == item.text else 0.0)
    table = parse.index.table(link.table)
    said = parse.tables_said()
    weight += 0.3 if link.table == parse.subject else 0.25 if link.table in said else 0.0
    for other in [beside, *(o for o in parse.after(item, 1) if o.kind == "name")]:
        if other is not None:
            match = max(
                (
                    hit.score
                    for hit in other.links
                    if hit.kind == "column" and (hit.table, hit.column) == (link.table, link.column)
                ),
                default=0.0,
            )
            weight += 0.6 * match
            weight += 0.25 if other.table and other.table.table == link.table else 0.0
    anchor = [parse.subject] if parse.subject else said
    if anchor and link.table not in anchor:
        distance = min(parse.index.graph.distance(table_, link.table) for table_ in anchor)
        weight -= min(0.6, 0.08 * distance)
    if link.column in {c for key in table.foreign_keys for c in key.columns}:
        weight -= 0.05
    if len({v.value for v in item.links if (v.table, v.column) == (link.table, link.column)}) > 1 and link.value != item.text:
        weight -= 0.02
    label = [f.expr for f in parse.label(link.table)]
    weight += 0.06 if Ref(link.table, link.column) in label else 0.0
    return weight - (0.4 if table.is_view else 0.0)


def _like(parse: Parse, item: Item) -> Compare | None:
    """ "Whose name contains …", "starting with …"."""
    cue = next((other for other in parse.before(item, 4) if other.is_cue("compare", "like", "like%", "%like")), None)
    if cue is None or cue.cue is None or cue.role:
        return None
    name = next((other for other in parse.before(cue, 6) if other.kind == "name" and other.role in ("", "condition")), None)
    ref = parse.column_of(name, "text", parse.subject) if name and name.columns else None
    if ref is None and parse.subject:
        label = parse.label(parse.subject)[0].expr
        ref = label if isinstance(label, Ref) else None
    if ref is None:
        return None
    cue.role = "condition"
    if name and parse.in_condition(name):
        name.role = "condition"
    pattern = {"like": f"%{item.text}%", "like%": f"{item.text}%", "%like": f"%{item.text}"}[cue.cue.value]
    return Compare(Field(ref), "like", (pattern,), negated=_negated(parse, cue))


_TRUE = {"1", "y", "yes", "true", "t", "1.0"}
_FALSE = {"0", "n", "no", "false", "f", "0.0"}


def flags(parse: Parse) -> None:
    """ "Products that are discontinued", "active customers": a column of yes and no used as an adjective."""
    for item in parse.items:
        if item.kind != "name" or item.role or not item.columns or (item.table and item.table.score >= item.columns[0].score):
            continue
        ref = parse.column_of(item, prefer=parse.subject)
        if ref is None or not _adjective(parse, item):
            continue
        yes = _yes(parse, ref)
        column = parse.column(ref)
        if column.kind.temporal and (column.null_count or 0) > 0 and item.lower.endswith(("ed", "en", "nt")):
            item.role = "condition"
            parse.where.append(Compare(Field(ref), "null", negated=not _negated(parse, item)))
        elif yes is not None:
            item.role = "condition"
            parse.where.append(Compare(Field(ref), "=", (yes,), negated=_negated(parse, item)))


def _adjective(parse: Parse, item: Item) -> bool:
    after, before = next(iter(parse.after(item, 1)), None), next(iter(parse.before(item, 1)), None)
    if before is not None and before.lower in (
        "is",
        "are",
        "was",
        "were",
        "not",
        "be",
        "been",
        "on",
        "currently",
        "still",
        "only",
    ):
        return True
    return after is not None and after.kind == "name" and after.table is not None and after.table.table == parse.subject


def _yes(parse: Parse, ref: Ref) -> Scalar:
    """The cell that says yes, where a column holds nothing but yes and no."""
    column = parse.column(ref)
    held = {sample.lower() for sample in column.samples}
    if column.kind is Kind.BOOLEAN:
        return True
    if not held or not held <= _TRUE | _FALSE or len(held) > 2:
        return None
    text = next((sample for sample in column.samples if sample.lower() in _TRUE), "1")
    return int(float(text)) if column.kind.numeric else text


def patterns(parse: Parse) -> None:
    """Patterns given as a bare word: "names starting with A"."""
    for item in parse.items:
        if item.is_cue("compare", "like", "like%", "%like") and not item.role:
            follow = next(
                (
                    other
                    for other in parse.after(item, 3)
                    if other.kind in ("word", "value", "number") or (len(other.text) == 1 and other.kind == "stop")
                ),
                None,
            )
            if follow is not None and not follow.role and (compare := _like(parse, follow)):
                follow.role = "condition"
                parse.where.append(compare)


def missing(parse: Parse) -> None:
    """ "Without an email", "email is missing": a column with no value."""
    for item in parse.items:
        if item.role:
            continue
        if item.is_cue("null"):
            near = next((o for o in [*parse.before(item, 4), *parse.after(item, 3)] if o.kind == "name" and not o.role), None)
            ref = parse.column_of(near, prefer=parse.subject) if near else None
            if near and ref:
                item.role = near.role = "condition"
                parse.where.append(Compare(Field(ref), "null", negated=_negated(parse, item)))
        elif item.is_cue("not") and item.lower in ("without", "no", "lack", "lacks", "lacking"):
            follow = next((o for o in parse.after(item, 3) if o.kind not in ("stop",)), None)
            if follow and follow.kind == "name" and not follow.role and follow.columns and not follow.table:
                ref = parse.column_of(follow, prefer=parse.subject)
                beyond = parse.after(follow, 1)
                if (
                    ref
                    and ref.table == parse.subject
                    and parse.column(ref).nullable
                    and not (beyond and beyond[0].kind == "value")
                ):
                    item.role = follow.role = "condition"
                    parse.where.append(Compare(Field(ref), "null"))


def _negated(parse: Parse, item: Item) -> bool:
    """A word of negation shortly before, not used yet by another condition."""
    for other in parse.before(item, 5):
        if other.is_cue("not"):
            if other.role in ("", "not"):
                other.role = "not"
                return True
            return False
        if other.kind in ("value", "number", "period") or other.text in (",", ".") or other.lower in ("and", "but"):
            return False
    return False


def alternatives(parse: Parse) -> None:
    """Two comparisons of a column joined by "or" hold one or the other."""
    ors = [item for item in parse.items if item.lower == "or" and not item.role]
    plain = [c for c in parse.where if isinstance(c, Compare) and not c.field.aggregate]
    if len(ors) == 1 and len(plain) == 2 and plain[0].op not in ("in",) and not plain[0].negated:
        merged: Condition = AnyOf((plain[0], plain[1]))
        parse.where = [merged, *(c for c in parse.where if c not in plain)]
        ors[0].role = "condition"
