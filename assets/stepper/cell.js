// Draws one unit at one step: the textbook diagram of its cell with live numbers, and its equations
// (kinds.js, equations.js). Everything is built once per kind of cell; a step changes numbers and attributes only.

const VALVE_RADIUS = 15;

function cellElement(parent, name, attributes = {}, text) {
  const inSvg = name === "svg" || parent.namespaceURI === "http://www.w3.org/2000/svg";
  const node = inSvg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return parent.appendChild(node);
}

function cellText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** "W_if" -> an italic W with the subscript "if", in the colour of its letter. */
function cellSymbol(parent, symbol, roles) {
  const [base, subscript] = symbol.split("_");
  const svg = parent.namespaceURI === "http://www.w3.org/2000/svg";
  const role = roles[base] || "ink";
  const isLetter = /^[A-Za-z]$/.test(base);
  const tag = svg ? "tspan" : isLetter ? "i" : "span";
  cellElement(parent, tag, { class: `rv-${role}${isLetter ? " rv-letter" : ""}` }, base);
  if (!subscript) return;
  cellElement(parent, svg ? "tspan" : "sub", { class: "rv-sub", ...(svg && { dy: 3.5 }) }, subscript);
}

/** The jaws of a valve: two circle segments that leave a slit as wide as the gate is open. */
function valveJaws({ x, y, upright }, open) {
  const r = VALVE_RADIUS;
  const gap = r * Math.min(1, Math.max(0, open));
  const half = Math.sqrt(r * r - gap * gap);
  const point = (along, across) => (upright ? `${x + across} ${y + along}` : `${x + along} ${y + across}`);
  const jaw = (side) =>
    `M${point(-half, side * gap)}A${r} ${r} 0 0 ${(side < 0) === !upright ? 1 : 0} ${point(half, side * gap)}Z`;
  return half < 0.5 ? "" : jaw(-1) + jaw(1);
}

/** Builds an <svg> for a network's kind of cell; returns {svg, update(readings, word)}. */
function cellDiagram(parent, { kind, cell: { roles, squash } }, labels) {
  const { height, parts } = CELL_DIAGRAMS[kind];
  const svg = cellElement(parent, "svg", { viewBox: `0 0 400 ${height}`, role: "img", class: "rv-cell-diagram" });
  const updates = [];
  const anchor = ({ end, middle }) => (end ? "end" : middle ? "middle" : "start");
  const draw = {
    wire(part) {
      const wire = cellElement(svg, "path", { d: part.d, class: `rv-wire rv-${part.role}`, "stroke-width": 1 });
      if (!part.value) return;
      updates.push((now) =>
        wire.setAttribute("stroke-width", (0.75 + 2.5 * Math.min(1.5, Math.abs(now[part.value][0]))).toFixed(2)),
      );
    },
    head({ x, y, role }) {
      const d = `M${x - 11} ${y - 5.5}L${x} ${y}L${x - 11} ${y + 5.5}Z`;
      cellElement(svg, "path", { d, class: `rv-tip rv-${role}` });
    },
    valve(part) {
      const group = cellElement(svg, "g", { class: `rv-valve rv-${part.role}` });
      const jaws = cellElement(group, "path", {});
      cellElement(group, "circle", { cx: part.x, cy: part.y, r: VALVE_RADIUS });
      const times = `M${part.x - 5} ${part.y - 5}l10 10m0 -10l-10 10`;
      for (const layer of ["rv-halo", "rv-times"]) cellElement(group, "path", { d: times, class: layer });
      updates.push((now) => jaws.setAttribute("d", valveJaws(part, now[part.value][0])));
    },
    node({ x, y, role, squash: of, text = squash[of] }) {
      const group = cellElement(svg, "g", { class: `rv-node rv-${role}` });
      const half = text.length > 2 ? 19 : 12;
      cellElement(group, "rect", { x: x - half, y: y - 12, width: 2 * half, height: 24, rx: 12 });
      const label = cellElement(group, "text", { x, y: y + 4.5, "text-anchor": "middle" });
      cellSymbol(label, text, roles);
    },
    letter(part) {
      const text = cellElement(svg, "text", { x: part.x, y: part.y, "text-anchor": anchor(part) });
      cellSymbol(text, part.text, roles);
      const number = cellElement(text, "tspan", { class: "rv-number", dx: 5, dy: -3.5 });
      updates.push((now) => cellText(number, now[part.value][1]));
    },
    number(part) {
      const place = { x: part.x, y: part.y, "text-anchor": anchor(part) };
      const number = cellElement(svg, "text", { ...place, class: "rv-number" });
      updates.push((now) => cellText(number, now[part.value][1]));
    },
    name(part) {
      const place = { x: part.x, y: part.y, "text-anchor": anchor(part) };
      cellElement(svg, "text", { ...place, class: `rv-name rv-${part.role}` }, labels[part.label ?? part.role]);
    },
    word(part) {
      const text = cellElement(svg, "text", { x: part.x, y: part.y, "text-anchor": anchor(part) });
      cellSymbol(text, "x_t", roles);
      const word = cellElement(text, "tspan", { class: "rv-word", dx: 5, dy: -3.5 });
      updates.push((now, read) => cellText(word, read));
    },
  };
  for (const [what, part] of parts) draw[what]({ ...part, role: roles[part.role] ?? part.role });
  return { svg, update: (now, read) => updates.forEach((update) => update(now, read)) };
}

