// What the stepper and the board have in common. It stands before their own scripts, in the same module.
// Whatever a visitor typed is set with textContent, never as HTML.

/** Plotly.js: one that is on the page already, or the server's. */
function plotlyLoaded(url) {
  if (window.Plotly?.react) return Promise.resolve();
  window.rvPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI).href;
    script.onload = resolve;
    script.onerror = () => {
      window.rvPlotly = undefined; // the next try may succeed
      script.remove();
      reject(new Error(`no Plotly at ${script.src}`));
    };
    document.head.append(script);
  });
  return window.rvPlotly;
}

function newElement(parent, name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

/** "after {word}" with {word: "x"} -> "after x". */
function filledLabel(template, values) {
  return template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** `[[text, style], ...]` as the content of a node; style is "", "strong" or the ending of a class rv-say-. */
function putRuns(node, runs) {
  node.replaceChildren(
    ...runs.map(([text, style]) => {
      const run = document.createElement(style === "strong" ? "strong" : "span");
      if (style && style !== "strong") run.className = `rv-say rv-say-${style}`;
      run.textContent = text;
      return run;
    }),
  );
}

/** {dtype: "f4"|"f8", bdata: base64, shape: "T,H"} or a plain (nested) array -> {shape: [..], values}. */
function decodeArray(source) {
  if (source.values && Array.isArray(source.shape)) return source; // decoded already
  if (Array.isArray(source) || ArrayBuffer.isView(source)) {
    const shape = [source.length];
    if (Array.isArray(source[0])) shape.push(source[0].length);
    const flat = Array.isArray(source) ? source.flat() : source;
    return { shape, values: Float64Array.from(flat, (value) => value ?? NaN) };
  }
  const bytes = Uint8Array.from(atob(source.bdata), (character) => character.charCodeAt(0));
  const values = source.dtype === "f8" ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
  const shape = source.shape ? String(source.shape).split(",").map(Number) : [values.length];
  return { shape, values };
}

/** "light" or "dark": how the page around `root` looks. */
function lookOfPage(root) {
  const probe = root.querySelector(":scope > .rv-probe") ?? newElement(root, "span", "rv-probe");
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128 ? "dark" : "light";
}
