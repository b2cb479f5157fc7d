"""Statements of other engines read as queries of this one: the same rows again, or nothing at all; and follow-ups of them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from core.models import Catalog, SqlDraft
from core.nl2sql.builtin.linking.index import index_of
from core.nl2sql.builtin.query.read_back import read_back
from core.nl2sql.builtin.query.render import render
from tests.core.nl2sql.builtin.schemas import NAMES, Samples, ask, cases, catalog_of, context, drafted, same

Shop = tuple[Catalog, sqlite3.Connection]

WRITTEN = [
    "SELECT c.first_name, c.last_name FROM customers c WHERE c.country = 'Spain'",
    "SELECT first_name FROM customers WHERE LOWER(country) = 'spain'",
    "SELECT first_name FROM customers WHERE country IN ('Spain', 'France') AND email IS NOT NULL ORDER BY 1 DESC",
    "SELECT first_name FROM customers WHERE country = 'Spain' OR country = 'France'",
    "SELECT first_name FROM customers WHERE city NOT LIKE '%ee%' OR email IS NULL",
    'SELECT "first_name" FROM "customers" WHERE "country" <> "Spain"',
    "SELECT COUNT(*) AS n FROM orders WHERE strftime('%Y', order_date) = '2023'",
    "SELECT COUNT(1) FROM orders WHERE order_date >= '2023-01-01' AND order_date < '2024-01-01' AND freight > 0",
    "SELECT COUNT(*) FROM orders WHERE order_date BETWEEN '2023-01-01' AND '2023-12-31'",
    "SELECT strftime('%Y-%m', order_date) AS month, COUNT(*) AS n FROM orders GROUP BY month ORDER BY month",
    "SELECT substr(o.order_date, 1, 7), SUM(o.freight) FROM orders AS o GROUP BY 1 HAVING COUNT(*) > 1",
    "SELECT status, COUNT(order_id), ROUND(AVG(freight), 2) FROM orders GROUP BY status ORDER BY COUNT(order_id) DESC LIMIT 2",
    "SELECT c.country, COUNT(DISTINCT o.order_id) n FROM customers c JOIN orders o ON o.customer_id = c.customer_id"
    " GROUP BY c.country ORDER BY n DESC",
    "SELECT p.product_name, SUM(oi.quantity * oi.unit_price) AS total FROM order_items oi"
    " INNER JOIN products p ON oi.product_id = p.product_id JOIN categories ct ON p.category_id = ct.category_id"
    " WHERE ct.category_name = 'Tea' GROUP BY p.product_id, p.product_name",
    "SELECT DISTINCT c.city FROM customers c JOIN orders o USING (customer_id) WHERE o.channel = 'Online'",
    "SELECT product_name FROM products WHERE list_price > (SELECT AVG(list_price) FROM products)",
    "SELECT first_name FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders)",
    "SELECT first_name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id)",
    "SELECT c.first_name FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id WHERE o.order_id IS NULL",
    "SELECT o.order_id FROM orders o LEFT JOIN customers c ON o.customer_id = c.customer_id WHERE c.country = 'Spain'",
    "SELECT c.first_name, COUNT(o.order_id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id GROUP BY 1",
    "SELECT c.first_name, COUNT(o.order_id), AVG(o.freight) FROM customers c LEFT JOIN orders o USING (customer_id)"
    " WHERE c.country <> 'France' GROUP BY c.customer_id HAVING COUNT(o.order_id) < 2 ORDER BY COUNT(o.order_id) DESC",
    "SELECT c.first_name, o.status FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id",
    "SELECT c.first_name, COUNT(o.order_id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id"
    " WHERE o.channel = 'Online' GROUP BY c.customer_id",
    "SELECT city FROM customers UNION SELECT title FROM employees",
    "SELECT * FROM categories ORDER BY category_name LIMIT 1 OFFSET 1",
    "SELECT product_name FROM products WHERE list_price > 2 * 4",
    "SELECT first_name FROM customers WHERE NOT (country = 'Spain' AND city = 'Sevilla')",
    "SELECT status, AVG(freight) / 2 FROM orders GROUP BY status",
    "SELECT channel, 100.0 * COUNT(CASE WHEN status = 'shipped' THEN 1 END) / COUNT(*) FROM orders GROUP BY channel",
    "SELECT 100.0 * SUM(CASE WHEN channel = 'Online' THEN freight ELSE 0 END) / NULLIF(SUM(freight), 0) FROM orders",
    "SELECT SUM(channel = 'Online') * 100.0 / COUNT(*) FROM orders",
    "SELECT n.status FROM (SELECT * FROM orders ORDER BY freight DESC LIMIT 2) n WHERE n.channel = 'Online'",
    "SELECT o.order_id, p.list_price FROM orders o JOIN order_items i ON i.order_id = o.order_id"
    " JOIN products p ON p.product_id = i.product_id WHERE p.list_price > (SELECT AVG(list_price) FROM products)",
]

GAMES = """
CREATE TABLE town (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL, rival INTEGER REFERENCES team (id),
  town INTEGER REFERENCES town (id));
