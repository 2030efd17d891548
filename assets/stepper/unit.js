// One unit through time: its state and gates as lines over the words, under the column of its network, and a second
// unit beside it. Which units these are is known here in the browser alone; every record is here already.

/** A unit's column of a record `(T, H)`. */
function columnOf({ shape: [steps, units], values }, unit) {
  return Float32Array.from({ length: steps }, (_, t) => values[t * units + unit]);
}

/** How far the state of a unit reaches to either side of 0: a whole number, at least 1. */
function reachOf({ parts, records }, unit) {
  const reached = [...parts].flatMap((part) => [...columnOf(records[part], unit)].filter(Number.isFinite).map(Math.abs));
  return Math.ceil(Math.max(1, ...reached));
}

/** A figure of any unit (rnnviz.figures.unit.of_any_unit) with the numbers of this one: a line that names a record gets
 *  its column, and the axis of the state goes from -reach to reach. */
function unitFigure({ data, layout }, records, unit, reach) {
  const lines = data.map((line) => ({ ...line, y: columnOf(records[line.y.record], unit) }));
  const ticks = reach < 3 ? [-reach, 0, reach] : [-reach, -1, 0, 1, reach];
  const yaxis = { ...layout.yaxis, range: [-reach, reach], tickvals: ticks, ticktext: ticks.map((tick) => fixed(tick, 0)) };
  return { data: lines, layout: { ...layout, yaxis } };
}

/** The first place in `values` that no other is better than. */
function bestOf(values, better) {
  return values.reduce((best, value, t) => (better(value, values[best]) ? t : best), 0);
}

/** A unit's lines in words: where each is lowest and where highest. */
function unitWords({ data }, { name, unit }, tokens, labels) {
  const word = (t) => (tokens[t].text.length > 24 ? tokens[t].text.slice(0, 23) + "…" : tokens[t].text);
  const lines = data.map(({ name: letter, y }) => {
    const [low, high] = [bestOf(y, (a, b) => a < b), bestOf(y, (a, b) => a > b)];
    const ends = { least: fixed(y[low], 2), low: word(low), most: fixed(y[high], 2), high: word(high) };
    return filledLabel(labels.line, { letter, ...ends });
  });
  return filledLabel(labels.figure, { name, unit, lines: lines.join(labels.comma) });
}

/** "left.12" as {network: 0, unit: 12}, and back; null for what is no such text. */
function unitNamed(text) {
  const [, side, unit] = /^(left|right)\.(\d{1,4})$/.exec(text ?? "") ?? [];
  return side ? { network: side === "left" ? 0 : 1, unit: Number(unit) } : null;
}

function nameOfUnit({ network, unit }) {
  return `${network ? "right" : "left"}.${unit}`;
}

/** A unit, if the networks have one of that number; else null. `orders`: the units of each network, from the top. */
function unitIfThere(one, orders) {
  return one && orders[one.network].includes(one.unit) ? one : null;
}

/** Which unit stands under which column: the chosen one under its own network's, the other under the other. Without a
 *  second one, that is the unit on top of the other network. */
function unitsInColumns(chosen, second, orders) {
  const other = second ?? { network: 1 - chosen.network, unit: orders[1 - chosen.network][0] };
  return chosen.network ? [other, chosen] : [chosen, other];
}

/** `choose(place, {network, unit})`: another unit was picked as the chosen one or as the second; `go(step)`: a tap. */
function unitView(root, choose, go) {
  const choice = newElement(root, "div", "rv-choice");
  const pickers = ["chosen", "second"].map((place) => {
    const label = newElement(choice, "label");
    const list = newElement(choice, "select");
    label.htmlFor = list.id = `rv-unit-${place}`;
    list.onchange = () => choose(place, unitNamed(list.value));
    return { label, list };
  });
  const hint = newElement(choice, "span", "rv-small");
  const panels = [0, 1].map(() => {
    const panel = newElement(root, "div", "rv-time-panel");
    return { panel, title: newElement(panel, "h4"), plot: plotView(newElement(panel, "div"), ({ step }) => go(step)) };
  });
  let payload, labels, shown = ["", ""];
  const orders = () => payload.networks.map(({ unit_rows }) => unit_rows.order);
  const nameOf = ({ network, unit }) => `${payload.networks[network].name} · ${filledLabel(labels.name, { unit })}`;

  return {
    plots: panels.map(({ plot }) => plot),
    /** New data: the lists of all units. */
    fill(newPayload, newLabels) {
      [payload, labels, shown] = [newPayload, newLabels, ["", ""]];
      [labels.chosen, labels.second].forEach((text, k) => (pickers[k].label.textContent = text));
      hint.textContent = labels.hint;
      for (const { list } of pickers) {
        const groups = payload.networks.map(({ name, unit_rows }, network) => {
          const group = document.createElement("optgroup");
          group.label = name;
          for (let unit = 0; unit < unit_rows.order.length; unit++) {
            group.append(new Option(nameOf({ network, unit }), nameOfUnit({ network, unit })));
          }
          return group;
        });
        list.replaceChildren(...groups);
      }
    },
    ifThere: (one) => unitIfThere(one, orders()),
    /** Shows these units, their states on one axis; what stands there already is not drawn again. Resolves when all is there. */
    show(chosen, second) {
      const columns = unitsInColumns(chosen, second, orders());
      pickers[0].list.value = nameOfUnit(chosen);
      pickers[1].list.value = nameOfUnit(columns[1 - chosen.network]);
      const reach = Math.max(...columns.map(({ network, unit }) => reachOf(payload.networks[network].cell, unit)));
      const drawn = columns.map((one, k) => {
        const { panel, title, plot } = panels[k];
        title.textContent = nameOf(one);
        panel.toggleAttribute("data-chosen", k === chosen.network);
        const key = `${nameOfUnit(one)} ${reach}`;
        if (!window.Plotly || shown[k] === key) return null;
        shown[k] = key;
        const { name, time, cell } = payload.networks[one.network];
        const figure = unitFigure(time, cell.records, one.unit, reach);
        const said = unitWords(figure, { name, unit: one.unit }, payload.tokens, labels);
        return plot.draw(figure, payload.tokens, said, labels.table);
      });
      return Promise.all(drawn);
    },
    step: (step, back) => panels.forEach(({ plot }) => plot.show(step, back)),
  };
}
