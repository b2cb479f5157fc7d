"""The shapes of gold statements: every statement has one, whatever its layout and aliases."""

from __future__ import annotations

import pytest
import sqlglot

from core.evaluation.shape import SHAPES, UNREADABLE, shape

CASES = [
    ("SELECT name FROM t WHERE age > 3", "filtered list"),
    ("SELECT name FROM t WHERE age <> 3 ORDER BY name", "sorted list"),
    ("SELECT name FROM t JOIN u ON t.id = u.id WHERE NOT age = 3", "filtered list"),
    ("SELECT max(age) FROM t", "aggregate, no filter"),
    ("SELECT count(DISTINCT name) FROM t", "aggregate, no filter"),
    ("SELECT max(age) - min(age) FROM t", "aggregate, no filter"),
    ("SELECT count(*) FROM t WHERE age > 3", "aggregate with filter"),
    ("SELECT name, count(*) FROM t GROUP BY name", "per-group aggregate"),
    ("SELECT name, count(*) FROM t WHERE age > 3 GROUP BY name ORDER BY count(*) DESC", "per-group aggregate"),
    ("SELECT name FROM t GROUP BY name ORDER BY count(*) DESC LIMIT 1", "group superlative"),
    ("SELECT name, age FROM t", "plain column list"),
    ("SELECT DISTINCT name FROM t", "plain column list"),
    ("SELECT name FROM t WHERE id NOT IN (SELECT id FROM u)", "negation"),
    ("SELECT name FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id)", "negation"),
    ("SELECT name FROM t EXCEPT SELECT name FROM u", "negation"),
    ("SELECT name FROM t ORDER BY age DESC LIMIT 3", "row superlative"),
    ("SELECT name FROM t GROUP BY name HAVING count(*) > 2", "HAVING"),
    ("SELECT name FROM t GROUP BY name HAVING count(*) > 2 ORDER BY count(*) LIMIT 1", "HAVING"),
    ("SELECT name FROM t ORDER BY name", "sorted list"),
    ("SELECT name FROM t WHERE a = 1 INTERSECT SELECT name FROM t WHERE a = 2", "INTERSECT"),
    ("SELECT name FROM t WHERE age > (SELECT avg(age) FROM t)", "scalar subquery"),
    ("SELECT name FROM t UNION SELECT name FROM u", "UNION and other nesting"),
    ("SELECT name FROM t WHERE id IN (SELECT id FROM u)", "UNION and other nesting"),
    ("SELECT count(*) FROM (SELECT name FROM t GROUP BY name)", "UNION and other nesting"),
    ("SELECT 'x intersect y' FROM t", "plain column list"),
    ("(SELECT name FROM t LIMIT 1)", "row superlative"),
    ("CREATE TABLE t (a)", UNREADABLE),
]


@pytest.mark.parametrize(("sql", "expected"), CASES)
def test_a_statement_has_the_shape_its_tree_says(sql: str, expected: str) -> None:
    assert shape(sqlglot.parse_one(sql, dialect="sqlite")) == expected


def test_what_does_not_parse_has_a_name_of_its_own_and_every_shape_a_case() -> None:
    assert shape(None) == UNREADABLE
    assert {expected for _, expected in CASES} == {*SHAPES, UNREADABLE}
