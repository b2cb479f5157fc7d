"""The parts a query may be made of. What is not named here is refused, so a construct sqlglot learns tomorrow is, too."""

from __future__ import annotations

from sqlglot import exp

from core.execution.words import words

_NAMES = words("""
    Alias Aliases All Any AtTimeZone Between BitString BitwiseNot Boolean Bracket ByteString CTE CharacterSet Collate Column
    ColumnDef Columns Comprehension Cube DataType DataTypeParam Distinct Escape Except Fetch Filter FormatJson From
    FromTimeZone Group GroupingSets Having HavingMax Heredoc HexString Identifier IgnoreNulls In IndexTableHint Intersect
    Interval IntervalSpan Introducer JSON JSONColumnDef JSONExtractQuote JSONKeyValue JSONPath JSONPathFilter JSONPathKey
    JSONPathPart JSONPathRecursive JSONPathRoot JSONPathScript JSONPathSelector JSONPathSlice JSONPathSubscript JSONPathUnion
    JSONPathWildcard JSONSchema JSONValue Join Kwarg Lambda Lateral Limit LimitOptions Literal National Neg Not Null
    ObjectIdentifier Offset OnCondition Order Ordered OverflowTruncateBehavior Paren PartitionedByProperty Pivot PivotAlias
    PivotAny PositionalColumn PseudoType Pseudocolumn Qualify RawString RecursiveWithSearch RespectNulls Rollup Schema Select
    Slice Sort Star Subquery Table TableAlias TableColumn TableFromRows TableSample Tuple UnicodeString Union UnpivotColumns
    Values Var Variadic WeekStart Where Window WindowSpec With WithinGroup XMLNamespace
""")
_REFUSED_BINARIES = (exp.Operator,)

CHANGES = "Only questions that read data are allowed; this statement would change it."
_SENTENCES: dict[str, str] = {
    "Into": "Only questions that read data are allowed; this one would write its result somewhere.",
    "Lock": "Only questions that read data are allowed; this one would lock the rows it reads.",
    "Hint": "This SQL holds an instruction to the server about how to run it; those are not allowed.",
    "Parameter": "This SQL uses a variable or a placeholder that has no value.",
    "SessionParameter": "This SQL asks for the server's settings; only questions about the data are allowed.",
    "Placeholder": "This SQL holds a placeholder that has no value.",
}


def known(node: exp.Expr) -> bool:
    """True for a part of a pure query. Functions are looked at by name elsewhere."""
    if isinstance(node, exp.Binary):
        return not isinstance(node, _REFUSED_BINARIES)
    return isinstance(node, exp.Func) or type(node).__name__ in _NAMES


def sentence(node: exp.Expr) -> str:
    if isinstance(node, exp.DML | exp.DDL | exp.Create | exp.Drop | exp.Alter | exp.TruncateTable) and not isinstance(
        node, exp.Query
    ):
        return CHANGES
    return _SENTENCES.get(type(node).__name__, "Only questions that read data are allowed; this SQL does something else.")
