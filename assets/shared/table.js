// The numbers of a figure as a table, one key away from its drawing. The table is made of what the figure draws, and
// only when somebody asks for it: nothing is sent twice.

const TABLE_KEY = "t";
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#36;": "$", "&nbsp;": " " };

/** Text as Plotly is given it, as a person reads it: without tags, and without what makes equal words distinct. */
function plainText(text) {
  const bare = String(text).replace(/<br>/g, " ").replace(/<[^>]*>/g, "").replace(/\u200b/g, "");
  return bare.replace(/&(?:lt|gt|amp|nbsp|#36);/g, (entity) => ENTITIES[entity]).trim();
}

/** "+12" as an exponent: ¹². */
function raised(exponent) {
  return [...exponent.replace("+", "")].map((letter) => RAISED[letter]).join("");
}

/** Three digits that count: 0.0432, 17.5, 12,600, 3.1·10⁻⁷; nothing for what is no number. */
function tableNumber(value, share = false) {
  if (typeof value === "string") return plainText(value);
  if (value == null || Number.isNaN(value)) return "";
  if (share) return `${tableNumber(100 * value)}%`;
  const [size, sign] = [Math.abs(value), value < 0 ? "−" : ""];
  if (size === Infinity) return `${sign}∞`;
  if (size >= 999.5 && size < 1e7) return sign + Math.round(size).toLocaleString("en");
  if (size === 0 || (size >= 1e-3 && size < 1e3)) return sign + +size.toPrecision(3);
  const [digits, exponent] = size.toExponential(1).split("e");
  return `${sign}${digits}·10${raised(exponent)}`;
}

/** A list of names or numbers, however it was sent. */
function listOf(source) {
  return Array.isArray(source) ? source : source ? [...decodeArray(source).values] : [];
}

/** A grid's rows, however it was sent. */
function rowsOfGrid(source) {
  if (Array.isArray(source)) return source.map(listOf);
  const { shape: [rows, columns], values } = decodeArray(source);
  return Array.from({ length: rows }, (_, k) => values.slice(k * columns, (k + 1) * columns));
}

/** Which number of a point the hover text ends with, and whether as a share: `["z", false]`. None: it names no number. */
function toldOf({ hovertemplate = "" }, places) {
  const fields = [...hovertemplate.matchAll(/%\{(\w+)(:[^}]*)?\}/g)].filter(([, field]) => !places.includes(field));
  const [, field, format = ""] = fields.at(-1) ?? [];
  return [field, format.endsWith("%")];
}

/** What a place on an axis is called: a word, the text of the tick that stands there, or its number. */
function placeName(place, axis = {}) {
  if (typeof place === "string") return plainText(place);
  const ticks = axis.type === "category" ? [] : listOf(axis.tickvals);
  const at = ticks.findIndex((tick) => Math.abs(tick - place) < (axis.type === "log" ? 1e-9 : 0.45));
  return plainText(axis.ticktext?.[at] || tableNumber(place));
}

/** Names of a heatmap's rows; edges stand around them, if there is one more. */
function rowNames({ y, meta }, count, axis) {
  if (meta?.rows) return meta.rows.map(plainText);
  const at = listOf(y);
  const places = at.length > count ? at.slice(1).map((edge, k) => (edge + at[k]) / 2) : at;
  return Array.from({ length: count }, (_, k) => placeName(places[k] ?? k + 1, axis));
}

/** Points that lie in a plane or in space: no coordinate is the others' place. */
function isCloud({ type, mode, hovertemplate = "" }) {
  return type === "scatter3d" || (mode === "markers" && /%\{x/.test(hovertemplate) && /%\{y/.test(hovertemplate));
}

/** The columns of a named trace: `{group, name, cells: Map(place, text)}`; a heatmap has one for each of its rows. */
function columnsOf(trace, layout) {
  const along = trace.orientation === "h" ? "y" : "x";
  const across = along === "x" ? "y" : "x";
  const axisOf = (name) => layout[(trace[`${name}axis`] ?? name).replace(/^[xy]/, "$&axis")];
  const places = trace[along] ? listOf(trace[along]) : null;
  const placeAt = (k) => (places ? places[k] : (trace[`${along}0`] ?? 0) + k * (trace[`d${along}`] ?? 1));
  const group = plainText(trace.name);
  if (trace.z) {
    const [field, share] = toldOf(trace, ["x", "y"]);
    const power = layout.meta?.explain?.log10;
    const rows = rowsOfGrid(trace[field] ?? trace.z);
    const names = rowNames(trace, rows.length, axisOf("y"));
    const shown = (value) => {
      if (!field) return value == null || Number.isNaN(value) ? "" : "✓"; // what is told is that it is there
      return tableNumber(power && typeof value === "number" ? 10 ** value : value, share);
    };
    return rows.map((row, k) => ({
      group,
      name: names[k],
      cells: new Map(Array.from(row, (value, column) => [placeAt(column), shown(value)])),
    }));
  }
  const [told, share] = toldOf(trace, [along]);
  const values = listOf(trace.customdata ?? trace[told] ?? trace[across]);
  return [{ group, name: "", cells: new Map(values.map((value, k) => [placeAt(k), tableNumber(value, share)])) }];
}

/** All that stands over one axis as a table: `{corner, columns: [{group, name}], rows: [[place, ...cells]]}`. */
function tableOver(traces, layout) {
  const columns = traces.flatMap((trace) => columnsOf(trace, layout));
  const flat = traces[0].orientation !== "h";
  const axis = (flat ? layout[(traces.at(-1).xaxis ?? "x").replace("x", "xaxis")] : layout.yaxis) ?? {};
  const places = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))];
  if (places.every((place) => typeof place === "number")) places.sort((a, b) => a - b);
  const rows = places.map((place) => [placeName(place, axis), ...columns.map(({ cells }) => cells.get(place) ?? "")]);
  const corner = plainText(axis.title?.text ?? "");
  return { corner, columns: columns.map(({ group, name }) => ({ group, name })), rows };
}

