"""A font with Chinese letters, found by name; what to install is said where there is none."""

from __future__ import annotations

from functools import lru_cache

from central.errors import CentralError

FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Noto Sans CJK JP",
)  # fmt: skip


class RenderingError(CentralError):
    """This machine lacks what a document needs."""


@lru_cache(maxsize=1)
def chinese_font() -> str:
    """Name of the first font of FONTS that is installed."""
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    found = next((name for name in FONTS if name in there), None)
    if found is None:
        raise RenderingError(
            "no font with Chinese letters | 缺少中文字体",
            where="this machine",
            expected=f"one of {', '.join(FONTS)} (Debian: fonts-noto-cjk)",
        )
    return found
