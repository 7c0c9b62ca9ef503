"""The evaluation as one self-contained HTML page: sentence, asks, tables, plots, worst looks. Pure."""

from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any

from edge_agent.vision.evaluate import Evaluation
from edge_agent.vision.page_plots import canvas_plot, grid_plot, reliability_plot, risk_plot, series_plot
from edge_agent.vision.page_style import style_sheet
from edge_agent.vision.page_tables import (
    compare_table,
    confusion_table,
    disturbed_table,
    estimators_table,
    strata_table,
    targets_table,
)
from edge_agent.vision.page_words import GLYPHS, Lang, stage_word, stratum_word, word
from edge_agent.vision.stills import Still
from edge_agent.vision.strata import MIN_BUILDINGS, MIN_LOOKS

SHOWN_FACES = 24
MIN_SERIES = 3
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HATCH = (
    '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="8" height="8" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="8" fill="#10201E" '
    'fill-opacity=".55"/></pattern></defs></svg>'
)


def page_of(found: Evaluation, *, lang: Lang) -> str:
    """The whole page; needs nothing but itself."""
    report = found.report
    sections = (
        _sections(found, lang) if report["faces_scored"] else _section("against", word("nothing_scored", lang), lang)
    )
    title = f"{word('title', lang)} · {escape(report['dataset'])}"
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{style_sheet()}</style></head><body>{HATCH}<main>"
        f"<header><h1>{title}</h1>{_header(report, lang)}</header>{sections}</main></body></html>"
    )


def _header(report: dict[str, Any], lang: Lang) -> str:
    facts = word(
        "facts",
        lang,
        scenes=report["scenes"],
        frames=f"{report['frames']:,}",
        looks=f"{report['faces_scored']:,}",
        buildings=report["all"]["buildings"],
        model=report["model_sha256"][:12],
    )
    chain, net = report["ms_per_face"], report["network_ms_per_face"]
    speed = (
        word("speed", lang, chain=chain["median"], chain95=chain["p95"], net=net["median"], net95=net["p95"])
        if chain and net
        else ""
    )
    return f'{_sentence(report, lang)}<p class="facts">{facts}</p><p class="facts">{speed}</p>'


def _sentence(report: dict[str, Any], lang: Lang) -> str:
    if not report["faces_scored"]:
        return ""
    held, rows = report["all"]["estimators"]["filtered"], report["targets"]["all"]
    if not held["readings"]:
        return ""
    bounds = held["ci90"].get("mae_pp")
    first, goal = ([row[f"{n}_met"] for row in rows if row[f"{n}_met"] is not None] for n in ("first", "goal"))
    said = word(
        "sentence",
        lang,
        mae=f"{held['mae_pp']:.1f}",
        range=word("range", lang, low=f"{bounds[0]:.1f}", high=f"{bounds[1]:.1f}") if bounds else "",
        met=sum(first),
        of=len(first),
        goal_met=sum(goal),
        goal_of=len(goal),
    )
    return f'<p class="sentence">{said}</p>'


def _sections(found: Evaluation, lang: Lang) -> str:
    report = found.report
    build: tuple[tuple[str, Callable[[], str]], ...] = (
        ("against", lambda: _against(report, lang)),
        ("estimators", lambda: estimators_table(report["all"], lang)),
        ("strata", lambda: strata_table(report, lang) + _named(report, lang)),
        ("disturbed", lambda: _disturbed(report, lang)),
        ("compare", lambda: compare_table(report, lang) if "compare" in report else ""),
        ("calibration", lambda: _calibration(report, lang)),
        ("confusion", lambda: _confusion(report, lang)),
        ("series", lambda: _series(report, lang)),
        ("worst_looks", lambda: _worst(found.stills, report, lang)),
        ("method", lambda: _method(lang)),
    )
    return "".join(_section(key, body, lang) for key, make in build if (body := make()))


def _section(key: str, body: str, lang: Lang) -> str:
    return f'<section id="{key}"><h2>{word(key, lang)}</h2>{body}</section>'


