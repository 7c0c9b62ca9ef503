"""By keyboard alone: what can be pressed can be reached, in the order in which it stands, and is seen to be.

Less motion, where somebody asks for it: nothing moves by itself.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

STEPS_MAX = 24  # within each page, past its frame: the beginning of whatever is long
FRAME_STEPS_MAX = 60
# What the keyboard stands on: where it is, and how that is seen. A date's parts are shown by the browser itself.
HERE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(), look = getComputedStyle(at);
  const around = [at, at.parentElement, at.parentElement?.parentElement, at.nextElementSibling];
  const outlined = (one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0;
  const drawn = [...at.querySelectorAll("rect, polygon, line")].map(getComputedStyle);
  const ringed = around.filter(Boolean).map(getComputedStyle).some(outlined) || look.boxShadow !== "none"
    || drawn.some((one) => parseFloat(one.strokeWidth) >= 3) || ["date", "month"].includes(at.type);
  const shown = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const said = (at.textContent || at.getAttribute("aria-label") || "").trim().slice(0, 24);
  return { name: `${at.tagName.toLowerCase()}.${at.getAttribute("class") || ""} ${said}`, ringed, shown };
}"""
# What looks as if it could be pressed, and no key ever reaches; what jumps the queue.
UNREACHED = """() => {
  const keys = "a[href], button, input, select, textarea, summary, label, option, [tabindex], [contenteditable]";
  const found = [], named = (at) => `${at.tagName.toLowerCase()}.${at.getAttribute("class") || ""}`;
  for (const at of document.querySelectorAll("body *")) {
    if (getComputedStyle(at).cursor !== "pointer" || at.closest(keys) || !at.checkVisibility()) continue;
    found.push(`no key reaches ${named(at)} ${(at.textContent || "").trim().slice(0, 24)}`);
  }
  for (const at of document.querySelectorAll("[tabindex]"))
    if (at.tabIndex > 0) found.push(`jumps the queue: ${named(at)}`);
  return found;
}"""
MOVING = """() => [...document.querySelectorAll("body *")].filter((at) => {
  const look = getComputedStyle(at);
  const lasts = `${look.transitionDuration},${look.animationDuration}`.split(",");
  return lasts.some((one) => parseFloat(one) > 0);
}).map((at) => `moves: ${at.tagName.toLowerCase()}.${at.getAttribute("class") || ""}`)"""


def keyboard_faults(page: Page, *, pressed: bool = True) -> list[str]:
    """What is wrong with a page for who has a keyboard only; `pressed` False where nobody presses anything."""
    page.emulate_media(reduced_motion="reduce")
    faults: list[str] = page.evaluate(UNREACHED) + page.evaluate(MOVING)
    page.emulate_media(reduced_motion="no-preference")
    return list(dict.fromkeys(faults + (walked(page) if pressed else [])))


def walked(page: Page, *, steps: int = STEPS_MAX) -> list[str]:
    """What is wrong on the way from control to control, past the frame where there is a way past it."""
    faults, names = list[str](), list[str]()
    if page.locator("a.skip").count() and steps == STEPS_MAX:
        page.locator("a.skip").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main#main")).to_be_focused()
    for _ in range(steps):
        page.keyboard.press("Tab")
        here: dict[str, Any] | None = page.evaluate(HERE)
        if here is None:
            break
        names.append(here["name"])
        faults += [] if here["ringed"] else [f"not seen that the keyboard is on {here['name']}"]
        faults += [] if here["shown"] else [f"outside the window: {here['name']}"]
    return faults
