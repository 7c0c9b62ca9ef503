"""The page: whole, escaped, needing nothing from outside, in both languages, and honest when there is nothing."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edge_agent.vision.evaluate import Evaluation, evaluate_dataset
from edge_agent.vision.page import page_of
from edge_agent.vision.page_style import style_sheet
from edge_agent.vision.page_words import GLYPHS, PALETTE, STAGES_ZH, Lang, stage_word, stratum_word, word
from edge_agent.vision.perturb import Disturbance
from edge_agent.vision.stages import STAGE_LISTS
from tests.edge_agent.vision.drawing import write_dataset
from tests.edge_agent.vision.evaluating import colour_rig

VOID = {"meta", "br"}
EVIL = "fog<script>alert(1)</script>"


class Checker(HTMLParser):
    """Every tag is closed in order; collects tags and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    root = write_dataset(tmp_path_factory.mktemp("data") / "a&b", scenes=2, days=10)
    truth_file = root / "scenes" / "drawn-0" / "truth.json"
    truth = json.loads(truth_file.read_text())
    for frame in truth["frames"].values():
        frame["conditions"] = [EVIL]
    truth_file.write_text(json.dumps(truth))
    asked = (Disturbance(kind="polygon_px", amount=4),)
    return evaluate_dataset(root, colour_rig(features=True), disturbances=asked, compare=root)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_is_whole_and_needs_nothing_from_outside(found: Evaluation, lang: Lang) -> None:
    page = page_of(found, lang=lang)
    checker = read(page)
    sections = re.findall(r'<section id="(\w+)">', page)
    assert sections == [
        "against",
        "estimators",
        "strata",
        "disturbed",
        "compare",
        "calibration",
        "confusion",
        "series",
        "worst_looks",
        "method",
    ]
    assert "script" not in checker.tags
    assert all(address.startswith("data:image/jpeg;base64,") for address in checker.addresses)
    assert len(checker.addresses) == len(found.stills) == 2
    assert "a&amp;b" in page
    assert ("未达到" in page or "达到" in page) == (lang == "zh")


def test_no_language_misses_a_word(found: Evaluation) -> None:
    english = re.sub(r"<[^>]*>", " ", page_of(found, lang="en").split("<body>")[1])
    glyphs = "".join(glyph for row in GLYPHS.values() for glyph in row)
    assert not re.findall(f"[\u4e00-\u9fff](?<![{glyphs}])", english)


def test_no_truth_says_so(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, scenes=1, days=2)
    (root / "scenes" / "drawn-0" / "truth.json").unlink()
    page = page_of(evaluate_dataset(root, colour_rig()), lang="en")
    read(page)
    assert word("nothing_scored", "en") in page


def test_without_features_the_page_says_so(tmp_path: Path) -> None:
    root = write_dataset(tmp_path, scenes=1, days=2)
    page = page_of(evaluate_dataset(root, colour_rig()), lang="en")
    read(page)
    assert word("no_features", "en") in page
    assert word("no_series", "en") in page


def test_every_stage_has_colours_a_sign_and_words() -> None:
    style = style_sheet()
    for kind, stages in STAGE_LISTS.items():
        assert [len(theme.split()) for theme in PALETTE[kind]] == [len(stages.names)] * 2
        assert len(GLYPHS[kind]) == len(STAGES_ZH[kind]) == len(stages.names)
        for i, name in enumerate(stages.names):
            assert f".st-{kind}-{i}{{" in style
            assert stage_word(kind, i, name, "en") == name.replace("_", " ")


@pytest.mark.parametrize(
    ("name", "lang", "text"),
    [
        ("condition:fog", "zh", "天气光照 · 雾"),
        ("occlusion_pct:10-30", "en", "occluded % · 10–30"),
        ("condition:sand-storm", "en", "condition · sand-storm"),
        ("all", "en", "all"),
    ],
)
def test_strata_in_words(name: str, lang: Lang, text: str) -> None:
    assert stratum_word(name, lang) == text