def _against(report: dict[str, Any], lang: Lang) -> str:
    groups = {name: rows for name, rows in report["targets"].items() if name != "all" or len(report["targets"]) != 2}
    parts = []
    for name, rows in groups.items():
        figures = report["all"] if name == "all" else report["strata"][f"work_type:{name}"]
        parts.append(f"<h3>{escape(word(name, lang))}</h3>{targets_table(rows, figures, lang)}")
    return "".join(parts)


def _named(report: dict[str, Any], lang: Lang) -> str:
    """The worst strata by rule, and where the feature baseline is not beaten."""
    worst, said = report["worst"], []
    for measure, key in (("mae_pp", "worst_mae"), ("cell_macro_f1", "worst_f1")):
        if worst[measure]:
            said.append(f"{word(key, lang)}: <b>{escape(stratum_word(worst[measure]['stratum'], lang))}</b>")
    rule = word("rule", lang, looks=MIN_LOOKS, buildings=MIN_BUILDINGS)
    first = f"{' · '.join(said)} ({rule})" if said else word("no_worst", lang)
    if not report["all"]["estimators"]["features"]["readings"]:
        second = word("no_features", lang)
    elif report["network_not_better_than_features"]:
        places = [
            f"{escape(stratum_word(r['stratum'], lang))} ({word(r['measure'], lang)} {r['network']} / {r['features']})"
            for r in report["network_not_better_than_features"]
        ]
        second = word("not_beaten", lang) + ", ".join(places)
    else:
        second = word("beaten", lang)
    return f'<p class="note">{first}</p><p class="note">{second}</p>'


def _disturbed(report: dict[str, Any], lang: Lang) -> str:
    return "".join(disturbed_table(kind, rows, lang) for kind, rows in report.get("disturbed", {}).items())


def _calibration(report: dict[str, Any], lang: Lang) -> str:
    curves = {name: bins for name, bins in report["reliability"].items() if bins}
    legend = "".join(_line_key(name, word(name, lang)) for name in curves)
    axes = f"{word('sure', lang)} → · ↑ {word('right', lang)}"
    risk = risk_plot(report["risk_coverage"], lang=lang, abstained=report["all"]["abstained"])
    return (
        f'<div class="pair"><figure><h3>{word("reliability", lang)}</h3><p class="legend">{legend}</p>'
        f"{reliability_plot(curves, lang=lang)}<figcaption>{axes}</figcaption></figure>"
        f'<figure><h3>{word("risk", lang)}</h3><p class="legend">{_line_key("filtered", word("filtered", lang))}'
        f"{_line_key('ideal', word('abstained', lang))}</p>{risk}"
        f"<figcaption>{word('kept', lang)} → · ↑ {word('mae_pp', lang)} ({word('pp', lang)})</figcaption>"
        f"</figure></div>"
    )


def _line_key(kind: str, text: str) -> str:
    drawn = f'<svg viewBox="0 0 26 10" aria-hidden="true"><path class="line {kind}" d="M1 5 L25 5"/></svg>'
    return f"<span>{drawn}{text}</span>"


def _confusion(report: dict[str, Any], lang: Lang) -> str:
    parts = []
    for kind, by_name in report["confusion"].items():
        for name in ("filtered", "network"):
            if by_name[name]:
                matrix = confusion_table(by_name[name], report["stages"][kind], work_type=kind, lang=lang)
                parts.append(f"<figure><h3>{word(kind, lang)} · {word(name, lang)}</h3>{matrix}</figure>")
    return f'<div class="pair">{"".join(parts)}</div>' if parts else ""


