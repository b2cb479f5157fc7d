"""Every door to a session, tried by everybody: pages, the events socket, and what a workspace does.

    python -m tests.pages.isolation

prints what got through as a Markdown table; test_isolation holds it against what each role may.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as open_socket

from core.errors import TabletalkError
from core.models import Person, SessionQuery, ShareRole, TurnState
from core.turns.routes import routes
from core.turns.workspace import Workspace
from core.wiring import App, application, close_application
from tests.aging import expire_link
from tests.pages.conftest import environment, make_shop
from tests.waiting import PATIENCE_S

FRAME = Path(__file__).parents[2] / "pages" / "frame.py"
SECRET = "Quokka"
"""A word of the owner's question: whoever reads it has seen the session."""
QUESTION = f"How many orders are there? {SECRET}"
READ, ASK, MANAGE = "read", "ask", "manage"


def guest(name: str) -> Person:
    return Person(f"browser:{name[0].lower() * 22}", name)


OWNER, ASKER, VIEWER, STRANGER = guest("Owner"), guest("Asker"), guest("Viewer"), guest("Stranger")
REVOKED, EXPIRED = guest("Revoked"), guest("Expired")
ANONYMOUS = Person("", "Anonymous")
"""A browser that sends no cookie."""
PEOPLE = (OWNER, ASKER, VIEWER, STRANGER, ANONYMOUS, REVOKED, EXPIRED)
MAY = {OWNER: {READ, ASK, MANAGE}, ASKER: {READ, ASK}, VIEWER: {READ}}


@dataclass(frozen=True)
class Scene:
    app: App
    session_id: str
    turn_id: str
    tokens: dict[str, str]
    """Name of a person → the token of the link they came by, dead or alive; everybody else tries the revoked one."""

    def work(self, person: Person) -> Workspace:
        return self.app.visit(person).work

    def page(self, person: Person, page: str = "", *, link: bool = False) -> AppTest:
        test = AppTest.from_file(str(FRAME), default_timeout=PATIENCE_S)
        if person is not ANONYMOUS:
            test.session_state["tab"] = self.app.identity.cookie.make(person.id.removeprefix("browser:"))
        if not page:
            test.query_params["session"] = self.session_id
            if link:
                test.query_params["share"] = self.tokens.get(person.name, self.tokens[REVOKED.name])
        test.run()
        return test.switch_page(page).run() if page else test


def make_scene(app: App) -> Scene:
    """The owner's session with one answer, shared with asker and viewer; one link was revoked, one has expired."""
    owner = app.visit(OWNER).work
    session_id = owner.start("database").id
    turn = owner.ask(session_id, QUESTION)
    done = app.turns.wait(session_id, turn.id, timeout_s=PATIENCE_S)
    assert done.state in (TurnState.DONE, TurnState.NEEDS_CLARIFICATION)
    tokens = {}
    for person in (ASKER, VIEWER, REVOKED, EXPIRED):
        role = ShareRole.VIEWER if person is VIEWER else ShareRole.ASKER
        tokens[person.name] = owner.share(session_id, role).token
        app.visit(person).work.enter(session_id, tokens[person.name])
    owner.revoke(session_id, tokens[REVOKED.name])
    expire_link(app.redis, session_id, tokens[EXPIRED.name])
    return Scene(app, session_id, turn.id, tokens)


Door = Callable[[Scene, Person], bool]
"""Whether that person got through."""


def _page(scene: Scene, person: Person, *, link: bool = False) -> bool:
    return SECRET in _words(scene.page(person, link=link))


def _input(scene: Scene, person: Person) -> bool:
    test = scene.page(person)
    return SECRET in _words(test) and any(not box.disabled for box in test.chat_input)


def _list(scene: Scene, person: Person) -> bool:
    return SECRET in _words(scene.page(person, "sessions.py"))


def _search(scene: Scene, person: Person) -> bool:
    return scene.work(person).find(SessionQuery(text=SECRET)).total > 0


def _socket(scene: Scene, person: Person) -> bool:
    """With a token that was honestly signed for that person, as if it had been kept from better days."""
    token = scene.app.live.tokens.make(scene.session_id, person)
    query = urlencode({"session": scene.session_id, "token": token, "after": "0-0"})
    with _serving(scene.app) as host:
        try:
            with open_socket(f"ws://{host}/api/events?{query}") as socket:
                return bool(socket.recv(timeout=PATIENCE_S))
        except (ConnectionClosed, InvalidStatus):
            return False


