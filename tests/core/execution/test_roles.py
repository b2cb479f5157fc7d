"""What columns are for in questions."""

from __future__ import annotations

import pytest

from core.execution.roles import with_roles
from core.models import Column, ForeignKey, Kind, Role, Table

NUMBER = {"distinct_count": 80, "minimum": "3", "maximum": "950"}


def role(name: str, kind: Kind, *, table: str = "things", **figures: object) -> Role:
    column = Column(name, "", kind, Role.DIMENSION, **{"distinct_count": 90, **figures})  # type: ignore[arg-type]
    other = Column("padding", "", Kind.TEXT, Role.DIMENSION, distinct_count=3)
    (with_role,) = with_roles([Table(table, (column, other), row_count=100)])
    return with_role.columns[0].role


@pytest.mark.parametrize(
    ("name", "kind", "figures", "expected"),
    [
        ("amount", Kind.DECIMAL, NUMBER, Role.MEASURE),
        ("price", Kind.FLOAT, NUMBER, Role.MEASURE),
        ("quantity", Kind.INTEGER, NUMBER, Role.MEASURE),
        ("number_of_employees", Kind.INTEGER, NUMBER, Role.MEASURE),
        ("order_date", Kind.DATE, {}, Role.TIME),
        ("created_at", Kind.DATETIME, {}, Role.TIME),
        ("year", Kind.INTEGER, {"minimum": "1990", "maximum": "2024"}, Role.DIMENSION),
        ("release_year", Kind.INTEGER, {"minimum": "1990", "maximum": "2024"}, Role.DIMENSION),
        ("years_of_service", Kind.INTEGER, {"minimum": "0", "maximum": "40"}, Role.MEASURE),
        ("is_active", Kind.INTEGER, {"distinct_count": 2, "minimum": "0", "maximum": "1"}, Role.DIMENSION),
        ("active", Kind.BOOLEAN, {}, Role.DIMENSION),
        ("zip_code", Kind.INTEGER, NUMBER, Role.DIMENSION),
        ("latitude", Kind.FLOAT, NUMBER, Role.DIMENSION),
        ("status", Kind.TEXT, {"distinct_count": 4}, Role.DIMENSION),
        ("customer_id", Kind.INTEGER, NUMBER, Role.KEY),
        ("CustomerID", Kind.TEXT, {}, Role.KEY),
        ("uuid", Kind.OTHER, {}, Role.KEY),
        ("stuid", Kind.INTEGER, NUMBER, Role.KEY),
        ("amount_paid", Kind.DECIMAL, NUMBER, Role.MEASURE),
        ("bid", Kind.INTEGER, NUMBER, Role.MEASURE),
        ("name", Kind.TEXT, {}, Role.LABEL),
        ("thing_name", Kind.TEXT, {}, Role.LABEL),
        ("title", Kind.TEXT, {}, Role.LABEL),
        ("notes", Kind.TEXT, {}, Role.DIMENSION),
        ("picture", Kind.BINARY, {}, Role.DIMENSION),
        ("settings", Kind.JSON, {}, Role.DIMENSION),
    ],
)
def test_a_column_has_the_role_its_name_and_values_say(name: str, kind: Kind, figures: dict[str, object], expected: Role) -> None:
    assert role(name, kind, **figures) is expected


def made(name: str, kind: Kind = Kind.TEXT, distinct: int = 95) -> Column:
    return Column(name, "", kind, Role.DIMENSION, distinct_count=distinct)


def labels(*columns: Column, table: str = "things", **more: object) -> list[str]:
    (found,) = with_roles([Table(table, columns, row_count=100, **more)])  # type: ignore[arg-type]
    return [column.name for column in found.columns if column.role is Role.LABEL]


def test_first_and_last_name_are_the_label_together() -> None:
    assert labels(made("first_name"), made("last_name"), made("email"), table="people") == ["first_name", "last_name"]


def test_one_best_name_is_the_label_and_the_title_of_a_person_is_not() -> None:
    assert labels(made("contact_name"), made("company_name"), made("customer_name"), table="customers") == ["customer_name"]
    assert labels(made("title", distinct=3), made("LastName"), made("FirstName"), table="Employees") == ["LastName", "FirstName"]


def test_a_column_named_like_its_table_is_its_label() -> None:
    assert labels(made("city"), made("district", distinct=5), table="city") == ["city"]


def test_a_name_many_rows_share_is_no_label() -> None:
    assert labels(made("order_id", Kind.INTEGER, 100), made("ship_name", distinct=20), made("city"), table="orders") == []


def test_the_only_text_is_the_label_unless_the_table_links_others() -> None:
    described = made("region_description")
    assert labels(made("id", Kind.INTEGER, 100), described, table="region") == ["region_description"]
    link = (ForeignKey(("a_id",), "a", ("id",)), ForeignKey(("b_id",), "b", ("id",)))
    assert labels(made("a_id", Kind.INTEGER), made("b_id", Kind.INTEGER), made("remark"), table="a_b", foreign_keys=link) == []


def test_a_year_or_an_amount_inside_a_key_of_several_columns_is_no_key() -> None:
    columns = (
        made("country_id", Kind.INTEGER),
        Column("year", "", Kind.INTEGER, Role.DIMENSION, distinct_count=5, minimum="2000", maximum="2004"),
        made("amount", Kind.DECIMAL),
        made("day", Kind.DATE),
    )
    (table,) = with_roles([Table("stats", columns, primary_key=("country_id", "year", "amount", "day"), row_count=100)])
    assert [column.role for column in table.columns] == [Role.KEY, Role.DIMENSION, Role.MEASURE, Role.TIME]