/** Points as a table, one in a row: what each says, or its coordinates. */
function tableOfCloud(trace, layout) {
  const { x, y, z, text, name } = trace;
  const axes = layout.scene ?? layout;
  const told = text ? [listOf(text)] : [x, y, ...(z ? [z] : [])].map(listOf);
  const called = text ? [""] : ["xaxis", "yaxis", "zaxis"].slice(0, told.length).map((axis) => axes[axis]?.title?.text ?? "");
  const columns = told.map((_, k) => ({ group: plainText(name), name: plainText(called[k]) }));
  const at = listOf(x);
  const known = [...at.keys()].filter((k) => Number.isFinite(at[k])); // a path may have gaps
  const rows = known.map((k) => [`${k + 1}`, ...told.map((values) => tableNumber(values[k]))]);
  return { corner: "", columns, rows };
}

/** A figure's numbers. What has a name in it has a column; the rest (rules, marks, a chance level) is decoration. */
function tablesOf({ data, layout }) {
  const named = data.filter(({ name }) => name);
  const over = named.filter((trace) => !isCloud(trace));
  return [...(over.length ? [tableOver(over, layout)] : []), ...named.filter(isCloud).map((one) => tableOfCloud(one, layout))];
}

/** A table as elements. Columns of one group stand under its name. */
function tableElement({ corner, columns, rows }) {
  const table = newElement(null, "table");
  const head = newElement(table, "thead");
  const cell = (row, text, span) => {
    const one = newElement(row, "th", "", text);
    one.scope = span ? "colgroup" : "col";
    if (span) one.colSpan = span;
  };
  const deep = columns.some(({ name }) => name);
  const first = newElement(head, "tr");
  newElement(first, "td", "", deep ? "" : corner);
  for (let k = 0; k < columns.length; ) {
    const { group } = columns[k];
    const span = deep ? columns.slice(k).findIndex((one) => one.group !== group) : 1;
    const wide = span < 0 ? columns.length - k : span;
    cell(first, group, deep ? wide : 0);
    k += wide;
  }
  if (deep) {
    const second = newElement(head, "tr");
    newElement(second, "td", "", corner);
    columns.forEach(({ name }) => cell(second, name));
  }
  const body = newElement(table, "tbody");
  for (const [place, ...cells] of rows) {
    const row = newElement(body, "tr");
    newElement(row, "th", "", place).scope = "row";
    cells.forEach((text) => newElement(row, "td", "", text));
  }
  return table;
}

/** Opens a figure's table over the page; Escape, the button or a click beside it closes it. Nothing else moves. */
function openTable(root, figure, said, labels) {
  const dialog = newElement(root, "dialog", "rv-tables");
  dialog.setAttribute("aria-label", said);
  const head = newElement(dialog, "header");
  newElement(head, "p", "", said);
  const close = newElement(head, "button", "rv-tables-button", labels.close);
  close.type = "button";
  close.onclick = () => dialog.close();
  const inside = newElement(dialog, "div", "rv-tables-scroll");
  inside.tabIndex = 0; // the arrow keys scroll
  inside.autofocus = true;
  inside.append(...tablesOf(figure).map(tableElement));
  dialog.onkeydown = (event) => event.stopPropagation(); // they are not the page's
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onclose = () => dialog.remove();
  dialog.showModal();
}

/** Makes a drawing an image that says what it shows, and whose table is a key or a click away. `place`: of the button.
 *  What `show` is given is what is there now. */
function withTable(drawing, place) {
  const button = newElement(place, "button", "rv-tables-button");
  button.type = "button";
  button.tabIndex = -1; // the drawing is the stop; the button says which key
  let now = null;
  const open = () => now && openTable(button.closest(".rv-board, .rv-stepper"), ...now);
  button.onclick = open;
  button.onpointerdown = (event) => event.stopPropagation(); // no tap on the figure below
  drawing.tabIndex = 0;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-keyshortcuts", TABLE_KEY);
  drawing.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== TABLE_KEY || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  return {
    show(figure, said, labels) {
      now = [figure, said, labels];
      drawing.setAttribute("aria-label", said);
      button.textContent = labels.open;
      button.title = labels.help;
    },
  };
}