@contextlib.contextmanager
def _serving(app: App) -> Iterator[str]:
    """The routes on a free port of loopback."""
    listening = create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes(lambda: app.live)), log_level="critical", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def _method(call: Callable[[Workspace, str, str], object]) -> Door:
    def tried(scene: Scene, person: Person) -> bool:
        if person is ANONYMOUS:
            person = guest("Zoe")
        try:
            scene.work(person).open(scene.session_id)
            call(scene.work(person), scene.session_id, scene.turn_id)
        except TabletalkError as error:
            return type(error).__name__ == "QuestionError"
        return True

    return tried


DOORS: dict[str, tuple[str, Door]] = {
    "page: chat by the session's address": (READ, _page),
    "page: chat by a link": (READ, lambda scene, person: _page(scene, person, link=True)),
    "page: the question's input": (ASK, _input),
    "page: sessions": (READ, _list),
    "search": (READ, _search),
    "socket: /api/events": (READ, _socket),
    "result": (READ, _method(lambda work, session, turn: work.result(session, "none"))),
    "event token": (READ, _method(lambda work, session, turn: work.event_token(session))),
    "download": (READ, _method(lambda work, session, turn: work.exported(session, turn, "csv"))),
    "pin": (READ, _method(lambda work, session, turn: work.pin(session, True))),
    "ask": (ASK, _method(lambda work, session, turn: work.ask(session, "And then?"))),
    "stop": (ASK, _method(lambda work, session, turn: work.stop(session, turn))),
    "retry": (ASK, _method(lambda work, session, turn: work.retry(session, turn))),
    "choose a reading": (ASK, _method(lambda work, session, turn: work.choose(session, turn, 99))),
    "answer anyway": (ASK, _method(lambda work, session, turn: work.accept(session, turn))),
    "change a chart": (ASK, _method(lambda work, session, turn: work.set_chart(session, turn, None))),
    "extend, keep": (ASK, _method(lambda work, session, turn: work.extend(session, keep=True))),
    "rename": (MANAGE, _method(lambda work, session, turn: work.rename(session, f"{SECRET} again"))),
    "list links": (MANAGE, _method(lambda work, session, turn: work.links(session))),
    "make a link": (MANAGE, _method(lambda work, session, turn: work.share(session, ShareRole.VIEWER))),
    "revoke a link": (MANAGE, _method(lambda work, session, turn: work.revoke(session, "none"))),
    "close": (MANAGE, _method(lambda work, session, turn: work.close(session))),
    "reopen": (MANAGE, _method(lambda work, session, turn: work.reopen(session))),
    "delete": (MANAGE, _method(lambda work, session, turn: work.delete(session))),
    "bring back": (MANAGE, lambda scene, person: _brought_back(scene, person)),
}


def _brought_back(scene: Scene, person: Person) -> bool:
    if person is ANONYMOUS:
        person = guest("Zoe")
    with contextlib.suppress(TabletalkError):
        scene.work(OWNER).delete(scene.session_id)
    try:
        scene.work(person).undelete(scene.session_id)
    except TabletalkError:
        scene.work(OWNER).undelete(scene.session_id)
        return False
    return True


def through(scene: Scene, door: str) -> list[Person]:
    """Who gets through, tried from the least to the most, so that a door that ends the session is tried by its owner last."""
    return [person for person in reversed(PEOPLE) if DOORS[door][1](scene, person)][::-1]


def _words(test: AppTest) -> str:
    parts = [str(element.body) for element in test.get("html")]
    for kind, attribute in (("button", "label"), ("caption", "value"), ("expander", "label"), ("markdown", "value")):
        parts += [str(getattr(element, attribute)) for element in test.get(kind)]
    return "\n".join(parts)


@contextlib.contextmanager
def _shop() -> Iterator[App]:
    with tempfile.TemporaryDirectory(prefix="tt-") as directory:
        url = make_shop(Path(directory) / "shop.sqlite")
        with environment(TABLETALK_DATA_DIR=directory, DATABASE_URL=url, TABLETALK_DEMO="false"):
            yield application()
            close_application()


def main() -> None:
    _tell("door", "needs", *(person.name.lower() for person in PEOPLE))
    _tell(*["---"] * (len(PEOPLE) + 2))
    with _shop() as app:
        scene = make_scene(app)
        for door, (needed, _) in DOORS.items():
            let_in = through(scene, door)
            _tell(door, needed, *("yes" if person in let_in else "–" for person in PEOPLE))


def _tell(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
