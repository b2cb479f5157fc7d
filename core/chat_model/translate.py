"""Every way a chat model fails, as a leaf of the error tree: words for a business user, a detail without the key."""

from __future__ import annotations

from core.chat_model.tokens import cut
from core.config import ModelSettings
from core.errors import ModelAnswerInvalid, ModelBrokeOff, ModelError, ModelRefused, ModelTimeout, ModelUnavailable

AGAIN = "Ask again in a moment, or use the built-in engine."


def translate(exc: BaseException, settings: ModelSettings) -> ModelError:
    """The leaf for an exception of openai, its HTTP client or langchain; a ModelError is returned as it is."""
    import openai

    if isinstance(exc, ModelError):
        return exc
    detail = _detail(exc, settings)
    if isinstance(exc, openai.LengthFinishReasonError):
        return broke_off(detail)
    if isinstance(exc, openai.ContentFilterFinishReasonError):
        return refused(detail)
    if isinstance(exc, openai.APIStatusError):
        return _by_status(exc.status_code, detail, settings)
    if isinstance(exc, openai.APIResponseValidationError):
        return invalid(detail)
    return _by_connection(exc, detail)


def retry_after_s(exc: BaseException) -> float | None:
    """Seconds after which the same request is worth one more try; None: it is not."""
    import openai

    if isinstance(exc, openai.APIStatusError):
        if exc.status_code not in (408, 409, 429) and exc.status_code < 500:
            return None
        asked = exc.response.headers.get("retry-after", "0.5")
        wait_s = float(asked) if asked.replace(".", "", 1).isdigit() else 60.0
        return wait_s if wait_s <= 2 else None
    return 0.2 if isinstance(exc, openai.APIConnectionError) and not isinstance(exc, openai.APITimeoutError) else None


def rejected(exc: BaseException) -> bool:
    """True where the server may have refused the response format rather than the request."""
    import openai

    return isinstance(exc, openai.BadRequestError | openai.UnprocessableEntityError)


def timed_out(detail: str = "") -> ModelTimeout:
    return ModelTimeout("The chat model did not answer in time.", AGAIN, detail=detail)


def refused(detail: str = "") -> ModelRefused:
    hint = "Word the question differently, or use the built-in engine."
    return ModelRefused("The chat model declined to answer.", hint, detail=detail)


def broke_off(detail: str = "") -> ModelBrokeOff:
    return ModelBrokeOff("The chat model broke off in the middle of its answer.", AGAIN, detail=detail)


def invalid(detail: str = "") -> ModelAnswerInvalid:
    return ModelAnswerInvalid("The chat model answered in a form that cannot be used.", AGAIN, detail=detail)


def _by_status(status: int, detail: str, settings: ModelSettings) -> ModelError:
    if status in (401, 403):
        hint = "Whoever runs this app must correct OPENAI_API_KEY. The built-in engine works without it."
        return ModelUnavailable("The chat model did not accept the key.", hint, detail=detail)
    if status == 404:
        hint = "Whoever runs this app must correct OPENAI_MODEL or OPENAI_BASE_URL. The built-in engine works without them."
        return ModelUnavailable(f"The chat model “{settings.name}” is not there.", hint, detail=detail)
    if status == 429:
        return ModelUnavailable("The chat model is busy or its quota is used up.", AGAIN, detail=detail)
    if status == 408:
        return timed_out(detail)
    if status >= 500:
        return ModelUnavailable("The chat model has a problem on its own side.", AGAIN, detail=detail)
    return ModelUnavailable("The chat model did not accept the request.", "Use the built-in engine.", detail=detail)


def _by_connection(exc: BaseException, detail: str) -> ModelError:
    import httpx2
    import openai

    cause = _root(exc)
    if isinstance(cause, httpx2.ConnectTimeout):
        return _unreachable(detail)
    if isinstance(exc, TimeoutError | openai.APITimeoutError) or isinstance(cause, httpx2.TimeoutException):
        return timed_out(detail)
    if isinstance(cause, httpx2.RemoteProtocolError | httpx2.ReadError):
        return broke_off(detail)
    if isinstance(exc, openai.APIConnectionError | httpx2.TransportError | OSError):
        return _unreachable(detail)
    if isinstance(exc, openai.APIError):
        return ModelUnavailable("The chat model has a problem on its own side.", AGAIN, detail=detail)
    return invalid(detail)


def _root(exc: BaseException) -> BaseException:
    """The HTTP client's own exception under what openai and langchain wrapped around it."""
    import httpx2

    cause: BaseException | None = exc
    while cause is not None and not isinstance(cause, httpx2.TransportError):
        cause = cause.__cause__
    return cause or exc


def _unreachable(detail: str) -> ModelUnavailable:
    hint = "Ask again in a moment, or use the built-in engine. Whoever runs this app can check OPENAI_BASE_URL."
    return ModelUnavailable("The chat model cannot be reached.", hint, detail=detail)


def _detail(exc: BaseException, settings: ModelSettings) -> str:
    """Technical text of an error, cut, without the key or a password in the address."""
    text = f"{type(exc).__name__}: {exc}" + (f" ({_root(exc)})" if exc.__cause__ else "")
    for secret in (settings.api_key, _password(settings.base_url)):
        if len(secret) > 4 or (secret and secret != "none"):
            text = text.replace(secret, "***")
    return cut(text, 500)


def _password(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""