CREATE TABLE game (id INTEGER PRIMARY KEY, home INTEGER REFERENCES team (id), guest INTEGER REFERENCES team (id), goals INTEGER);
CREATE TABLE coach (team INTEGER PRIMARY KEY REFERENCES team (id), name TEXT NOT NULL);
CREATE TABLE prize (id INTEGER PRIMARY KEY, team INTEGER REFERENCES team (id), points INTEGER);
INSERT INTO town VALUES (1, 'Ostby'), (2, 'Lund');
INSERT INTO team VALUES (1, 'Foxes', 2, 1), (2, 'Owls', 1, 2), (3, 'Bears', 2, 2);
INSERT INTO game VALUES (1, 1, 2, 3), (2, 2, 1, 0), (3, 3, 1, 5), (4, 3, 2, 2);
INSERT INTO coach VALUES (3, 'Mona'), (1, 'Piet');
INSERT INTO prize VALUES (1, 1, 10), (2, 3, 4), (3, 3, 6);
"""

ROLES = [
    "SELECT h.name, g.name, goals FROM game JOIN team h ON game.home = h.id JOIN team g ON g.id = game.guest WHERE goals > 1",
    "SELECT t.name, COUNT(*) FROM game x JOIN team t ON t.id = x.guest GROUP BY t.id, t.name ORDER BY COUNT(*) DESC",
    "SELECT SUM(x.goals) FROM team t JOIN game x ON x.guest = t.id WHERE t.name = 'Owls'",
    "SELECT t.name, r.name FROM team t JOIN team r ON t.rival = r.id",
    "SELECT t.name, x.goals FROM town t JOIN team m ON m.town = t.id JOIN game x ON x.home = m.id",
    "SELECT c.name, p.points FROM coach c JOIN prize p ON p.team = c.team",
    "SELECT r.name FROM team r JOIN team t ON t.rival = r.id WHERE t.name = 'Foxes'",
]

BEYOND = [
    "WITH t AS (SELECT * FROM orders) SELECT COUNT(*) FROM t",
    "SELECT status, RANK() OVER (ORDER BY freight) FROM orders",
    "SELECT c.first_name, COUNT(*) FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id GROUP BY 1",
    "SELECT o.status, COUNT(c.city) FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id GROUP BY 1",
    "SELECT c.city FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id"
    " JOIN order_items i ON i.order_id = o.order_id",
    "SELECT a.first_name FROM customers a JOIN customers b ON a.country = b.country",
    "SELECT o.order_id FROM orders o JOIN customers c ON o.order_id = c.customer_id",
    "SELECT UPPER(city) FROM customers",
    "SELECT 100.0 * COUNT(CASE WHEN list_price > 10 THEN list_price END) / SUM(list_price) FROM products",
    "SELECT 100 * COUNT(CASE WHEN list_price > 10 THEN 1 END) / COUNT(*) FROM products",
    "SELECT city FROM customers WHERE LENGTH(city) > 5",
    "SELECT nothing FROM customers",
    "SELECT 1",
    "not sql at all",
]

ELSEWHERE = [
    ("duckdb", "SELECT date_trunc('month', order_date) m, count(*) FROM orders GROUP BY 1", "month"),
    ("duckdb", "SELECT count(*) FROM orders WHERE year(order_date) = 2023", "2023"),
    ("postgres", "SELECT EXTRACT(YEAR FROM order_date) y, sum(freight) FROM orders GROUP BY y", "year"),
    ("postgres", "SELECT count(*) FROM orders WHERE order_date >= DATE '2023-01-01' AND order_date < DATE '2024-01-01'", "2023"),
    ("mysql", "SELECT DATE_FORMAT(order_date, '%Y-%m') AS m, COUNT(*) FROM orders GROUP BY m", "month"),
]


@pytest.fixture(scope="module")
def shop(samples: Samples) -> Shop:
    return samples["shop"].catalog, samples["shop"].connection


@pytest.mark.parametrize("name", NAMES)
def test_what_the_engine_writes_it_reads_back_to_the_same_rows(name: str, samples: Samples) -> None:
    index, connection = index_of(samples[name].catalog), samples[name].connection
    asked = [case["question"] for database, case in cases("cases") if database == name]
    drafts = [draft for question in asked if isinstance(draft := ask(question, index.catalog), SqlDraft)]
    read = [(draft, query) for draft in drafts if (query := read_back(draft.sql, "sqlite", index)) is not None]
    for draft, query in read:
        rows, again = (connection.execute(sql).fetchall() for sql in (draft.sql, render(query, index)))
        assert same(again, rows, ordered="ORDER BY" in draft.sql), (draft.sql, render(query, index))
    plain = [
        draft
        for draft in drafts
        if not any(part in " ".join(draft.sql.split()) for part in ("WITH ", "OVER (", "CASE ", "FROM ("))
    ]
    assert len(read) >= 0.9 * len(plain)


@pytest.mark.parametrize("sql", WRITTEN)
def test_a_statement_as_models_write_it_gives_the_same_rows(sql: str, shop: Shop) -> None:
    catalog, connection = shop
    query = read_back(sql, "sqlite", index_of(catalog))
    assert query is not None
    rows, again = (connection.execute(text).fetchall() for text in (sql, render(query, index_of(catalog))))
    assert rows
    assert same(again, rows, ordered="ORDER BY" in sql)


@pytest.mark.parametrize("sql", ROLES)
def test_a_table_joined_along_one_of_several_keys_is_read_in_that_role(sql: str, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "games.sqlite")
    connection.executescript(GAMES)
    index = index_of(catalog_of(f"sqlite:///{tmp_path / 'games.sqlite'}"))
    query = read_back(sql, "sqlite", index)
    assert query is not None
    rows, again = (connection.execute(text).fetchall() for text in (sql, render(query, index)))
    assert rows
    assert same(again, rows, ordered=False)
    connection.close()


@pytest.mark.parametrize("sql", BEYOND)
def test_what_no_query_says_is_not_read(sql: str, shop: Shop) -> None:
    assert read_back(sql, "sqlite", index_of(shop[0])) is None


@pytest.mark.parametrize(("dialect", "sql", "said"), ELSEWHERE)
def test_times_are_read_as_each_database_cuts_them(dialect: str, sql: str, said: str, shop: Shop) -> None:
    query = read_back(sql, dialect, index_of(replace(shop[0], dialect=dialect, fingerprint=dialect)))
    assert query is not None
    grains = [field.grain for field in query.dimensions]
    labels = [getattr(condition, "label", "") for condition in query.where]
    assert said in (*grains, *labels)


def test_a_follow_up_edits_what_a_model_wrote(shop: Shop) -> None:
    catalog, connection = shop
    sql = "SELECT c.country, COUNT(*) AS n FROM orders o JOIN customers c ON o.customer_id = c.customer_id GROUP BY c.country"
    first = SqlDraft(sql, "sqlite", "llm")
    only = drafted("only in 2023", catalog, context(("orders by country", first)))
    assert only.changes == ("+ only where order date is in 2023",)
    assert same(connection.execute(only.sql).fetchall(), [("Spain", 3), ("United Kingdom", 1), ("France", 1)], ordered=False)
    by = drafted("by status instead", catalog, context(("orders by country", first)))
    assert same(connection.execute(by.sql).fetchall(), [("shipped", 6), ("open", 1), ("cancelled", 1)], ordered=False)


def test_a_follow_up_keeps_those_who_have_none_as_long_as_they_are_what_is_shown(shop: Shop) -> None:
    catalog, connection = shop
    first = SqlDraft(
        "SELECT c.first_name, COUNT(o.order_id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.customer_id"
        " GROUP BY c.customer_id, c.first_name",
        "sqlite",
        "llm",
    )
    asked = context(("how many orders does each customer have", first))
    few = drafted("only those with less than 1", catalog, asked)
    assert connection.execute(few.sql).fetchall()
    assert {count for _, count in connection.execute(few.sql)} == {0}
    assert "Customers with none are shown too" in {one.text for one in few.assumptions}
    online = drafted("only online orders", catalog, asked)
    assert 0 not in {count for _, count in connection.execute(online.sql)}
    status = drafted("by status instead", catalog, asked)
    assert same(connection.execute(status.sql).fetchall(), [("shipped", 6), ("open", 1), ("cancelled", 1)], ordered=False)


def test_a_follow_up_of_what_cannot_be_read_is_a_question_of_its_own(shop: Shop) -> None:
    first = SqlDraft("SELECT UPPER(city) FROM customers", "sqlite", "llm")
    draft = drafted("how many customers are there?", shop[0], context(("cities", first)))
    assert draft.changes == ()