def _series(report: dict[str, Any], lang: Lang) -> str:
    """Faces scored often enough, those that err most first."""
    told = [face for face in report["series"] if len(face["looks"]) >= MIN_SERIES]
    if not told:
        return f'<p class="note">{word("no_series", lang)}</p>'
    told.sort(key=_mean_error, reverse=True)
    keys = _line_key("true", word("truth", lang)) + _line_key("filtered", word("filtered", lang))
    dot = '<svg viewBox="0 0 26 10" aria-hidden="true"><circle class="dot network" cx="13" cy="5" r="2.5"/></svg>'
    tick = '<svg viewBox="0 0 26 10" aria-hidden="true"><path class="abstained" d="M13 1 L13 9"/></svg>'
    keys += f"<span>{dot}{word('network', lang)}</span><span>{tick}{word('abstaining', lang)}</span>"
    plots = []
    for face in told[:SHOWN_FACES]:
        name = f"{escape(face['scene'])} / {escape(face['face'])}"
        plot = series_plot(face["looks"], label=f"{face['scene']} / {face['face']}")
        caption = f"<b>{name}</b> · {word(face['work_type'], lang)} · {word('mae_pp', lang)} {_mean_error(face):.1f}"
        plots.append(f"<figure>{plot}<figcaption>{caption}</figcaption></figure>")
    more = len(told) - SHOWN_FACES
    rest = f'<p class="note">{word("more_faces", lang, n=more)}</p>' if more > 0 else ""
    return f'<p class="legend">{keys}</p><div class="many">{"".join(plots)}</div>{rest}'


def _mean_error(face: dict[str, Any]) -> float:
    errors = [abs(k["filtered_pp"] - k["true_pp"]) for k in face["looks"] if k["filtered_pp"] is not None]
    return sum(errors) / len(errors) if errors else 0.0


def _worst(stills: tuple[Still, ...], report: dict[str, Any], lang: Lang) -> str:
    if not stills:
        return f'<p class="note">{word("no_stills", lang)}</p>'
    kinds = sorted({still.work_type for still in stills})
    legend = "".join(
        f'<span><i class="st-{kind}-{i} on-{kind}-{i}">{glyph}</i>{stage_word(kind, i, name, lang)}</span>'
        for kind in kinds
        for i, (glyph, name) in enumerate(zip(GLYPHS[kind], report["stages"][kind], strict=True))
    )
    looks = "".join(_look(still, lang) for still in stills)
    notes = f'<p class="note">{word("hidden_mark", lang)}. {word("privacy", lang)}</p>'
    return f'<p class="legend">{legend}</p><div class="looks">{looks}</div>{notes}'


def _look(still: Still, lang: Lang) -> str:
    kind = still.work_type
    wrong = [
        [min(true, held) >= 0 and true != held for true, held in zip(*rows, strict=True)]
        for rows in zip(still.true, still.held, strict=True)
    ]
    uri = f"data:image/jpeg;base64,{b64encode(still.jpeg).decode('ascii')}"
    faces = (
        ("canvas", canvas_plot(uri, wrong, label=word("canvas", lang))),
        ("truth", grid_plot(still.true, work_type=kind, label=word("truth", lang), hatched=still.occluded)),
        ("held", grid_plot(still.held, work_type=kind, label=word("held", lang), framed=wrong)),
        ("said", grid_plot(still.said, work_type=kind, label=word("said", lang))),
    )
    drawn = "".join(f"<figure>{svg}<figcaption>{word(key, lang)}</figcaption></figure>" for key, svg in faces)
    error = f"{still.error_pp:+.1f}".replace("-", "\N{MINUS SIGN}")
    conditions = ", ".join(escape(word(name, lang)) for name in still.conditions)
    return (
        f'<figure class="look"><h3>{escape(still.scene)} / {escape(still.face)}</h3><div class="faces">{drawn}</div>'
        f"<figcaption>{still.captured_at:%Y-%m-%d %H:%M} UTC · {conditions} · "
        f"{word('truth', lang)} {still.truth_pp:.1f}% · <b>{word('error', lang)} {error} {word('pp', lang)}</b>"
        f"</figcaption></figure>"
    )


def _method(lang: Lang) -> str:
    return f'<p class="note">{word("method_text", lang)}</p>'
