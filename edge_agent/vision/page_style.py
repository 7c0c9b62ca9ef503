"""The style sheet of the evaluation page: the product's tokens, light and dark, and the stage palette."""

from edge_agent.vision.page_words import PALETTE

LIGHT = {
    "bg": "F4F5F2",
    "s1": "FFFFFF",
    "s2": "FAFAF7",
    "s3": "EEF0EC",
    "bd": "DEE2DC",
    "i1": "1B2422",
    "i2": "46524F",
    "i3": "626D6A",
    "p": "12615A",
    "pt": "E4F0EE",
}
DARK = {
    "bg": "0F1416",
    "s1": "161D20",
    "s2": "1A2326",
    "s3": "232D31",
    "bd": "2B363A",
    "i1": "E8EEEC",
    "i2": "B6C2BF",
    "i3": "8F9D99",
    "p": "63C7B8",
    "pt": "183431",
}
INK, PAPER = "10201E", "FFFFFF"

RULES = """
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--i2);font:14px/22px "HarmonyOS Sans SC","PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1360px;margin:0 auto;padding:24px 24px 64px}
h1{font-size:20px;line-height:28px;color:var(--i1);margin:0}
h2{font-size:15px;line-height:22px;color:var(--i1);margin:0 0 12px}
h3{font-size:14px;line-height:20px;color:var(--i1);margin:0 0 8px}
.sentence{font-size:18px;line-height:28px;color:var(--i1);margin:8px 0 4px;max-width:60em}
.facts,.note{font-size:12px;line-height:18px;color:var(--i3);margin:0}
.note{margin-top:8px;max-width:110ch}
section{background:var(--s1);border:1px solid var(--bd);border-radius:8px;padding:16px;margin-top:16px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px;line-height:20px}
th{font-weight:400;color:var(--i3);font-size:12px;line-height:16px;text-align:right;vertical-align:bottom}
th,td{padding:7px 10px;border-bottom:1px solid var(--bd);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
td{text-align:right;color:var(--i1)}
tr:last-child td{border-bottom:0}
td.text,th.text{text-align:left;white-space:normal}
tr.group td{color:var(--i3);font-size:12px;padding-top:14px;border-bottom-color:var(--i3)}
tr.strong td{background:var(--pt)}
.range{color:var(--i3);font-size:12px;margin-left:6px}
.none{color:var(--i3)}
.met{color:var(--p);font-weight:700}.met::before{content:"● "}
.unmet{color:var(--i1);font-weight:700}.unmet::before{content:"○ "}
.mark{border:1px solid var(--i1);border-radius:6px;padding:0 6px;font-size:12px;color:var(--i1);margin-left:8px}
td.label{text-align:left}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:24px}
.many{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:16px 24px}
figure{margin:0}figcaption{font-size:12px;line-height:18px;color:var(--i3);overflow-wrap:anywhere}
figcaption b{color:var(--i1)}
.plot{width:100%;height:auto;display:block}
.tick{font-size:11px;fill:var(--i3)}
.grid{stroke:var(--bd);stroke-width:1}
.ideal{stroke:var(--i2);stroke-width:1;stroke-dasharray:4 4;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.line.filtered{stroke:var(--p)}.dot.filtered{fill:var(--p)}
.line.network{stroke:var(--i3)}.dot.network{fill:var(--i3)}
.line.features{stroke:var(--i3);stroke-dasharray:2 3}.dot.features{fill:var(--s1);stroke:var(--i3)}
.line.true{stroke:var(--i1);stroke-width:1.4;stroke-dasharray:5 3}
.band{fill:var(--p);opacity:.14}
.abstained{stroke:var(--i2);stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12px;line-height:18px;color:var(--i2);margin:0 0 8px}
.legend svg{width:26px;height:10px;vertical-align:middle;margin-right:6px}
.legend i{display:inline-block;width:16px;height:16px;border-radius:2px;font-size:11px;line-height:15px;
text-align:center;font-style:normal;margin-right:4px;vertical-align:-3px;border:1px solid var(--bd)}
.matrix td,.matrix th{text-align:center;border:0;padding:0;border-radius:2px}
.matrix{border-spacing:3px;border-collapse:separate;width:auto}
.matrix td{min-width:56px;height:32px;padding:0 6px;background:var(--s2)}
.matrix th{padding:0 8px;color:var(--i2);vertical-align:middle}
.matrix th:first-child,.matrix td:first-child{text-align:right;padding-right:8px}
.matrix td.right{box-shadow:inset 0 0 0 2px var(--i2)}
.looks{display:grid;grid-template-columns:repeat(auto-fill,minmax(560px,1fr));gap:24px}
.look .faces{display:flex;gap:8px;align-items:flex-start}
.look .faces figure{flex:1 1 0;min-width:0}
.face{width:100%;height:auto;display:block;background:var(--s2);border-radius:2px;max-height:320px}
.glyph{font-size:20px}
.unknown{fill:var(--s1);stroke:var(--bd)}
.hatched{fill:url(#hatch)}
.framed{fill:none;stroke:var(--i1);stroke-width:4}
.wrong{fill:none;stroke:#fff;stroke-width:4;paint-order:stroke;outline:2px solid #10201E}
.cell{fill:none;stroke:rgba(255,255,255,.35);stroke-width:1}
@media(max-width:640px){main{padding:16px 12px 48px}.looks{grid-template-columns:1fr}}
@media print{body{background:#fff}section{break-inside:avoid;border-color:#bbb}}
"""


def style_sheet() -> str:
    """The whole style sheet."""
    light, dark = _variables(LIGHT, theme=0), _variables(DARK, theme=1)
    stages = "".join(
        f".st-{kind}-{i}{{fill:var(--{kind}-{i});background:var(--{kind}-{i})}}"
        f".on-{kind}-{i}{{fill:var(--on-{kind}-{i});color:var(--on-{kind}-{i})}}"
        for kind, (colours, _) in PALETTE.items()
        for i in range(len(colours.split()))
    )
    root = f":root{{color-scheme:light dark;{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return f"{root}{RULES}{stages}"


def _variables(tokens: dict[str, str], *, theme: int) -> str:
    plain = "".join(f"--{name}:#{colour};" for name, colour in tokens.items())
    stages = "".join(
        f"--{kind}-{i}:#{colour};--on-{kind}-{i}:#{_ink_on(colour)};"
        for kind, colours in PALETTE.items()
        for i, colour in enumerate(colours[theme].split())
    )
    return plain + stages


def _ink_on(colour: str) -> str:
    """Dark or white ink, whichever contrasts more (WCAG 2)."""
    ground = _luminance(colour)
    dark = (ground + 0.05) / (_luminance(INK) + 0.05)
    return INK if dark >= 1.05 / (ground + 0.05) else PAPER


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
