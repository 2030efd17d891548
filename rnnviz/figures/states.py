"""All that one network holds while it reads, in one tall figure whose rows share the token axis.

From the top: the gradient of the answer in every earlier state, the surprise at every token, then one heatmap
each for the hidden state, the cell state and the gates, a line of pixels per unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import TICK_ANGLE, categories, token_axis, value_axis
from rnnviz.figures.base import SMALL, TEXT, TINY, Look, Spec, figure, key, note, spec

if TYPE_CHECKING:
    from rnnviz.recurrence.bptt import Gradients
    from rnnviz.recurrence.erasing import Erased
    from rnnviz.recurrence.swapping import Swap
    from rnnviz.recurrence.trace import Trace

LOW, HIGH = -6, 2
"""The gradient axis, in powers of ten. Never rescaled: how small a gradient is must be seen."""
BITS = 12.0
"""The end of the surprise axis: a word given a probability of 1/4096."""

LEFT, RIGHT = 68, 36
"""Margins in px at scale 1, for names and ticks, and for the colour scales."""
GAP, CAPTION, LINES, BARS = 10, 17, 74, 30
"""Heights in px at scale 1: between rows, of a caption over a row, of the gradient and the surprise row."""
NAME = 32
"""A heatmap of few units still leaves room for its name."""


def unit_order(trace: Trace) -> np.ndarray:
    """Units from the one that holds longest: by the mean of the gate that keeps the state (forget gate of an LSTM,
    update gate of a GRU), or by mean |h| where there is none (RNN).

    Sorted so, the cell state shows memory as level bands. `(H,)`, the top row of the heatmaps first.
    """
    keeper = trace.cell.keeper
    by = trace.gates[keeper] if keeper else np.abs(trace.h)
    return np.argsort(-by.mean(0), kind="stable")


@figure("figures")
def states(
    trace: Trace,
    gradients: Gradients | None = None,
    *,
    order: Sequence[int] | np.ndarray | None = None,
    surprise: Sequence[float | None] | None = None,
    unit_px: int | None = None,
    look: Look,
) -> Spec:
    """The states of `trace` over its tokens.

    `order`: units top to bottom (`unit_order`); `surprise`: bits per token, None where nothing was predicted;
    `unit_px`: pixels per unit, 2 at scale 1, the same in every network: equal heights are equal counts.

    `layout.meta` says where things are: `rows`, each with `role`, `kind` ("line", "bar" or "heatmap") and
    `top` and `height` in px from the figure's upper edge; `order`; `unit_px`; `steps`. The columns are
    equally wide between the left and the right margin.
    """
    order = unit_order(trace) if order is None else np.asarray(order)
    return _stacked(trace, trace.records, order, unit_px or look.px(2), look, gradients=gradients, surprise=surprise)


@figure("figures")
def changes(
    record: Swap | Erased,
    *,
    order: Sequence[int] | np.ndarray | None = None,
    unit_px: int | None = None,
    look: Look,
) -> Spec:
    """Where two readings of the same tokens differ: `record.changes` in the rows of `states`, all on the scale from -1
    to 1, so that no difference is the ground. `order`, `unit_px` and `layout.meta` as in `states`.
    """
    order = unit_order(record.before) if order is None else np.asarray(order)
    return _stacked(record.before, record.changes, order, unit_px or look.px(2), look, signed=True)


def _stacked(
    trace: Trace,
    values: Mapping[str, np.ndarray],
    order: np.ndarray,
    unit_px: int,
    look: Look,
    *,
    signed: bool = False,
    gradients: Gradients | None = None,
    surprise: Sequence[float | None] | None = None,
) -> Spec:
    """The rows of one figure over the tokens of `trace`, `values` by letter among them. `signed`: gates too."""
    names = categories(trace.tokens)
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": 0, "pad": 0}
    x_axis, margin["b"] = token_axis(trace.tokens, names, look)

    letters = {role: letter for letter, role in trace.cell.roles.items()}
    rows = _rows(list(letters), len(order) * unit_px, gradients is not None, surprise is not None, signed, look)
    height = rows[-1]["top"] + rows[-1]["height"]

    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"xaxis": x_axis, "bargap": 0.4}
    notes: list[dict[str, Any]] = []
    if signed:
        notes.append(_caption(look.labels["changes"], "faint", 1 - rows[0]["top"] / height, look))
    for k, row in enumerate(rows):
        bottom, top = 1 - (row["top"] + row["height"]) / height, 1 - row["top"] / height
        place = {"domain": [bottom, top], "anchor": "x"}
        shared = {"x": names, "yaxis": f"y{k + 1}"}
        if row["role"] == "gradient":
            assert gradients is not None
            traces, axis = _gradient(gradients, look)
            notes.append(_caption(_gradient_caption(gradients, look), "gradient", top, look))
        elif row["role"] == "surprise":
            assert surprise is not None
            traces, axis = _surprise(surprise, look)
            notes.append(_caption(look.labels["surprise"], "faint", top, look))
        else:
            letter = letters[row["role"]]
            both = signed or letter in trace.cell.parts or trace.cell.squash[letter] == "tanh"
            traces, axis = _heatmap(values[letter], order, row, both, (bottom + top) / 2, look)
            traces[0]["meta"] = {"record": letter}
            where = {"x": 0, "xanchor": "right", "xshift": -7, "y": (bottom + top) / 2, "yanchor": "middle"}
            named = look.labels.get(f"{row['role']}_{letter}", look.labels[row["role"]])
            traces[0]["name"] = named
            notes.append(note(named, TEXT, row["role"], look, align="right", **where))
        data += [shared | one for one in traces]
        layout["yaxis" if k == 0 else f"yaxis{k + 1}"] = place | axis
    x_axis["anchor"] = f"y{len(rows)}"
    layout |= {"margin": margin, "height": height + margin["b"], "annotations": notes}
    layout["meta"] = {"rows": rows, "order": order.tolist(), "unit_px": unit_px}
    layout["meta"] |= {"steps": len(trace), "angle": TICK_ANGLE}
    return spec(data, look, **layout)


def by_record(figure: Spec) -> Spec:
    """The same figure for a payload that holds the records: a heatmap names its record, `z: {"record": "f"}`, and the
    browser puts the numbers in, its units in the order `layout.meta["order"]`."""
    data = [dict(one) for one in figure["data"]]
    for one in data:
        if one["type"] == "heatmap":
            one["z"] = one.pop("meta")
    return figure | {"data": data}


def _rows(
    heat: list[str], heat_px: int, gradient: bool, surprise: bool, caption: bool, look: Look
) -> list[dict[str, Any]]:
    """Which rows there are, and where, in px from the figure's upper edge."""
    rows: list[dict[str, Any]] = []
    y = look.px(CAPTION + GAP) if caption else 0
    extra = [("gradient", "line", LINES)] * gradient + [("surprise", "bar", BARS)] * surprise
    for role, kind, tall in extra:
        y += look.px(CAPTION)
        rows.append({"role": role, "kind": kind, "top": y, "height": look.px(tall)})
        y += rows[-1]["height"] + look.px(GAP)
    slack = max(0, look.px(NAME) - heat_px)
    for role in heat:
        rows.append({"role": role, "kind": "heatmap", "top": y + slack // 2, "height": heat_px})
        y += heat_px + slack + look.px(GAP)
    return rows


def _caption(text: str, role: str, top: float, look: Look) -> dict[str, Any]:
    where = {"x": 0, "xanchor": "left", "y": top, "yanchor": "bottom", "yshift": 2}
    return note(text, SMALL, role, look, **where)


def _heatmap(
    values: np.ndarray,
    order: np.ndarray,
    row: dict[str, Any],
    signed: bool,
    middle: float,
    look: Look,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Values `(T, H)` as a heatmap with a line per unit, and a small colour scale. `signed`: from -1 to 1."""
    low, high = themes.SIGNED if signed else themes.SHARE
    ends = {"tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "1"]} if signed else {"tickvals": [0, 1]}
    one = {
        "type": "heatmap",
        "y": [str(unit) for unit in order.tolist()],
        "z": np.ascontiguousarray(values[:, order].T, dtype=np.float32),
        "zmin": low,
        "zmax": high,
        "xgap": 1 if len(values) <= 60 else 0,
        "colorscale": themes.diverging(look.theme) if signed else themes.sequential(look.theme, row["role"]),
        "hovertemplate": _hover(look, "hover_unit", unit="%{y}", value="%{z:.2f}"),
        "colorbar": {
            "x": 1,
            "xpad": 7 * look.scale,
            "y": middle,
            "ypad": 0,
            "lenmode": "pixels",
            "len": row["height"],
            "thickness": 4 * look.scale,
            "outlinewidth": 0,
            "tickmode": "array",
            "ticks": "",
            "tickfont": look.font(TINY, "faint"),
            **ends,
        },
    }
    # Unit numbers are names here, not positions; the first stands on top.
    axis = {"type": "category", "range": [len(order) - 0.5, -0.5], "fixedrange": True, "visible": False}
    return [one], axis


def _hover(look: Look, key: str, **values: str) -> str:
    return look.labels[key].format(token="%{x}", **values) + "<extra></extra>"


def _gradient_caption(gradients: Gradients, look: Look) -> str:
    """What the row shows, and its two marks: one entry per state, in its colour."""
    keys = [key("● h", "gradient", look)]
    if gradients.dc is not None:
        keys.append(key("◆ c", "cell", look))
    return look.labels[f"gradient_{gradients.of}"] + "  " + "  ".join(keys)


def _gradient(gradients: Gradients, look: Look) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Norms of ∂L/∂h_t and ∂L/∂c_t on an absolute log scale; what is off the scale stands hollow at its end."""
    traces = []
    for state, d, role, mark, dash in (
        ("h", gradients.dh, "gradient", "circle", "solid"),
        ("c", gradients.dc, "cell", "diamond", "dot"),
    ):
        if d is None:
            continue
        norms = np.linalg.norm(d, axis=1)
        shown = np.clip(np.nan_to_num(norms, nan=0.0), 10.0**LOW, 10.0**HIGH)
        off = shown != norms
        many = len(norms) > 40
        one = {
            "type": "scatter",
            "mode": "lines+markers",
            "name": f"{look.labels[f'gradient_{gradients.of}']} {state}",
            "y": shown,
            "customdata": norms,
            "line": {"color": look.line(role), "width": 1.6 * look.scale, "dash": dash},
            "marker": {
                "size": (3.5 if many else 5.5) * look.scale,
                "color": look.line(role),
                "symbol": [f"{mark}-open" if o else mark for o in off.tolist()] if off.any() else mark,
                "opacity": 1,
            },
            "cliponaxis": False,
            "hovertemplate": _hover(look, "hover_gradient", state=state, value="%{customdata:.2~e}"),
        }
        traces.append(one)
    powers = range(LOW, HIGH + 1, 2)
    texts = {-6: "≤ 10⁻⁶", -4: "10⁻⁴", -2: "10⁻²", 0: "1", 2: "10²"}
    axis = value_axis(look, type="log", range=[LOW - 0.4, HIGH + 0.4])
    axis |= {"tickvals": [10.0**power for power in powers], "ticktext": [texts[power] for power in powers]}
    return traces, axis


def _surprise(bits: Sequence[float | None], look: Look) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """-log2 of the probability that each token had been given. Off the scale: as high as the row."""
    values = np.array([np.nan if b is None else b for b in bits], dtype=np.float64)
    bars = {
        "type": "bar",
        "name": look.labels["surprise"],
        "y": np.minimum(values, BITS),
        "customdata": values,
        "marker": {"color": look.line("faint"), "line": {"width": 0}},
        "hovertemplate": _hover(look, "hover_surprise", value="%{customdata:.1f}"),
    }
    axis = value_axis(look, range=[0, BITS], tickvals=[0, BITS], ticktext=["0", f"{BITS:.0f}"])
    axis |= {"zeroline": True, "zerolinecolor": look.rule}
    return [bars], axis