// How many characters a number may have before it is set smaller, and the room it is given (in "ch").
const SLOT_CHARACTERS = { "^": 7, "+": 6, "*": 9, "#": 6 };
const SLOT_WIDTHS = { "^": 6.9, "+": 7.9, "*": 8.4, "#": 5.8 };
const OPERATOR_WIDTHS = { "=": 2.3, "+": 2.2, "−": 2.2, "·": 1.6 };
const FUNCTION_WIDTH = 4.4;

/** A number of the equations; returns the function that fills it. */
function equationSlot(parent, kind) {
  const operator = kind === "+" ? cellElement(parent, "span", { class: "rv-mark" }, "+") : null;
  const slot = cellElement(parent, "span", {});
  return (text) => {
    const negative = text.startsWith("−");
    if (operator) cellText(operator, negative ? "−" : "+");
    let shown = text;
    if (operator && negative) shown = text.slice(1);
    if (kind === "*" && negative) shown = `(${text})`;
    if (slot.textContent === shown) return;
    slot.textContent = shown;
    const room = SLOT_CHARACTERS[kind] / shown.length; // a longer number gets smaller: nothing may move
    slot.style.fontSize = room < 1 ? `${room.toFixed(2)}em` : "";
  };
}

/** One line of a template (see equationsOf); calls put(parent, kind, name) for every slot. */
function equationLine(parent, template, className, put) {
  const line = cellElement(parent, "div", { class: `rv-line ${className}` });
  for (const part of template.split("|")) {
    const group = cellElement(line, "span", { class: `rv-group${part.startsWith("=") ? " rv-follow" : ""}` });
    for (const side of part.split(/ (?==)/)) {
      const segment = cellElement(group, "span", { class: "rv-segment" });
      let width = 0; // each side of "=" has a fixed one, so that stepping moves nothing outside it
      for (const token of side.split(" ")) {
        const [kind, name] = [token[0], token.slice(1)];
        if (kind === "@") {
          cellElement(segment, "span", { class: "rv-function" }, name);
          width += FUNCTION_WIDTH;
        } else if (name && SLOT_WIDTHS[kind]) {
          put(segment, kind, name);
          width += SLOT_WIDTHS[kind];
        } else {
          cellElement(segment, "span", OPERATOR_WIDTHS[token] ? { class: "rv-mark" } : {}, token);
          width += OPERATOR_WIDTHS[token] || (token.length > 1 ? FUNCTION_WIDTH : 0.7);
        }
      }
      segment.style.width = `${width.toFixed(1)}ch`;
    }
  }
}

/** Builds the equations of a kind of cell; returns update(equations). */
function cellEquations(parent, equations, roles, labels) {
  const list = cellElement(parent, "div", { class: "rv-equations" });
  const fills = equations.map(({ letter, lines }) => {
    const block = cellElement(list, "div", { class: "rv-equation", "data-letter": letter });
    const left = cellElement(block, "div", { class: "rv-left" });
    const right = cellElement(block, "div", { class: "rv-right" });
    cellSymbol(left, `${letter}_t`, roles);
    if (lines.captions) {
      block.classList.add("rv-captioned");
      equationLine(right, lines.captions, "rv-captions", (group, kind, name) => {
        equationSlot(group, kind)(labels[name]);
      });
    }
    equationLine(right, lines.symbols, "rv-symbols", (group, kind, name) => {
      if (kind === "+") cellElement(group, "span", { class: "rv-mark" }, "+");
      const slot = cellElement(group, "span", {});
      for (const symbol of name.split("~")) cellSymbol(slot, symbol, roles);
    });
    const slots = [];
    equationLine(right, lines.numbers, "rv-numbers", (group, kind, name) => {
      slots.push([name, equationSlot(group, kind)]);
    });
    return (shown) => slots.forEach(([name, fill]) => fill(shown[name]));
  });
  return (now) => now.forEach(({ shown }, k) => fills[k](shown));
}

/**
 * The view of a chosen unit. `labels` are the strings of the locale section "cell", flat or under "cell".
 * show(network, unit, step, tokens) redraws it: `unit` and `step` count from 0, as in the arrays.
 */
function cellView(root, labels) {
  const words = labels.cell || labels;
  const views = new Map(); // one per kind and its functions, kept when the reader switches networks

  const build = (network, equations) => {
    const figure = document.createElement("figure");
    figure.className = "rv-unit";
    const title = cellElement(figure, "figcaption", { class: "rv-unit-title" });
    const diagram = cellDiagram(figure, network, words);
    return { figure, title, diagram, update: cellEquations(figure, equations, network.cell.roles, words) };
  };

  return {
    show(network, unit, step, tokens) {
      const equations = equationsOf(network, unit, step);
      const now = readings(network, unit, step, equations);
      const key = [network.kind, ...Object.values(network.cell.squash)].join(" ");
      if (!views.has(key)) views.set(key, build(network, equations));
      const view = views.get(key);
      if (view.figure.parentNode !== root) root.replaceChildren(view.figure);
      const { text } = tokens[step];
      const word = text.length > 24 ? text.slice(0, 23) + "…" : text;
      const facts = { name: network.name, unit, word };
      for (const [name, [value, text]] of Object.entries(now)) {
        facts[name] = text;
        facts[`${name}_percent`] = Math.round(100 * value);
      }
      const say = (key) => words[key].replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);
      cellText(view.title, say(`title_${network.kind}`));
      view.diagram.svg.setAttribute("aria-label", say(`describe_${network.kind}`));
      view.diagram.update(now, word);
      view.update(equations);
    },
  };
}
