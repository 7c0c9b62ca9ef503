"""Findings: each fault is found under its code, at its place, in both languages; a good scene has none."""

import string
from typing import Any

import numpy as np
import pytest

from edge_agent.vision.scene import Scene
from tests.edge_agent.vision.drawing import HEIGHT, WIDTH, a_scene, backdrop, scene_json
from wire.scene.edits import apply_edit
from wire.scene.findings import check_scene
from wire.scene.words import TEXTS, say

LEFT, RIGHT = [[5, 200], [100, 200], [100, 300], [5, 300]], [[400, 200], [500, 200], [500, 300], [400, 300]]
MASK = [[0, 0], [20, 0], [20, 20], [0, 20]]


def good(**over: Any) -> Scene:
    return a_scene(**({"anchors": [LEFT, RIGHT], "privacy_masks": [MASK]} | over))


def moved(line: int, y: float) -> Scene:
    edit = {"op": "move_row", "face": "A-front", "line": line, "points": [[150, y], [350, y]]}
    return apply_edit(good(), edit)


def test_a_good_scene_has_no_findings() -> None:
    assert check_scene(good(), backdrop()) == ()


SMALL = [(200.0, 330.0), (260.0, 330.0), (260.0, 270.0), (200.0, 270.0)]
THIN = [(200.0, 330.0), (230.0, 330.0), (230.0, 90.0), (200.0, 90.0)]
OUT = [(400.0, 330.0), (700.0, 330.0), (700.0, 90.0), (400.0, 90.0)]


@pytest.mark.parametrize(
    ("scene", "code", "where", "severity"),
    [
        (moved(4, 300.0), "rows_cross", "faces[0].row_lines[4]", "error"),
        (good(anchors=[]), "few_anchors", "anchors", "warning"),
        (good(anchors=[LEFT, [[200, 150], [300, 150], [300, 250]]]), "anchor_on_face", "anchors[1]", "warning"),
        (good(anchors=[LEFT, [[900, 900], [950, 900], [950, 950]]]), "anchor_outside", "anchors[1]", "error"),
        (good(privacy_masks=[]), "no_masks", "privacy_masks", "note"),
        (good(corners=SMALL), "cells_small", "faces[0]", "note"),
        (good(corners=SMALL), "nothing_observable", "faces[0]", "error"),
        (good(corners=THIN), "cells_oblique", "faces[0]", "note"),
        (good(corners=OUT), "cells_outside", "faces[0]", "note"),
        (good(corners=OUT), "low_coverage", "faces[0]", "warning"),
        (good(privacy_masks=[[[150, 60], [360, 60], [360, 200], [150, 200]]]), "cells_masked", "faces[0]", "note"),
        (good(seen_rows=(0, 5)), "mostly_extrapolated", "faces[0].row_lines", "warning"),
        (good(seen_rows=(0, 1, 2, 3, 4)), "extrapolated", "faces[0].row_lines", "note"),
    ],
)
def test_each_fault_is_found(scene: Scene, code: str, where: str, severity: str) -> None:
    found = {finding.code: finding for finding in check_scene(scene)}
    assert code in found
    assert (found[code].where, found[code].severity) == (where, severity)
    for lang in ("zh", "en"):
        assert "{" not in say(found[code], lang)


def test_bay_lines_that_cross_and_a_forgotten_line() -> None:
    crossed = apply_edit(good(), {"op": "move_col", "face": "A-front", "line": 1, "points": [[330, 320], [330, 80]]})
    assert "cols_cross" in {finding.code for finding in check_scene(crossed)}
    raw = scene_json(rows=6, anchors=[LEFT, RIGHT], privacy_masks=[MASK])
    face = raw["faces"][0]
    face["rows"] = 5
    del face["row_lines"][3]
    uneven = [finding for finding in check_scene(raw) if finding.code == "row_uneven"]
    assert [finding.values["number"] for finding in uneven] == [3]


def test_a_short_line_and_twice_the_same_wall() -> None:
    short = apply_edit(good(), {"op": "move_row", "face": "A-front", "line": 2, "points": [[210, 228], [260, 226]]})
    assert "row_short" in {finding.code for finding in check_scene(short)}
    twice = apply_edit(good(), {"op": "put_face", "value": scene_json()["faces"][0] | {"face_id": "A-again"}})
    assert "faces_overlap" in {finding.code for finding in check_scene(twice)}


def test_with_a_frame_its_size_and_the_anchors_texture_are_looked_at() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert {finding.code for finding in check_scene(good(), flat)} == {"anchor_flat"}
    assert {finding.code for finding in check_scene(good(), flat[:100])} == {"frame_size"}


def test_the_example_of_the_brief_in_words() -> None:
    crossing = next(finding for finding in check_scene(moved(4, 300.0)) if finding.code == "rows_cross")
    assert say(crossing, "en").startswith("Storey line 4 of face A-front crosses storey line 3 at x≈")
    assert say(crossing, "zh").startswith("作业面 A-front 的第 4 条层线在 x≈")


def test_what_breaks_the_schema_is_one_finding() -> None:
    found = check_scene(scene_json(work_type="bridge"))
    assert [finding.code for finding in found] == ["schema"]
    assert "bridge" in say(found[0], "en")


def test_both_languages_fill_the_same_places() -> None:
    words = {"row", "rows", "row_line", "col", "cols", "col_line", "row_line_lower", "col_line_lower"}
    words |= {"row_cap", "col_cap"}
    for key, texts in TEXTS.items():
        fields = {lang: {name for _, name, _, _ in string.Formatter().parse(text) if name} - words
                  for lang, text in texts.items()}  # fmt: skip
        assert fields["zh"] == fields["en"], key
