"""Student's t: its two-sided tail and its quantile, from the incomplete beta function. Pure, no library."""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, sqrt

_TINY = 1e-300
_TERMS_MAX = 500
_CLOSE = 1e-15


def tail(t: float, df: int) -> float:
    """P(|T| >= |t|) with `df` degrees of freedom: I_x(df/2, 1/2) at x = df / (df + t²)."""
    if df < 1:
        raise ValueError(f"{df} degrees of freedom: expected at least 1")
    return _beta_share(df / 2, 0.5, df / (df + t * t))


@lru_cache(maxsize=4096)
def quantile(df: int, *, inside: float = 0.95) -> float:
    """The t within which |T| stays with probability `inside`, by bisection."""
    low, high = 0.0, 1.0
    while tail(high, df) > 1 - inside:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if tail(middle, df) > 1 - inside else (low, middle)
    return high


def half_width(sd: float, n: int, *, inside: float = 0.95) -> float:
    """Half of the interval of a mean of n values with this standard deviation; n at least 2."""
    return quantile(n - 1, inside=inside) * sd / sqrt(n)


def _beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _TERMS_MAX):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return found


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
