"""The dialects a query is read and re-emitted in: sqlglot's, without the few rewrites that would change what the query means."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.mysql import MySQL
from sqlglot.dialects.postgres import Postgres
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.parsers.postgres import PostgresParser


class PlainPostgres(Postgres):
    """date_part gives a float; as EXTRACT it would give a numeric."""

    class Parser(PostgresParser):
        FUNCTION_PARSERS = {  # noqa: RUF012 - sqlglot's way
            name: parse for name, parse in PostgresParser.FUNCTION_PARSERS.items() if name != "DATE_PART"
        }


class PlainMySQL(MySQL):
    """REGEXP stays the operator that MariaDB and older servers have as well, and UTC_DATE a function they know."""

    class Generator(MySQLGenerator):
        TRANSFORMS = {**MySQLGenerator.TRANSFORMS, exp.UtcDate: lambda *_: "UTC_DATE()"}  # noqa: RUF012 - sqlglot's way

        def regexplike_sql(self, expression: exp.RegexpLike) -> str:
            if expression.args.get("flag"):
                return str(self.function_fallback_sql(expression))
            return str(self.binary(expression, "REGEXP"))


_PLAIN: dict[str, type[Dialect]] = {"postgres": PlainPostgres, "mysql": PlainMySQL}


def plain(dialect: str) -> str | type[Dialect]:
    return _PLAIN.get(dialect, dialect)
