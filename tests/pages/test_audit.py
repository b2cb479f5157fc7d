"""The audit page in Chromium, behind a proxy that names who is there: admins find and download, others are refused in words."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.config import Settings
from core.models import AuditAction, Person, PersonKind
from core.sessions.audit import Audit
from core.sessions.connect import connect
from tests.pages.serving import Guests, free_port, guests, serving

pytestmark = pytest.mark.browser

ADMIN, OTHER = "ana@example.com", "ben@example.com"
HOSTILE = Person("proxy:eve", "=cmd|'/c calc'!A1 <img src=x>", kind=PersonKind.PROXY)
SESSION = "S" * 22


@dataclass(frozen=True)
class Site:
    url: str
    guests: Guests
    audit: Audit

    @contextmanager
    def person(self, user: str, path: str) -> Iterator[Page]:
        """A browser behind the proxy, signed in there as `user`."""
        with self.guests.guest(extra_http_headers={"X-User": user}) as page:
            page.goto(self.url + path)
            yield page


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    settings = {"TABLETALK_PROXY_USER_HEADER": "X-User", "TABLETALK_ADMINS": ADMIN}
    with guests() as browsers, serving(directory, free_port(), **settings) as url:
        client = connect(Settings.from_env({"TABLETALK_DATA_DIR": str(directory)}))
        yield Site(url, browsers, Audit(client))
        client.close()
    shutil.rmtree(directory, ignore_errors=True)


def rows(page: Page) -> list[list[str]]:
    """What the download holds."""
    with page.expect_download() as download:
        page.locator(".st-key-audit-csv button").first.click()
    return list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))[1:]


def test_an_admin_finds_who_did_what_and_downloads_it_without_formulas(site: Site) -> None:
    for number in range(3):
        site.audit.record(HOSTILE, AuditAction.ASKED, SESSION, question=f"=1+{number}")
    site.audit.record(Person("proxy:bob", "Bob"), AuditAction.EXPORTED, SESSION, what="csv")
    with site.person(ADMIN, "/audit") as page:
        expect(page.get_by_text("Audit", exact=True).first).to_be_visible()
        page.get_by_label("Session").fill(f"http://x/?session={SESSION}&share=abc")
        page.get_by_label("Session").press("Enter")
        expect(page.get_by_text("4 entries.")).to_be_visible()
        page.get_by_label("Person").fill("calc")
        page.get_by_label("Person").press("Enter")
        expect(page.get_by_text("3 entries.")).to_be_visible()
        found = rows(page)
        assert [row[6] for row in found] == ["question: =1+2", "question: =1+1", "question: =1+0"]
        assert {row[2] for row in found} == {"'" + HOSTILE.name}
        page.get_by_label("Person").fill("nobody of that name")
        page.get_by_label("Person").press("Enter")
        expect(page.get_by_text("Nothing of this kind is kept.")).to_be_visible()
        assert page.locator("img[src=x]").count() == 0
    [exported] = site.audit.read(person=ADMIN, action="exported")
    assert exported.details == {"what": "audit"}


def test_others_are_offered_no_audit_and_refused_in_words(site: Site) -> None:
    site.audit.record(Person("proxy:bob", "Bob Secretive"), AuditAction.EXPORTED, SESSION, what="csv")
    with site.person(OTHER, "/audit") as page:
        expect(page.get_by_text("This page is for admins")).to_be_visible()
        expect(page.get_by_text("Only admins may read the audit.")).to_be_visible()
        assert page.get_by_role("link", name="Audit").count() == 0
        assert "Secretive" not in page.content()
    [refused, *_] = site.audit.read(person=OTHER, action="refused")
    assert refused.details == {"why": "the audit is for admins"}
    with site.person(ADMIN, "/") as page:
        expect(page.get_by_role("link", name="Audit")).to_be_visible()
