"""What is wrong with a statement, told from its tree and the gold's."""

from __future__ import annotations

import pytest
import sqlglot

from core.evaluation.difference import differences

COLUMNS = {
    "singer": ("singer_id", "name", "age", "country"),
    "song": ("song_id", "singer_id", "title", "year"),
    "concert": ("concert_id", "city"),
}
CASES = [
    ("SELECT name FROM singer", "SELECT title FROM song", ["tables other", "select other"]),
    ("SELECT name FROM singer", "SELECT name, age FROM singer", ["select extra"]),
    ("SELECT name, age FROM singer", "SELECT S.Name FROM singer AS S", ["select missing"]),
    ("SELECT name FROM singer", "SELECT name FROM singer JOIN song USING (singer_id)", ["tables extra"]),
    ("SELECT name FROM singer JOIN song USING (singer_id)", "SELECT name FROM singer", ["tables missing"]),
    ("SELECT avg(age) FROM singer", "SELECT max(age) FROM singer", ["aggregate"]),
    ("SELECT name FROM singer", "SELECT count(*) FROM singer", ["select missing", "aggregate"]),
    ("SELECT name FROM singer WHERE age > 3", "SELECT name FROM singer WHERE age >= 3", ["filter operator"]),
    ("SELECT name FROM singer WHERE country = 'Fr'", "SELECT name FROM singer WHERE country = 'De'", ["filter value"]),
    ("SELECT name FROM singer WHERE country = 'Fr'", "SELECT name FROM singer WHERE name = 'fr'", ["filter column"]),
    ("SELECT name FROM singer WHERE age > 3", "SELECT name FROM singer", ["filter missing"]),
    ("SELECT name FROM singer", "SELECT name FROM singer WHERE age > 3", ["filter extra"]),
    ("SELECT name FROM singer WHERE age > 3", "SELECT name FROM singer WHERE 3 < age", ["same structure, other rows"]),
    ("SELECT name FROM singer WHERE NOT age = 3", "SELECT name FROM singer WHERE age = 3", ["filter operator"]),
    ("SELECT count(*) FROM singer GROUP BY country", "SELECT count(*) FROM singer", ["group missing"]),
    ("SELECT count(*) FROM singer GROUP BY country", "SELECT count(*) FROM singer GROUP BY age", ["group other"]),
    (
        "SELECT name FROM singer GROUP BY name HAVING count(*) > 2",
        "SELECT name FROM singer GROUP BY name HAVING count(*) >= 2",
        ["having"],
    ),
    ("SELECT name FROM singer ORDER BY age", "SELECT name FROM singer ORDER BY name", ["order"]),
    ("SELECT name FROM singer ORDER BY age", "SELECT name FROM singer ORDER BY age DESC", ["direction"]),
    ("SELECT name FROM singer ORDER BY age LIMIT 1", "SELECT name FROM singer ORDER BY age LIMIT 3", ["limit"]),
    ("SELECT name FROM singer", "SELECT DISTINCT name FROM singer", ["distinct"]),
    ("SELECT count(DISTINCT age) FROM singer", "SELECT count(age) FROM singer", ["aggregate", "distinct"]),
    (
        "SELECT name FROM singer EXCEPT SELECT city FROM concert",
        "SELECT name FROM singer",
        ["nesting missing", "tables missing"],
    ),
    (
        "SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer)",
        "SELECT name FROM singer WHERE age > 3",
        ["nesting missing", "filter value"],
    ),
    (
        "SELECT singer.singer_id FROM singer JOIN song ON singer.singer_id = song.singer_id",
        "SELECT T2.singer_id FROM singer AS T1 JOIN song AS T2 ON T1.singer_id = T2.singer_id",
        ["same structure, other rows"],
    ),
    (
        "SELECT country, count(*) AS n FROM singer GROUP BY country ORDER BY n",
        "SELECT country, count(name) FROM singer GROUP BY singer.country ORDER BY count(*)",
        ["same structure, other rows"],
    ),
]


@pytest.mark.parametrize(("gold", "given", "expected"), CASES)
def test_the_differences_of_two_statements_are_named_the_primary_cause_first(gold: str, given: str, expected: list[str]) -> None:
    trees = [sqlglot.parse_one(sql, dialect="sqlite") for sql in (gold, given)]
    assert list(differences(trees[0], trees[1], COLUMNS)) == expected


def test_what_does_not_parse_is_told_as_such() -> None:
    tree = sqlglot.parse_one("SELECT name FROM singer")
    assert differences(None, tree, COLUMNS) == ("gold unreadable",)
    assert differences(tree, None, COLUMNS) == ("does not run",)
