"""Every way in which a number becomes text: on a figure, in a sentence, in a table."""

from math import isfinite, isnan

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share: float) -> str:
    """A share in whole percents, "0" only when nothing is there."""
    if not isfinite(share):
        return "?"
    whole = round(100 * share)
    return str(whole) if whole or not share else "<1"


def two_digits(value: float) -> str:
    """Two digits that count: 0.0043, 17, 3·10⁻⁷."""
    if not isfinite(value):
        return "∞" if value > 0 else "?"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}·10{str(int(exponent)).translate(RAISED)}"


def duration(steps: float) -> str:
    """A number of steps: 2.2, 103, ∞."""
    return f"{steps:.1f}" if steps < 99.95 else three_digits(float(f"{steps:.3g}"))


def power(exponent: int) -> str:
    """10⁻⁶, and 1 for 10⁰."""
    return "1" if exponent == 0 else "10" + str(exponent).translate(RAISED)


def three_digits(value: float) -> str:
    """Three digits, with a power of ten where it is very large or small; ∞ and NaN as such."""
    if not isfinite(value):
        return "NaN" if isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return minus(f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}")
    digits, exponent = f"{value:.1e}".split("e")
    return minus(f"{digits}×{power(int(exponent))}")


def minus(digits: str) -> str:
    """With the minus sign that Plotly puts on its axes."""
    return digits.replace("-", "−")
