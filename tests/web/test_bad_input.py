"""Wrong input into each form: the message stands at its field in words, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.central.api.district import Centre
from tests.web.browser import DESK, PATIENCE_MS, Visit
from tests.web.forms import FORMS, Form
from tests.web.words import wrong_words

TIED = "control => document.getElementById(control.getAttribute('aria-describedby') ?? '')?.innerText ?? ''"


def answered(page: Page, form: Form, *, lang: str) -> list[str]:
    """What is wrong with how a form takes wrong input."""
    for key in form.opens:
        page.locator(key).first.click()
    for control, value in form.typed.items():
        page.locator(control).fill(value)
    page.locator(form.send).first.click()
    asked = page.locator(form.asked)
    expect(asked).to_have_attribute("aria-invalid", "true")
    said = str(asked.evaluate(TIED))
    wrong = [] if form.says[lang] in said else [f"at the field stands {said!r}"]
    lost = [key for key, value in form.typed.items() if page.locator(key).input_value() != value]
    own = said
    for value in filter(str.strip, form.typed.values()):
        own = own.replace(value, "")  # what somebody typed is in whatever language he typed it
    wrong += [*(f"lost {key}" for key in lost), *wrong_words([own], lang=lang)]
    return [f"{form.name} {lang}: {one}" for one in wrong]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wrong_input_is_answered_at_its_field_in_words(rich: Centre, browser: Browser, lang: str) -> None:
    wrong: list[str] = []
    for who in dict.fromkeys(form.who for form in FORMS):
        context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
        context.set_default_timeout(PATIENCE_MS)
        visit = Visit(centre=rich, page=context.new_page())
        visit.listen()
        if who is not None:
            visit.enter(who, path="/login", until="#username")
        for form in FORMS:
            if form.who == who:
                mark = "&" if "?" in form.path else "?"
                visit.go(form.path + (f"{mark}lang=en" if lang == "en" else ""), until=form.until)
                wrong += answered(visit.page, form, lang=lang)
        wrong += [one for one in visit.complaints if " 422 " not in one]
        context.close()
    assert wrong == []


def test_a_session_that_ends_amid_a_form_loses_nothing_of_it(rich: Centre, browser: Browser) -> None:
    """The token is refused while somebody writes; signing in again leads back to what was written."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(centre=rich, page=context.new_page())
    visit.listen()
    visit.sign_in("owner", path="/warnings?group=ack")
    page = visit.page
    page.locator("#order-measure").fill("夜间加一个钢筋班组")
    refused = '{"error": {"code": "token_expired", "what": "", "where": "", "expected": "", "id": "1"}}'
    page.route("**/api/v1/warnings/**", lambda route: route.fulfill(status=401, body=refused))
    page.locator("button.pick").last.click()
    page.locator("#username").wait_for()
    page.unroute("**/api/v1/warnings/**")
    expect(page.locator(".notice")).to_contain_text("登录已过期")
    page.locator("#username").fill("owner")
    page.locator("#password").fill("清溪 river 42")
    page.locator("button[type=submit]").click()
    page.locator("button.pick").first.click()
    expect(page.locator("#order-measure")).to_have_value("夜间加一个钢筋班组")
    context.close()
