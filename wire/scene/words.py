"""The words of findings, Chinese and English: a site engineer's, with the number and the place."""

from typing import Any, Literal

from wire.scene.shapes import Finding

Lang = Literal["zh", "en"]

WORDS: dict[str, dict[str, dict[str, str]]] = {
    "building": {
        "zh": {"row": "层", "rows": "层", "row_line": "层线", "col": "跨", "cols": "跨", "col_line": "跨线"},
        "en": {
            "row": "storey",
            "rows": "storeys",
            "row_line": "Storey line",
            "col": "bay",
            "cols": "bays",
            "col_line": "Bay line",
        },
    },
    "road": {
        "zh": {
            "row": "桩号段",
            "rows": "段",
            "row_line": "断面线",
            "col": "车道",
            "cols": "车道",
            "col_line": "车道线",
        },
        "en": {
            "row": "section",
            "rows": "sections",
            "row_line": "Section line",
            "col": "lane",
            "cols": "lanes",
            "col_line": "Lane line",
        },
    },
}
SEVERITIES = {
    "error": {"zh": "错误", "en": "error"},
    "warning": {"zh": "请看", "en": "look"},
    "note": {"zh": "说明", "en": "note"},
}

TEXTS: dict[str, dict[Lang, str]] = {
    "schema": {
        "zh": "标定文件在 {where} 处不合格式: {expected}",
        "en": "The commissioning file is not in order at {where}: {expected}.",
    },
    "frame_size": {
        "zh": "画面是 {width} × {height} 像素, 标定时是 {expected_width} × {expected_height} 像素; 请用同一码流标定。",
        "en": "The frame is {width} × {height} px, but the camera was commissioned at {expected_width} × "
        "{expected_height} px: use the same stream for both.",
    },
    "few_anchors": {
        "zh": "锚区只有 {number} 个, 至少要 {wanted} 个: 请在楼外不动、有纹理处 (围墙、远处楼房) 各画一个。",
        "en": "{number} anchor(s), expected at least {wanted}: mark textured things off the building that stay put "
        "(fences, distant houses).",
    },
    "anchor_outside": {
        "zh": "锚区 {number} 几乎全在画面之外。",
        "en": "Anchor {number} lies almost wholly outside the frame.",
    },
    "anchor_on_face": {
        "zh": "锚区 {number} 有 {percent}% 压在作业面上: 楼会变, 锚区要放在不变的地方。",
        "en": "Anchor {number} covers the work face by {percent}%: the building changes, an anchor must not.",
    },
    "anchor_flat": {
        "zh": "锚区 {number} 里几乎没有纹理 (天空、白墙?), 无法据此判断摄像机是否移位。",
        "en": "Anchor {number} has hardly any texture (sky, a plain wall?): nothing there tells whether the camera "
        "moved.",
    },
    "no_masks": {
        "zh": "没有隐私遮罩: 请确认画面里没有住户窗口、校园或公共道路需要遮挡。",
        "en": "No privacy masks: make sure that no homes, schools or public streets in view need one.",
    },
    "faces_overlap": {
        "zh": "作业面 {face} 与 {other} 重叠 {percent}%: 同一处会被算两次。",
        "en": "Faces {face} and {other} overlap by {percent}%: the same wall would be counted twice.",
    },
    "rows_cross": {
        "zh": "作业面 {face} 的第 {line} 条{row_line}在 x≈{x} 处与第 {other} 条{row_line}相交: "
        "{row_line}须自下而上排列, 互不相交。",
        "en": "{row_line} {line} of face {face} crosses {row_line_lower} {other} at x≈{x}: {row_line_lower}s must run "
        "bottom to top without crossing.",
    },
    "cols_cross": {
        "zh": "作业面 {face} 的第 {line} 条{col_line}在 y≈{y} 处与第 {other} 条{col_line}相交: "
        "{col_line}须自左而右排列, 互不相交。",
        "en": "{col_line} {line} of face {face} crosses {col_line_lower} {other} at y≈{y}: {col_line_lower}s must run "
        "left to right without crossing.",
    },
    "row_short": {
        "zh": "作业面 {face} 的第 {line} 条{row_line}离边缘还差 {bays} {cols}, 其余部分是推算的: 请画到两侧边线。",
        "en": "{row_line} {line} of face {face} ends {bays} {cols} before the side of the face; the rest is prolonged: "
        "draw it from side to side.",
    },
    "row_uneven": {
        "zh": "作业面 {face} 的第 {number} {row}高度是相邻{row}的 {times} 倍: 是否漏画了一条{row_line}?",
        "en": "{row_cap} {number} of face {face} is {times} times as high as its neighbours: was a line forgotten?",
    },
    "col_uneven": {
        "zh": "作业面 {face} 的第 {number} {col}宽度是相邻{col}的 {times} 倍: 是否漏画了一条{col_line}?",
        "en": "{col_cap} {number} of face {face} is {times} times as wide as its neighbours: was a line forgotten?",
    },
    "extrapolated": {
        "zh": "作业面 {face} 的 {of} 条{row_line}中有 {number} 条尚看不见, 按两侧边线推算; 建到以后请再标定。",
        "en": "{number} of {of} {row_line_lower}s of face {face} cannot be seen yet and are extrapolated from its "
        "sides: look again once they are built.",
    },
    "mostly_extrapolated": {
        "zh": "作业面 {face} 的 {of} 条{row_line}中有 {number} 条是推算的: 请至少再画几条看得见的。",
        "en": "{number} of {of} {row_line_lower}s of face {face} are extrapolated: draw some more that can be seen.",
    },
    "cells_small": {
        "zh": "作业面 {face} 有 {number}/{of} 格每{row}不足 {limit} 像素 (最小 {least}), 太小, 不能判读。",
        "en": "{number} of {of} cells of face {face} are under {limit} px a {row} (least {least}): too small to be "
        "read.",
    },
    "cells_oblique": {
        "zh": "作业面 {face} 有 {number}/{of} 格斜视超过 70 度, 不能判读。",
        "en": "{number} of {of} cells of face {face} are seen at more than 70 degrees: too oblique to be read.",
    },
    "cells_outside": {
        "zh": "作业面 {face} 有 {number}/{of} 格在画面之外。",
        "en": "{number} of {of} cells of face {face} are out of the frame.",
    },
    "cells_masked": {
        "zh": "作业面 {face} 有 {number}/{of} 格被隐私遮罩挡住。",
        "en": "{number} of {of} cells of face {face} are under a privacy mask.",
    },
    "nothing_observable": {
        "zh": "作业面 {face} 没有一格能判读: 请换机位、拉近镜头, 或删去这个作业面。",
        "en": "Not one cell of face {face} can be read: move or zoom the camera, or leave the face out.",
    },
    "low_coverage": {
        "zh": "这台摄像机只能看到作业面 {face} 的 {percent}%, 至少要 {wanted}%, 否则只报“证据不足”。",
        "en": "This camera can see {percent}% of face {face}, expected at least {wanted}%: below that its readings say "
        "“insufficient evidence” only.",
    },
}


def say(finding: Finding, lang: Lang) -> str:
    """The finding in words. KeyError when its key is unknown: a programming error that the tests meet."""
    words = dict(WORDS["road" if finding.values.get("work_type") == "road" else "building"][lang])
    for name in ("row_line", "col_line"):
        words[f"{name}_lower"] = words[name].lower()
    for name in ("row", "col"):
        words[f"{name}_cap"] = words[name].capitalize()
    return TEXTS[finding.message_key][lang].format(**words, **finding.values)


def spoken(finding: Finding) -> dict[str, Any]:
    """Plain JSON types of a finding, with its words in both languages."""
    return finding.to_json() | {"zh": say(finding, "zh"), "en": say(finding, "en")}
