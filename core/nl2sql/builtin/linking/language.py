"""Language: whether a question that was not understood is in another language than English, so that it can be said."""

from __future__ import annotations

import unicodedata

from core.nl2sql.builtin.linking.text import words

ENGLISH = frozenset(
    """
    a about all and any are average be by can count did do does each every find for from give had has have highest how i in
    is it last less list lowest many me month more most much my no number of on or our per show sum than that the their there
    these they this to top total was we were what when where which who whose why with year you
""".split()  # noqa: SIM905
)
OTHERS = frozenset(
    """
    alle anzahl auf aus bei das dem den der die ein eine für gab gibt habe haben hat im ist jahr jede jeder kein letzten mit
    monat nach nicht oder pro sind um und uns unsere viel viele vom von waren wer wie wieviel wieviele welche welcher welches
    wir wo zeige zeig zu zum zur über
    au aux avec ce cette chaque combien dans des du elle est et il la le les leur moi montre nombre nos notre nous ont où par
    pas plus pour quand que quel quelle quelles quels qui sont sur sur toutes tous un une vous y
    al cada como con cual cuál cuales cuáles cuanta cuánta cuantas cuántas cuanto cuánto cuantos cuántos cómo cuando cuándo
    del donde dónde el ella en entre es este fue hay las los más mes muestra para por qué quien quién se son su sus todas
    todos una unos ventas y
    al che chi ci come con cosa da dei del della delle di dove e gli il ho mostra nel nella non ogni per più quali qual quale
    quando quante quanti quanto quanta sono su una è
    ao com como da dos das e em foi há mais na nas no nos o os para pela pelo quais qual quanta quantas quanto quantos são
    uma você
    aan bij dat de deze dit een en er het hoe hoeveel hoeveelheid ik ik ja met naar niet of ons onze op te toon van voor waar
    wat welke werd wie zijn
    czy dla gdzie ile jak jaka jakie jest które który na nie się są w z ze
    bir çok göre her hangi ile için kaç kim ne nedir
    antal är av det ett finns har hur inte många och på som till vad vilka vilken
    hvilke hvor mange og
""".split()  # noqa: SIM905
)
"""Small words of German, French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish and the Scandinavian languages."""


def foreign(question: str) -> bool:
    """True only where the question speaks for it: most letters are of another script, or more of its small words are of
    another language than of English."""
    letters = [sign for sign in question if sign.isalpha()]
    latin = sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if letters and 2 * latin < len(letters):
        return True
    said = words(question)
    here, there = sum(word in ENGLISH for word in said), sum(word in OTHERS and word not in ENGLISH for word in said)
    return there > here
