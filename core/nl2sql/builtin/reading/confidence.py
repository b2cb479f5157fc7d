"""Evidence for a reading, 0–1: how much of the question it explains, how well the words fit, and what speaks against it."""

from __future__ import annotations

import re

from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.text import lemma
from core.nl2sql.builtin.query.plan import measure_table
from core.nl2sql.builtin.query.query import Query, comparisons, refs
from core.nl2sql.builtin.reading.parse import Parse

_BEYOND = re.compile(r"\b(time of (the )?day|hours? of (the )?day|out of stock)\b")
"""What takes more than the columns a word links to."""
EXPLAINED = 0.58
"""Of the evidence: below this too little of the question is explained to answer it."""


def unused(parse: Parse) -> tuple[str, ...]:
    """Words that did not shape the query and might matter, as they were written."""
    return tuple(dict.fromkeys(item.text for item in parse.items if _matters(item)))


def _matters(item: Item) -> bool:
    if item.role or item.kind in ("stop", "mark", "grain"):
        return not item.role and item.grain == "weekday"
    if item.kind == "cue":
        return (
            item.cue is not None
            and item.cue.kind in ("superlative", "not", "compare", "aggregate", "count", "share", "change", "step")
            and item.cue.value not in ("between",)
        )
    return True


def evidence(parse: Parse, query: Query) -> float:
    """Coverage × fit, less what was doubtful on the way."""
    used = [item for item in parse.items if item.role and item.kind in ("name", "value", "number", "period", "grain")]
    lost = [item for item in parse.items if _matters(item)]
    used = used or [item for item in parse.items if item.kind == "word" and item.role == "measure"]
    used = used or [item for item in parse.items if _says_by_trait(parse, item)]
    if not used or not query.select:
        return 0.0
    coverage = (len(used) + 0.5) / (len(used) + 0.5 + sum(0.8 if item.kind == "word" else 0.9 for item in lost))
    fit = sum(_fit(item) for item in used) / len(used)
    sure = coverage * (0.35 + 0.65 * fit)
    sure -= 0.12 * len(parse.doubts)
    if any(item.cue is not None and item.cue.kind in ("aggregate", "count") for item in lost):
        sure -= 0.25  # a measure was asked for and none found
    if any(item.is_cue("not") for item in lost):
        sure -= 0.3  # the opposite of what was asked
    if any(item.is_cue("share") or item.is_cue("change") or item.is_cue("step") for item in lost):
        sure -= 0.5  # a part of something was asked for, not the whole
    if any(item.lower in parse.index.lexicon.beyond for item in lost):
        sure -= 0.25
    if _BEYOND.search(" ".join(item.lower for item in parse.items if item.role != "condition")):
        sure -= 0.5
    if any(lemma(item.lower) == "sell" for item in lost) and any(c.op == "period" for c in comparisons(query.where)):
        sure -= 0.25  # when something was sold is another date than its own
    if query.limit is not None and query.measures and not (query.dimensions or query.keys):
        sure -= 0.5  # the first few of one figure
    if _stray_group(parse) or _per_group(parse):
        sure -= 0.5
    if lost and (_lists_all(query) or (_counts_all(query) and any(_narrows(parse, item) for item in lost))):
        sure -= 0.25  # all there are, and a word of the question left: most likely what should have narrowed it
    sure -= 0.3 if _roundabout(parse, query) else 0.0
    sure -= 0.08 * len([item for item in used if item.fuzzy])
    return max(0.0, min(0.99, sure))


def _lists_all(query: Query) -> bool:
    return not (query.where or query.having or query.measures or query.limit)


def _counts_all(query: Query) -> bool:
    alone = len(query.select) == 1 and not (query.where or query.having or query.combine)
    return alone and query.select[0].aggregate == "count" and query.select[0].expr is None


def _narrows(parse: Parse, item: Item) -> bool:
    """ "… are women", "how many inactve customers": the word stands where the rows are told apart."""
    before, after = (next(iter(near(item, 1)), None) for near in (parse.before, parse.after))
    told = before is not None and before.lower in ("is", "are", "was", "were")
    return told or (after is not None and after.table is not None and after.table.table == parse.subject)


def _says_by_trait(parse: Parse, item: Item) -> bool:
    """ "Who is the tallest?", "who is older than the average?": the adjective alone says what rows are ranked or compared by."""
    return item.role in ("rank", "condition") and item.cue is not None and item.lower in parse.index.lexicon.implied


def _roundabout(parse: Parse, query: Query) -> bool:
    """Whether what is measured is divided by what it only meets through rows of several other kinds, none of them said."""
    graph, said = parse.index.graph, parse.tables_said()
    for measured in {measure_table(field) for field in query.measures}:
        for divided in {ref.table for field in query.dimensions for ref in refs(field.expr)} - {measured}:
            chain = graph.path((measured,), divided) or ()
            if sum(edge.many for edge in chain) > 1 and not {edge.other for edge in chain[:-1]} & set(said):
                return True
    return False


def _stray_group(parse: Parse) -> bool:
    """ "By" something that is not in the database."""
    for item in parse.items:
        if item.is_cue("group") and not item.role and item.lower in ("by", "per", "across"):
            follow = parse.next_real(item)
            if follow is not None and ((follow.kind == "word" and not follow.role) or _kind_of_rows(parse, item)):
                return True
    return False


def _kind_of_rows(parse: Parse, by: Item) -> bool:
    """ "By type of event" that groups nothing."""
    return not parse.groups and any(other.lower in ("type", "kind") and not other.role for other in parse.after(by, 2))


def _per_group(parse: Parse) -> bool:
    """ "The top 3 products per category" ranks within groups, which no query here can say yet."""
    if parse.within:
        return False
    limit = next((item for item in parse.items if item.role == "limit" and item.number is not None), None)
    follow = parse.next_real(limit) if limit else None
    if follow is None or follow.kind != "name" or not parse.groups:
        return False
    shown = {output.entity or next((ref.table for ref in refs(output.field.expr)), "") for output in parse.groups}
    return follow.table is not None and follow.role == "subject" and follow.table.table not in shown


def _fit(item: Item) -> float:
    return min(1.0, item.links[0].score) if item.links else 0.85 if item.quoted else 1.0
