"""What crosses a room: frozen dataclasses, JSON or Arrow when stored, aware UTC times, units in the names."""

from core.models.analysis import Analysis, Fact
from core.models.audit import AuditAction, AuditEntry
from core.models.catalog import Catalog, Column, ColumnValues, ForeignKey, Kind, Role, Table
from core.models.chart import ChartKind, ChartSpec
from core.models.company import Companion
from core.models.draft import Assumption, Choice, Clarification, Context, OutputColumn, SqlDraft, Summary
from core.models.event import Event, EventKind
from core.models.listing import ListedStatus, SessionPage, SessionQuery, SessionSort
from core.models.person import OPERATOR, Person, PersonKind
from core.models.result import ResultColumn, ResultSet
from core.models.session import Mode, Session, SessionListing, SessionStatus
from core.models.share import LinkUse, ShareLink, ShareRole
from core.models.turn import Failure, ResultRef, Turn, TurnState

__all__ = [
    "OPERATOR",
    "Analysis",
    "Assumption",
    "AuditAction",
    "AuditEntry",
    "Catalog",
    "ChartKind",
    "ChartSpec",
    "Choice",
    "Clarification",
    "Column",
    "ColumnValues",
    "Companion",
    "Context",
    "Event",
    "EventKind",
    "Fact",
    "Failure",
    "ForeignKey",
    "Kind",
    "LinkUse",
    "ListedStatus",
    "Mode",
    "OutputColumn",
    "Person",
    "PersonKind",
    "ResultColumn",
    "ResultRef",
    "ResultSet",
    "Role",
    "Session",
    "SessionListing",
    "SessionPage",
    "SessionQuery",
    "SessionSort",
    "SessionStatus",
    "ShareLink",
    "ShareRole",
    "SqlDraft",
    "Summary",
    "Table",
    "Turn",
    "TurnState",
]
