"""The words of the evaluation page, Chinese and English, and the stage palette it shares with the web pages."""

from typing import Literal

Lang = Literal["zh", "en"]

# Light and dark colours in the order of the stages, as the product's pages have them.
PALETTE: dict[str, tuple[str, str]] = {
    "new_build": (
        "F2F2EE E5D4B5 C1B68E 7F9C79 3E7A6F 155252",
        "202829 534532 6D6245 748C67 73B49D 9AE2D3",
    ),
    "renovation": (
        "F4E6D2 D5C6A3 96A580 457E6F 155252",
        "453B2F 61573E 7F8C66 70B19A 9AE2D3",
    ),
    "road": (
        "EEEBE2 E2D0B2 C5B891 93A27B 547F69 2B6A62 0E4648",
        "273030 504330 685C40 71774F 749E7C 7EC1AC A4E7D9",
    ),
}
# Signs, the same in every language, as on the product's own pages.
GLYPHS: dict[str, tuple[str, ...]] = {
    "new_build": ("空", "模", "构", "砌", "基", "饰"),
    "renovation": ("原", "铲", "保", "抹", "涂"),
    "road": ("旧", "挖", "路", "基", "下", "上", "线"),
}
STAGES_ZH: dict[str, tuple[str, ...]] = {
    "new_build": ("未建", "支模", "结构", "砌筑", "基层", "饰面"),
    "renovation": ("原状", "铲除", "保温", "抹面", "涂饰"),
    "road": ("旧路", "开挖", "路基", "基层", "下面层", "上面层", "标线"),
}

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("视觉测评", "Evaluation of the eye"),
    "against": ("与要求对照", "Against what is asked"),
    "estimators": ("各种估计方法并列", "All estimators side by side"),
    "strata": ("分层结果", "By stratum"),
    "disturbed": ("加入已知误差后重跑", "Run again with known errors"),
    "compare": ("与另一数据集的差距", "Gap to another data set"),
    "calibration": ("可信度与误差", "How far it can be trusted"),
    "confusion": ("混淆矩阵", "Confusion"),
    "series": ("各作业面随时间", "Each face over time"),
    "worst_looks": ("误差最大的观测", "The looks that went worst"),
    "method": ("怎样量的", "How this was measured"),
    "measure": ("指标", "measure"),
    "value": ("实测（90 % 区间）", "measured (90 % interval)"),
    "network_alone": ("单帧网络", "network alone"),
    "first": ("首期要求", "first"),
    "goal": ("目标", "goal"),
    "met": ("达到", "met"),
    "not_met": ("未达到", "not met"),
    "no_target": ("未设", "none set"),
    "stratum": ("层", "stratum"),
    "looks": ("观测", "looks"),
    "buildings": ("楼栋", "buildings"),
    "coverage": ("覆盖", "coverage"),
    "abstained": ("弃权", "abstained"),
    "method_name": ("方法", "estimator"),
    "readings": ("读数", "readings"),
    "mae_pp": ("平均误差", "MAE"),
    "p95_pp": ("P95 误差", "P95"),
    "bias_pp": ("偏差", "bias"),
    "cell_macro_f1": ("格宏 F1", "cell macro-F1"),
    "cell_accuracy": ("格准确率", "cell accuracy"),
    "ece": ("校准误差 ECE", "ECE"),
    "top_storey_exact": ("顶层一致", "top storey exact"),
    "top_storey_within_1": ("顶层 ±1", "top storey ±1"),
    "false_regression_per_day": ("误退步 / 面·日", "false regressions per face-day"),
    "cell_false_regression": ("误退步格占比", "cells said to go back"),
    "interval_90_covers": ("90 % 区间覆盖", "90 % interval covers"),
    "imputation_accuracy": ("被挡格推断", "hidden cells imputed"),
    "filtered": ("滤波后", "filtered"),
    "published": ("发布值", "published"),
    "network": ("单帧网络", "network, one frame"),
    "visible_mean": ("只取可见格", "visible mean"),
    "carry_forward_max": ("只进不退最大值", "carry-forward maximum"),
    "yesterday": ("昨日读数", "yesterday's value"),
    "yesterday_true": ("昨日真值", "yesterday's truth"),
    "schedule": ("直线计划", "linear schedule"),
    "features": ("特征 + 逻辑回归", "features + logistic"),
    "features_filtered": ("特征，滤波后", "features, filtered"),
    "worst_mae": ("误差最大的层", "worst stratum by error"),
    "worst_f1": ("F1 最低的层", "worst stratum by F1"),
    "rule": (
        "取自至少 {looks} 个读数、{buildings} 栋楼的层",
        "among strata of at least {looks} readings and {buildings} buildings",
    ),
    "no_worst": ("没有足够大的层可以点名。", "No stratum is large enough to be named."),
    "beaten": ("单帧网络在每一层都优于特征基线。", "The network alone beats the feature baseline in every stratum."),
    "not_beaten": (
        "单帧网络在以下层未优于特征基线（因此尚未完成）：",
        "In these strata the network alone does not beat the feature baseline (so it is not finished there): ",
    ),
    "no_features": ("没有特征基线可比。", "There is no feature baseline to compare with."),
    "amount": ("大小", "amount"),
    "undisturbed": ("原样", "as it is"),
    "polygon_px": ("标定误差（像素）", "polygon error (px)"),
    "shift_px": ("相机移位（像素，自第二帧起）", "camera shift (px, from the second frame)"),
    "jpeg": ("JPEG 质量", "JPEG quality"),
    "registration": ("配准", "registration"),
    "reliability": ("可靠性曲线：说多少把握，对多少", "Reliability: how sure it says, how often it is right"),
    "risk": ("风险—覆盖：只留最有把握的读数时的误差", "Risk–coverage: error of the surest readings"),
    "sure": ("所说把握", "confidence said"),
    "right": ("实际正确率", "share right"),
    "kept": ("保留的读数", "readings kept"),
    "true_stage": ("真 ↓ / 判 →", "true ↓ / said →"),
    "recall": ("召回", "recall"),
    "truth": ("真值", "truth"),
    "band": ("90 % 区间", "90 % interval"),
    "abstaining": ("弃权时", "while abstaining"),
    "canvas": ("矫正图", "rectified"),
    "held": ("系统所持", "held"),
    "said": ("单帧所判", "this frame"),
    "error": ("误差", "error"),
    "hidden_mark": (
        "斜线 = 真值记为被挡；空白 = 不知；粗框 = 所持与真值不符",
        "hatched = hidden by the truth; blank = unknown; framed = held is not the truth",
    ),
    "nothing_scored": ("没有带真值的帧：无可评分。", "No frame has truth: nothing to score."),
    "points": ("个百分点", "points"),
    "pp": ("百分点", "pp"),
    "here_minus": ("本数据集减「{other}」", "this data set minus “{other}”"),
    "difference": ("差", "difference"),
    "here": ("本数据集", "this one"),
    "all": ("全部", "all"),
    "new_build": ("新建", "new build"),
    "renovation": ("旧改", "renovation"),
    "road": ("道路", "road"),
    "condition": ("天气光照", "condition"),
    "occluder": ("遮挡物", "occluder"),
    "occlusion_pct": ("被遮挡 %", "occluded %"),
    "px_per_storey": ("每层像素", "px per storey"),
    "obliquity_deg": ("斜视角 °", "obliquity °"),
    "work_type": ("工程类型", "work type"),
    "clear": ("晴", "clear"),
    "overcast": ("阴", "overcast"),
    "backlit": ("逆光", "backlit"),
    "rain": ("雨", "rain"),
    "fog": ("雾", "fog"),
    "night": ("夜", "night"),
    "dusk": ("黄昏", "dusk"),
    "snow": ("雪", "snow"),
    "crane": ("塔吊", "crane"),
    "vehicle_person": ("车辆与人", "vehicle or person"),
    "vegetation": ("植被", "vegetation"),
    "other_building": ("其他建筑", "other building"),
    "lens": ("镜头上", "on the lens"),
    "more_faces": ("另有 {n} 个作业面见 JSON。", "{n} more faces are in the JSON."),
    "no_series": ("没有至少三次评分的作业面。", "No face was scored at least three times."),
    "no_stills": ("没有可显示的观测。", "There is no look to show."),
    "facts": (
        "{scenes} 个场景 · {frames} 帧 · {looks} 次评分观测 · {buildings} 栋楼 · 模型 {model}",
        "{scenes} scenes · {frames} frames · {looks} scored looks · {buildings} buildings · model {model}",
    ),
    "speed": (
        "每面用时：整链中位 {chain} ms（P95 {chain95}），网络 {net} ms（P95 {net95}）",
        "Per face: whole chain median {chain} ms (P95 {chain95}), network {net} ms (P95 {net95})",
    ),
    "sentence": (
        "系统所持完成度平均差 {mae} 个百分点{range}；首期要求 {met} / {of} 项达到，目标 {goal_met} / {goal_of} 项。",
        "What the agent holds is off by {mae} points on average{range}; {met} of {of} first asks are met, "
        "{goal_met} of {goal_of} goals.",
    ),
    "range": ("（按楼栋重抽样的 90 % 区间 {low}–{high}）", " (90 % interval over buildings {low}–{high})"),
    "method_text": (
        "区间：按楼栋（不是按帧）有放回重抽样 400 次的中间 90 %；只有一栋楼时不给区间。真值为空的格不计；"
        "被挡的格另计（推断）。"
        "误退步：某日内读数比上一次评分下降超过 1 个百分点而真值未降，该面·日计一次。斜视角："
        "由作业面网格的单应矩阵求两族线的灭点，"
        "两者在平面上互相垂直，由此得焦距（求不出时取一个画面宽），法线与视线的夹角即斜视角。P95 "
        "的目标按七日融合定，这里是逐次观测，更严。",
        "Intervals: the middle 90 % of 400 resamples of whole buildings, never of frames; none where "
        "there is one building. "
        "Cells without truth are left out; hidden cells are scored apart (imputed). False regression: a "
        "face-day on which a "
        "value fell by more than 1 point since the look before while the truth did not fall. Obliquity: "
        "the homography of "
        "the face's grid gives the vanishing points of both families of lines; they stand at right angles "
        "on the plane, "
        "which gives the focal length (one frame width where it cannot be told); the angle is that of the "
        "normal to the "
        "line of sight. The P95 goal is asked of values fused over 7 days; here single looks are "
        "measured, which is harder.",
    ),
    "privacy": (
        "本页含作业面的矫正图，请按现场影像的规定保管。",
        "This page holds rectified pictures of the faces: keep it as you keep footage of the site.",
    ),
}
_NUMBER = {"zh": 0, "en": 1}


def word(key: str, lang: Lang, **given: object) -> str:
    """A text of the page. A key without words (a condition of somebody's own) stands for itself."""
    both = _WORDS.get(key)
    text = key if both is None else both[_NUMBER[lang]]
    return text.format(**given) if given else text


def stage_word(work_type: str, stage: int, name: str, lang: Lang) -> str:
    """A stage in words."""
    return STAGES_ZH[work_type][stage] if lang == "zh" else name.replace("_", " ")


def stratum_word(name: str, lang: Lang) -> str:
    """`condition:fog` in words."""
    kind, _, value = name.partition(":")
    return f"{word(kind, lang)} · {value_word(value, lang)}" if value else word(name, lang)


def value_word(value: str, lang: Lang) -> str:
    """The value of a stratum in words; a band of numbers with an en dash."""
    low, _, high = value.partition("-")
    return f"{low}–{high}" if low.isdigit() and high.isdigit() else word(value, lang)
