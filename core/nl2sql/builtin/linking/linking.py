"""Linking: the words of a question to tables, columns, cells, numbers, periods and cues, as the best cover of the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from core.nl2sql.builtin.linking.index import Index, Link
from core.nl2sql.builtin.linking.item import Item
from core.nl2sql.builtin.linking.looking import lookup
from core.nl2sql.builtin.linking.numerals import number_at
from core.nl2sql.builtin.linking.periods import GRAIN_PHRASES, GRAINS, period_at
from core.nl2sql.builtin.linking.rescuing import rescued
from core.nl2sql.builtin.linking.text import Token, normalise, stem, tokenize, words

_FILLERS = {"of", "the", "'s", "’s", "'", "’", "a", "an", "any"}
_ASKING = {"list", "show", "count", "find", "display", "return", "give", "report", "order", "rank", "sort", "name"}
"""Words that ask when they come first, whatever a table is called."""
_BEFORE_NOUN = {"per", "each", "every", "an", "the", "of", "by", "average", "one", "and"}
"""Before these "order by" is a noun and a group: "per order by shipper"."""
_AUXILIARY = {"be", "have", "do"}
_PARTS = ("share", "percent", "percentage", "proportion")
_BEFORE_VERB = {"not", "have", "has", "never", "ever", "who", "that", "customers", "we"}
"""After these "ordered in" is what somebody did: "have not ordered in 2025"."""
_POINTING = {"the", "that", "this", "other", "which"}
_BEFORE_PLACE = {"in", "from", "the", "to", "of", "for"}
_COUNTING = {"than", "least", "most", "exactly", "only", "just", "over", "under", "above", "below", "to", "is", "equals", "of"}
"""Before these and after those "one" is a row, and a number."""
_LONGEST_NAME = 6
_WHOLE, _SURE = 0.95, 0.7
_LED = 0.25
"""Weight of a word that only leads to a name: any other reading goes before, even as a word that says nothing."""
_IDIOM = 1.06
"""Weight of each word of several that together mean one thing ("years of age"): more than each by itself."""


def link(question: str, index: Index, today: date) -> list[Item]:
    """The items of a question, left to right, covering every token once."""
    tokens = tokenize(question)
    text = normalise(question)
    found: list[Item] = []
    for position in range(len(tokens)):
        found.extend(_cues(tokens, position, index))
        found.extend(_figures(tokens, position, text, today, index))
        found.extend(_names(tokens, position, index))
        found.extend(_values(tokens, position, index))
        found.append(_plain(tokens[position], position, index))
    items = _cover(found, len(tokens))
    items = [rescued(item, tokens, index) if item.kind == "word" else item for item in items]
    return _sharing_a_noun(_joined(items), index)


def _sharing_a_noun(items: list[Item], index: Index) -> list[Item]:
    """ "Minimum and maximum salary", of columns called so: the first names one too, not the least of the second."""
    for at, (cue, joint, noun) in enumerate(zip(items, items[1:], items[2:], strict=False)):
        said = noun.lower.split()
        if not cue.is_cue("aggregate") or joint.lower not in ("and", "or", "&") or noun.kind != "name" or len(said) != 2:
            continue
        tokens = tokenize(f"{cue.lower} {said[1]}")
        links = lookup(tuple(_forms(token, index) for token in tokens), index) if len(tokens) == len(said) else ()
        places = {link.table for link in noun.columns if link.score >= _WHOLE}
        if named := tuple(link for link in links if link.kind == "column" and link.score >= _WHOLE and link.table in places):
            items[at] = replace(cue, kind="name", cue=None, links=named)
    return items


def _joined(items: list[Item]) -> list[Item]:
    """A misspelt word and its neighbour that together name one column ("replacment cost") are one name."""
    found: list[Item] = []
    for item in items:
        before = found[-1] if found else None
        same = before and before.kind == item.kind == "name" and (before.fuzzy or item.fuzzy) and _same_column(before, item)
        if before and same:
            found[-1] = replace(
                before, end=item.end, text=f"{before.text} {item.text}", lower=f"{before.lower} {item.lower}", links=(same,)
            )
        else:
            found.append(item)
    return found


def _same_column(one: Item, two: Item) -> Link | None:
    places = {(link.table, link.column) for link in two.columns}
    shared = next((link for link in one.columns[:1] if (link.table, link.column) in places), None)
    return replace(shared, score=0.9) if shared else None


def _item(tokens: Sequence[Token], start: int, end: int, kind: str, weight: float) -> Item:
    text = " ".join(token.text for token in tokens[start:end])
    return Item(start, end, kind, text, text.lower(), weight=weight)


def _cues(tokens: Sequence[Token], position: int, index: Index) -> Iterator[Item]:
    for cue, end in index.lexicon.cues_at(tokens, position):
        if cue.phrase == "order by" and (
            tokens[position].lower == "orders" or (position and tokens[position - 1].lower in _BEFORE_NOUN)
        ):
            continue
        if cue.phrase == "ordered in" and position and tokens[position - 1].lower in _BEFORE_VERB:
            continue
        if cue.phrase.startswith("or ") and end < len(tokens) and tokens[end].number is not None:
            continue  # "or below 5" opens a comparison, "5 or below" ends one
        if cue.kind == "share" and _held_share(tokens, end, index):
            continue
        if cue.kind in ("change", "step") and _is_named(tokens, position, end, index):
            continue
        item = _item(tokens, position, end, "cue", 1.02 * (end - position) + 0.1 * (end - position - 1))
        item.cue = cue
        yield item


def _is_named(tokens: Sequence[Token], position: int, end: int, index: Index) -> bool:
    """Whether a table or column is called so ("growth rate"), or a value."""
    said = tuple(token.lemma for token in tokens[position:end] if token.lower not in _FILLERS)
    named = any(found.score >= 0.75 for found in index.phrases.get(tuple(sorted(set(said))), ()))
    return named or tuple(token.lower for token in tokens[position:end]) in index.values


def _held_share(tokens: Sequence[Token], end: int, index: Index) -> bool:
    """Whether a column holds the percents that are asked for ("percentage of votes") itself."""
    follow = next((token.lemma for token in tokens[end:] if token.lower not in _FILLERS), "")
    bags = [(word, follow) for word in _PARTS] + [(word,) for word in _PARTS]
    return any(
        found.kind == "column" and found.score >= 0.75 for bag in bags for found in index.phrases.get(tuple(sorted(set(bag))), ())
    )


def _figures(tokens: Sequence[Token], position: int, text: str, today: date, index: Index) -> Iterator[Item]:
    if tokens[position].kind not in ("number", "word"):
        return
    if (found := period_at(tokens, position, text, today)) and not _is_column(
        (tokens[position].lemma,), found[1] - position, index
    ):
        item = _item(tokens, position, found[1], "period", 1.2 * (found[1] - position))
        item.period = found[0]
        if found[1] == position + 1 and tokens[position].number is not None:
            item.number = tokens[position].number
        yield item
    if not _stands_for_rows(tokens, position) and (number := number_at(tokens, position)):
        item = _item(tokens, position, number[1], "number", 1.1 * (number[1] - position))
        item.number = number[0]
        yield item
    for phrase, spoken in GRAIN_PHRASES.items():
        end = position + len(phrase)
        if tuple(token.lower for token in tokens[position:end]) == phrase and not _is_named(tokens, position, end, index):
            item = _item(tokens, position, end, "grain", 1.1 * len(phrase))
            item.grain = spoken
            yield item
    if grain := GRAINS.get(tokens[position].lower):
        item = _item(tokens, position, position + 1, "grain", 0.9)
        item.grain = grain
        yield item


def _stands_for_rows(tokens: Sequence[Token], position: int) -> bool:
    """ "The WNBC one", "that one": no number where a row is pointed at."""
    if tokens[position].lower != "one" or (position + 1 < len(tokens) and tokens[position + 1].kind != "mark"):
        return False
    before = [token.lower for token in tokens[max(0, position - 3) : position]][::-1]
    return bool(before) and before[0] not in _COUNTING and any(word in _POINTING for word in before)


def _names(tokens: Sequence[Token], position: int, index: Index) -> Iterator[Item]:
    if tokens[position].lower in _FILLERS or tokens[position].kind in ("mark", "number", "quoted"):
        return
    if position == 0 and tokens[0].lower in _ASKING and not (len(tokens) > 1 and tokens[1].lower in ("of", "and", ",")):
        return
    key: tuple[tuple[str, ...], ...] = ()
    plural = tokens[position].lower != tokens[position].lemma and tokens[position].lower.endswith("s")
    for end in range(position + 1, min(position + _LONGEST_NAME, len(tokens)) + 1):
        last = tokens[end - 1]
        if last.lower in _FILLERS or last.kind == "possessive":
            continue
        if last.kind in ("mark", "quoted"):
            return
        forms = _forms(last, index)
        if not forms:
            return
        key = (*key, forms)
        if len(key) > 1 and _denies(tokens, position):
            return
        links = lookup(key, index)
        if len(key) == 2 and end == position + 2 and not links:
            links = lookup(((tokens[position].lemma + last.lower,),), index)  # "signed up" is signup
        if plural and len(key) == 2 and end == position + 2 and _is_table(key[:1], index):
            # "films directed" is no compound, "film length" is
            links = tuple(found for found in links if found.kind == "table" and found.score >= _WHOLE)
        elif len(key) == 2 and end == position + 2 and last.lower != last.lemma and _is_table((_written(last, index),), index):
            said = {token.lemma for token in tokens[position:end]}  # nor is "discontinued products", "start stations" may be
            links = tuple(f for f in links if f.kind == "table" or said <= set(index.names.columns[f.table, f.column]))
        if last.lemma in _AUXILIARY:
            links = ()  # "are" is no column that says whether somebody is something
        elif len(key) == 1 and last.lower in index.lexicon.function and not _is_asked_per(tokens, position):
            links = tuple(found for found in links if found.score >= _SURE)
        if links:
            size = len(key)
            best = links[0].score
            exact = all(
                last_forms[0] == token.lemma for last_forms, token in zip(key, _content(tokens, position, end), strict=True)
            )
            weight = size * best + 0.18 * (size - 1) * best - (0.0 if exact else 0.08)
            if exact and tuple(sorted(token.lemma for token in _content(tokens, position, end))) in index.idioms:
                weight = max(weight, _IDIOM * (end - position))
            if end - position > size:
                weight += 0.1 * (end - position - size)
            led = tuple(sorted(token.lemma for token in _content(tokens, position, end))) in index.led
            item = _item(tokens, position, end, "name", _LED * size if led else weight)
            item.links, item.led = links, led
            yield item


def _is_asked_per(tokens: Sequence[Token], position: int) -> bool:
    """ "How many actors per show": no word of asking there, but what is counted for."""
    return tokens[position].lemma in _ASKING and position > 0 and tokens[position - 1].lower in ("per", "each", "every", "by")


def _denies(tokens: Sequence[Token], position: int) -> bool:
    """ "Who has no card": the word of denial, not the short form of number."""
    before = tokens[position - 1].lemma if position else ""
    return tokens[position].lower == "no" and before in {*_AUXILIARY, "with", "there", "make", "at"}


def _is_column(key: tuple[str, ...], size: int, index: Index) -> bool:
    """Whether a lone word is the whole name of a column: January where there is a column for each month."""
    return size == 1 and any(found.kind == "column" and found.score >= 0.95 for found in index.phrases.get(key, ()))


def _written(token: Token, index: Index) -> tuple[str, ...]:
    """The forms of a token, or just what it abbreviates."""
    full = index.lexicon.abbreviations.get(token.lemma, "")
    return (full,) if full else _forms(token, index)


def _is_table(key: tuple[tuple[str, ...], ...], index: Index) -> bool:
    return any(found.kind == "table" and found.score >= 0.95 for found in lookup(key, index))


def _content(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    return [token for token in tokens[start:end] if token.lower not in _FILLERS and token.kind != "possessive"]


def _forms(token: Token, index: Index) -> tuple[str, ...]:
    """The lemma itself, then words of the schema with the same stem, then an abbreviation written out."""
    near = index.stems.get(stem(token.lower), set()) if token.kind == "word" and len(token.lower) > 4 else set()
    written = index.lexicon.abbreviations.get(token.lower, "") or index.lexicon.abbreviations.get(token.lemma, "")
    forms = [token.lemma, *sorted(near - {token.lemma})[:3]]
    if token.lower != token.lemma:
        forms.append(token.lower)
    if written and " " not in written and written not in forms:
        forms.append(written)
    return tuple(forms)


def _values(tokens: Sequence[Token], position: int, index: Index) -> Iterator[Item]:
    token = tokens[position]
    if token.kind == "quoted":
        item = _item(tokens, position, position + 1, "value", 3.0)
        item.links, item.quoted = tuple(index.values.get(words(token.text), ())[:12]), True
        yield item
        return
    longest = _longest_cell(token, index)
    key: tuple[str, ...] = ()
    for end in range(position + 1, min(position + longest + 4, len(tokens)) + 1):
        said = words(tokens[end - 1].text)
        if not said:
            continue
        key = (*key, *said)
        if len(key) > longest:
            return
        links = index.values.get(key) or (
            index.values.get((*key[:-1], tokens[end - 1].lemma)) if len(tokens[end - 1].lower) > 3 else None
        )
        links = links or (index.values.get((*key[:-1], f"{key[-1]}s")) if len(key[-1]) > 2 else None)  # a nut of Nuts
        if links and (weight := _value_weight(tokens, position, end, links, index)):
            item = _item(tokens, position, end, "value", weight)
            item.links = tuple(links[:12])
            yield item


def _longest_cell(token: Token, index: Index) -> int:
    """Words of the longest cell that starts as a token does, or as its singular."""
    head = words(token.text)
    near = (token.lemma, f"{token.lower}s") if len(token.lower) > 3 else (f"{token.lower}s",)
    alone = len(token.lower) > 2 and any((form,) in index.values for form in near)
    return max(index.value_heads.get(head[0], 0), 1 if alone else 0) if head else 0


def _value_weight(tokens: Sequence[Token], start: int, end: int, links: Sequence[Link], index: Index) -> float:
    """How strongly words read as a cell; 0 where a lone small word or bare number happens to be one."""
    said = " ".join(token.text for token in tokens[start:end])
    size = end - start
    if size == 1:
        token = tokens[start]
        if token.kind == "number" or (len(token.lower) == 1 and not token.text.isupper()):
            return 0.0
        if token.lower in GRAINS:
            return 0.0
        if token.lower in index.lexicon.stop and not _is_written_as_name(tokens, start) and not _is_state(tokens, start, index):
            return 0.0
        cased = any(token.text == found.value for found in links) and token.text[0].isupper() and start > 0
        if token.text in ("A", "I"):
            return 0.0
        if len(token.text) <= 2 and not token.text.isupper() and not _is_place(tokens, start, index):
            return 0.0
        if not cased and (token.lemma,) in index.lexicon.synonyms:
            return 0.45  # "price" is what something costs before it is somebody called Price
        return 1.08 if cased else 0.93
    cased = any(words(found.value) == words(said) and found.value == said for found in links)
    return size * (1.12 if cased else 1.05) + 0.2


def _is_place(tokens: Sequence[Token], start: int, index: Index) -> bool:
    """ "In the uk", "from ny": two letters that are no word of their own, after what only stands before a noun."""
    before = tokens[start - 1].lower if start else ""
    said = tokens[start].lower
    return len(said) == 2 and before in _BEFORE_PLACE and said not in index.lexicon.function | index.lexicon.stop


def _is_written_as_name(tokens: Sequence[Token], start: int) -> bool:
    """ "US suppliers", "orders from It": a capital within a question, or two where not all of it is shouted."""
    shouted = all(token.text.isupper() for token in tokens if token.kind == "word")
    return tokens[start].text[0].isupper() and (
        bool(start) or (len(tokens[start].text) > 1 and tokens[start].text.isupper() and not shouted)
    )


def _is_state(tokens: Sequence[Token], start: int, index: Index) -> bool:
    """ "How many are done?": what rows are said to be, at the end of the question."""
    ends = all(token.kind == "mark" for token in tokens[start + 1 :])
    said = tokens[start].lower not in index.lexicon.function
    return bool(start) and ends and said and tokens[start - 1].lower in ("are", "is", "were", "was")


def _plain(token: Token, position: int, index: Index) -> Item:
    kind = (
        "mark" if token.kind in ("mark", "possessive") else "stop" if {token.lower, token.lemma} & index.lexicon.stop else "word"
    )
    return Item(position, position + 1, kind, token.text, token.lower, weight=0.3 if kind == "stop" else 0.05)


def _cover(found: list[Item], size: int) -> list[Item]:
    """The heaviest sequence of items that covers every token exactly once."""
    ending: dict[int, list[Item]] = {}
    for item in found:
        ending.setdefault(item.end, []).append(item)
    best: list[tuple[float, Item | None]] = [(0.0, None)]
    for end in range(1, size + 1):
        choices = [(best[item.start][0] + item.weight, item) for item in ending.get(end, ())]
        best.append(max(choices, key=lambda choice: choice[0]))
    items: list[Item] = []
    while size:
        last = best[size][1]
        assert last is not None
        items.append(last)
        size = last.start
    return items[::-1]
