"""What a person sees: headless Chromium against `streamlit run streamlit_app.py` on a free port, one server for the module."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.chat_server import Book, ChatServer
from tests.pages.serving import Guests, ask, free_port, guests, serving, session_of

pytestmark = pytest.mark.browser

Theme = Literal["light", "dark"]
SLOW_SQL = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000000) SELECT COUNT(*) AS rows_read FROM n"
)
REGION_TOTALS = [sum(10 + n % 24 + 5 * (n % 4) for n in range(480) if (n + 1) % 4 == region) for region in range(4)]
"""Customer n + 1 lives in the region of that number by four."""
TOTAL_SQL = "SELECT SUM(amount) AS total_amount FROM orders"
BOOK = Book(
    [
        {"when": "slowly", "sql": TOTAL_SQL, "analysis": "Told slowly.", "delay_s": 1.2},
        {"when": "for ever", "sql": SLOW_SQL},
        {"when": "total", "sql": TOTAL_SQL, "analysis": "That is all."},
    ]
)


@dataclass(frozen=True)
class Site:
    url: str
    guests: Guests
    opened: ExitStack
    """What ends with the test."""
    firsts: dict[tuple[int, Theme], Page] = field(default_factory=dict)

    def page(self, path: str = "/", *, width: int = 1280, theme: Theme = "light") -> Page:
        """A page of a guest; the next one of that width and theme is another tab of the same guest."""
        if first := self.firsts.get((width, theme)):
            page = first.context.new_page()
        else:
            size = {"width": width, "height": 800 if width > 800 else 844}
            page = self.opened.enter_context(self.guests.guest(viewport=size, color_scheme=theme))
            self.firsts[width, theme] = page
        page.goto(self.url + path)
        return page


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Guests]]:
    """The app with a scripted model beside the built-in engine, and browsers."""
    directory = Path(tempfile.mkdtemp(prefix="tt-"))
    with ExitStack() as parts:
        model, browsers = parts.enter_context(ChatServer(BOOK)), parts.enter_context(guests())
        settings = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "scripted"}
        yield parts.enter_context(serving(directory, free_port(), **settings)), browsers
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def site(served: tuple[str, Guests]) -> Iterator[Site]:
    with ExitStack() as opened:
        yield Site(*served, opened)


def card(page: Page, question: str) -> Locator:
    """The last card or running box of that question."""
    title = page.locator(".tt-question", has_text=question)
    return page.locator('[class*="st-key-card-"], .st-key-running').filter(has=title).last


def settled(page: Page) -> None:
    """Waits until the script of the page has run through."""
    page.wait_for_function("document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'")


def pick(page: Page, box: Locator, choice: str) -> None:
    """Picks from a list; on a busy machine the list sometimes closes by itself just after it opened."""
    page.bring_to_front()
    for _ in range(5):
        box.click()
        try:
            page.get_by_role("option", name=choice).click(timeout=2_000)
            return
        except PlaywrightTimeout:
            continue
    pytest.fail(f"the list with {choice} did not stay open")


def use_model(page: Page) -> None:
    """Questions of this tab go to the scripted model from now on."""
    settled(page)
    pick(page, page.get_by_role("combobox", name="Answered by"), "Chat model")
    expect(page.get_by_role("combobox", name="Answered by")).to_have_value("Chat model")
    settled(page)


def test_a_question_becomes_an_answer_with_a_chart_and_a_reload_keeps_it(site: Site) -> None:
    page = site.page()
    ask(page, "Total amount per month")
    answer = card(page, "Total amount per month")
    expect(answer.locator(".js-plotly-plot")).to_be_visible()
    expect(answer.locator(".tt-answer strong").first).to_be_visible()
    said = answer.locator(".tt-answer").first.inner_text()
    page.reload()
    expect(card(page, "Total amount per month").locator(".js-plotly-plot")).to_be_visible()
    assert card(page, "Total amount per month").locator(".tt-answer").first.inner_text() == said


def test_an_example_is_one_click(site: Site) -> None:
    page = site.page()
    example = page.locator(".st-key-examples button").first
    question = example.inner_text()
    example.click()
    expect(card(page, question).locator(".tt-chips").last).to_be_visible()


def test_a_second_page_sees_the_turn_live_and_keeps_what_is_half_typed(site: Site) -> None:
    asker = site.page()
    ask(asker, "How many orders are there?")
    expect(card(asker, "How many orders are there?")).to_contain_text("480")
    mate = site.page(f"/?session={session_of(asker)}")
    typed = mate.get_by_placeholder("Ask a question about your data")
    typed.fill("half a thou")
    use_model(asker)
    ask(asker, "Tell the total slowly")
    running = card(mate, "Tell the total slowly")
    expect(running.get_by_role("status")).to_contain_text("…")
    expect(running.get_by_role("button", name="Stop")).to_be_visible()
    expect(card(mate, "Tell the total slowly").get_by_role("radio", name="SQL")).to_be_visible()
    assert typed.input_value() == "half a thou"


def test_a_reload_in_the_middle_shows_the_running_turn_again(site: Site) -> None:
    page = site.page()
    use_model(page)
    ask(page, "Count for ever")
    expect(card(page, "Count for ever").get_by_role("status")).to_contain_text("…")
    page.reload()
    expect(card(page, "Count for ever").get_by_role("status")).to_contain_text("…")
    card(page, "Count for ever").get_by_role("button", name="Stop").click()
    expect(card(page, "Count for ever")).to_contain_text("Stopped.")


def test_stop_ends_a_running_statement(site: Site) -> None:
    page = site.page()
    use_model(page)
    ask(page, "Count for ever")
    running = card(page, "Count for ever")
    expect(running.locator("pre.sql")).to_contain_text("RECURSIVE")
    running.get_by_role("button", name="Stop").click()
    expect(card(page, "Count for ever")).to_contain_text("Stopped.")
    expect(card(page, "Count for ever").get_by_role("button", name="Retry")).to_be_visible()


def test_a_click_elsewhere_while_a_turn_runs_disturbs_nothing_and_a_second_question_waits(site: Site) -> None:
    page = site.page()
    ask(page, "Number of customers by region")
    answered = card(page, "Number of customers by region")
    expect(answered.get_by_role("radio", name="SQL")).to_be_visible()
    use_model(page)
    ask(page, "Count for ever")
    expect(card(page, "Count for ever").locator("pre.sql")).to_contain_text("RECURSIVE")
    ask(page, "and the total again")
    expect(page.get_by_text("Waits until the question before it is answered.")).to_be_visible()
    answered.get_by_role("radio", name="SQL").click()
    expect(answered.locator("code").first).to_contain_text("SELECT")
    expect(card(page, "Count for ever").get_by_role("status")).to_be_visible()
    card(page, "Count for ever").get_by_role("button", name="Stop").click()
    expect(card(page, "Count for ever")).to_contain_text("Stopped.")
    expect(card(page, "and the total again")).to_contain_text("That is all.")


def test_who_asks_is_brought_to_the_answer_from_wherever_they_read(site: Site) -> None:
    page = site.page()
    for question in ("Total amount per month", "Total amount by region"):
        ask(page, question)
        expect(card(page, question).locator('[class*="st-key-controls-"]')).to_be_visible()
    page.mouse.move(700, 300)
    page.mouse.wheel(0, -5_000)
    page.wait_for_timeout(500)
    ask(page, "How many customers are there?")
    expect(card(page, "How many customers are there?").locator(".tt-question")).to_be_in_viewport()


def test_an_edited_chart_is_kept_over_a_reload(site: Site) -> None:
    page = site.page()
    ask(page, "Total amount by region")
    answer = card(page, "Total amount by region")
    answer.get_by_role("radio", name="Edit chart").click()
    pick(page, answer.get_by_role("combobox", name="Type"), "Parts of a whole")
    expect(answer.locator(".js-plotly-plot .pielayer .slice").first).to_be_visible()
    page.reload()
    expect(card(page, "Total amount by region").locator(".js-plotly-plot .pielayer .slice").first).to_be_visible()


def test_the_downloads_of_an_answer_hold_its_exact_rows(site: Site) -> None:
    page = site.page()
    ask(page, "Total amount by region")
    answer = card(page, "Total amount by region")
    expect(answer.locator(".js-plotly-plot")).to_be_visible()
    answer.locator(".js-plotly-plot").hover()
    with page.expect_download() as picture:
        answer.get_by_role("button", name="Download plot as a PNG").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    answer.get_by_role("radio", name="Table").click()
    answer.get_by_test_id("stDataFrame").hover()
    expect(answer.get_by_role("button", name="Search: Table")).to_be_visible()
    expect(answer.get_by_role("button", name="Download as CSV")).to_have_count(0)  # that of the grid is not ours
    answer.get_by_test_id("stPopoverButton").filter(has_text="Download").click()
    files = {}
    for name in ("CSV", "Excel", "Chart (HTML)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        files[name] = download.value.path().read_bytes()
        assert download.value.suggested_filename.startswith("total-amount-by-region.")
    rows = files["CSV"].decode("utf-8-sig").split()[1:]
    assert sorted(float(row.split(",")[1]) for row in rows) == sorted(REGION_TOTALS)
    assert files["Excel"].startswith(b"PK")
    assert b"West" in files["Chart (HTML)"] and b"Plotly" in files["Chart (HTML)"]


def test_a_session_deleted_from_the_list_is_told_on_the_page_that_shows_it(site: Site) -> None:
    reader = site.page()
    ask(reader, "How many customers are there?")
    expect(card(reader, "How many customers are there?").get_by_role("radio", name="SQL")).to_be_visible()
    listing = site.page("/sessions")
    row = listing.locator(f".st-key-row-{session_of(reader)}")
    row.locator('[class*="st-key-menu-"] button').click()
    listing.get_by_text("Delete", exact=True).last.click()
    expect(row).to_have_count(0)
    expect(reader.get_by_text("This session is not here")).to_be_visible()
    listing.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


def test_sessions_are_found_as_one_types_renamed_in_place_and_deleted_together(site: Site) -> None:
    page = site.page(width=1100)
    for question in ("How many customers are there?", "Total amount by region", "How many orders per month?"):
        page.goto(f"{site.url}/")
        ask(page, question)
        expect(card(page, question).locator(".tt-answer").first).to_be_visible()
    page.goto(f"{site.url}/sessions")
    rows = page.locator('[class*="st-key-row-words-"]')
    expect(rows).to_have_count(3)
    search = page.get_by_placeholder("Search titles, questions and SQL")
    search.press_sequentially("REGI", delay=50)
    expect(rows).to_have_count(1)
    expect(search).to_be_focused()
    page.locator('[class*="st-key-menu-"] button').click()
    page.get_by_text("Rename", exact=True).last.click()
    title = page.locator('[class*="st-key-renaming-"] input')
    title.fill("Board **meeting**")
    title.press("Enter")
    expect(page.get_by_role("button", name="Board **meeting**")).to_be_visible()
    search.fill("nowhere meeting")
    expect(rows).to_have_count(0)
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(3)
    expect(search).to_have_value("")
    page.get_by_role("button", name="Select all").click()
    page.locator(".st-key-several-delete button").click()
    expect(rows).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Board **meeting**").click()
    expect(card(page, "Total amount by region")).to_be_visible()


def test_a_link_to_an_unknown_session_offers_a_new_one(site: Site) -> None:
    page = site.page("/?session=AAAAAAAAAAAAAAAAAAAAAA")
    expect(page.get_by_text("This session is not here")).to_be_visible()
    page.get_by_role("button", name="Start a new session").click()
    expect(page.locator(".st-key-examples button").first).to_be_visible()


def test_on_a_phone_nothing_scrolls_sideways(site: Site) -> None:
    themes: tuple[tuple[str, Theme], ...] = (("/", "light"), ("/sessions", "dark"), ("/data", "light"))
    for path, theme in themes:
        page = site.page(path, width=390, theme=theme)
        expect(page.locator(".tt-title").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_an_answer_fits(site: Site) -> None:
    page = site.page(width=390)
    ask(page, "Total amount per month")
    expect(card(page, "Total amount per month").locator(".js-plotly-plot")).to_be_visible()
    wide = page.evaluate("[...document.querySelectorAll('section *')].filter(e => e.getBoundingClientRect().right > 391).length")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert wide == 0
