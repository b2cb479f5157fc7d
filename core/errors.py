"""The one error tree. A leaf exists because a caller acts differently on it.

TabletalkError              message and hint: what a business user reads, and what to do next
├── ConfigError             a setting is missing or malformed; names the variable and the accepted form
├── QuestionError           the question itself cannot be taken: empty, too long
├── LoginEnded              a sign-in that counts no longer; the person may sign in again, or go on as a guest
├── AdminsOnly              what only those named in TABLETALK_ADMINS may see
├── StoreUnavailable        Redis cannot be reached, or the embedded server cannot start
├── SessionError
│   ├── InvalidSessionId    the id has not the form of a session id
│   ├── SessionNotFound     no such session, or it is long gone
│   ├── SessionExpired      in its grace: readable, not writable
│   ├── SessionClosed       its owner closed it: readable, not writable
│   ├── NoAccess            it is there, but not for this person
│   ├── SignInNeeded        its link is only for people who signed in
│   ├── QuotaReached        the owner's sessions are as many, or take as many bytes, as the operator allows
│   └── LeaseLost           another worker owns the session now; what this one holds must not be written
├── DatabaseError
│   ├── UnknownConnection   no connection of that name
│   ├── NoAccount           everybody has an account of their own there, and this person none
│   ├── DatabaseUnavailable down, unreachable, wrong password, missing file
│   └── EmptyDatabase       reachable, but it has no tables one can ask about
├── SqlError                carries the SQL
│   ├── SqlRefused          the guard did not let it pass; never repaired silently
│   ├── SqlFailed           the database refused it; its message is fed back to the engine
│   └── SqlTimeout          it ran longer than the statement timeout
├── ModelError              the chat model failed; engine `auto` falls back to the builtin engine
│   ├── ModelUnavailable    not reachable, wrong key, unknown model, rate limited
│   ├── ModelTimeout        no answer in time
│   ├── ModelRefused        the model declined to answer
│   ├── ModelBrokeOff       the stream ended without a finish reason
│   └── ModelAnswerInvalid  the answer has not the form asked for
└── Cancelled               a person pressed Stop
"""

from __future__ import annotations


class TabletalkError(Exception):
    """Root of the tree: `message` says what happened, `hint` what to do next, both for a business user."""

    def __init__(self, message: str, hint: str = "", *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        """Technical text for the person who must report it; never holds a secret."""


class ConfigError(TabletalkError):
    pass


class QuestionError(TabletalkError):
    pass


class LoginEnded(TabletalkError):
    pass


class AdminsOnly(TabletalkError):
    pass


class StoreUnavailable(TabletalkError):
    pass


class SessionError(TabletalkError):
    pass


class InvalidSessionId(SessionError):
    pass


class SessionNotFound(SessionError):
    pass


class SessionExpired(SessionError):
    pass


class SessionClosed(SessionError):
    pass


class NoAccess(SessionError):
    pass


class SignInNeeded(SessionError):
    pass


class QuotaReached(SessionError):
    pass


class LeaseLost(SessionError):
    pass


class DatabaseError(TabletalkError):
    pass


class UnknownConnection(DatabaseError):
    pass


class NoAccount(DatabaseError):
    pass


class DatabaseUnavailable(DatabaseError):
    pass


class EmptyDatabase(DatabaseError):
    pass


class SqlError(TabletalkError):
    def __init__(self, message: str, hint: str = "", *, detail: str = "", sql: str = "") -> None:
        super().__init__(message, hint, detail=detail)
        self.sql = sql


class SqlRefused(SqlError):
    pass


class SqlFailed(SqlError):
    pass


class SqlTimeout(SqlError):
    pass


class ModelError(TabletalkError):
    pass


class ModelUnavailable(ModelError):
    pass


class ModelTimeout(ModelError):
    pass


class ModelRefused(ModelError):
    pass


class ModelBrokeOff(ModelError):
    pass


class ModelAnswerInvalid(ModelError):
    pass


class Cancelled(TabletalkError):
    def __init__(self, message: str = "Stopped.", hint: str = "Ask again whenever you like.") -> None:
        super().__init__(message, hint)
