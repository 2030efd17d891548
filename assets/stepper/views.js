// The stepper's parts: chips, notice, next-word bars, figures with their cursor. Each part is built
// once per payload and afterwards only moved. Whatever a visitor typed is set with textContent, never as HTML.

const MOVED_PX = 8; // a finger that travels farther is scrolling, not choosing

/** 0.934 -> "93%"; no network is ever quite sure, so "100%" begins at 99.5 and there is no "0%". */
function percentOf(p) {
  const whole = Math.round(100 * p);
  if (whole === 100 && p < 0.995) return ">99%";
  return whole === 0 ? "<1%" : `${whole}%`;
}

/** The sentence as chips, one tab stop among them. `choose(step)` is called on a click. */
function chipsView(root, tokens, labels, choose) {
  root.replaceChildren();
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", labels.sentence);
  const chips = tokens.map(({ text, known }, step) => {
    const chip = newElement(root, "button", "rv-chip rv-ahead");
    chip.type = "button";
    chip.tabIndex = -1;
    newElement(chip, "bdi", "", text);
    if (!known) {
      chip.classList.add("rv-unknown");
      chip.title = filledLabel(labels.unknown, { word: text });
      newElement(chip, "span", "rv-only-heard", " " + labels.unknown_short);
    }
    chip.onclick = () => choose(step);
    chip.onkeyup = (event) => event.key === " " && event.preventDefault(); // space plays, see stepper.js
    return chip;
  });
  let current = -1;
  let read = 0; // chips before this one are not ahead
  return {
    /** `upTo`: the last word that counts as read; in the gradient's way back all are. */
    show(step, upTo = step) {
      const focused = chips[current] === document.activeElement;
      if (chips[current]) {
        chips[current].tabIndex = -1;
        chips[current].classList.remove("rv-current");
        chips[current].removeAttribute("aria-current");
      }
      for (; read <= upTo; read++) chips[read].classList.remove("rv-ahead");
      for (; read > upTo + 1; read--) chips[read - 1].classList.add("rv-ahead");
      current = step;
      chips[step].tabIndex = 0;
      chips[step].classList.add("rv-current");
      chips[step].setAttribute("aria-current", "step");
      if (focused) chips[step].focus({ preventScroll: true });
    },
  };
}

const ROOMS = 8;

/** The sentences that say what to notice. The longest ones lie invisibly beneath, so that nothing jumps. */
function noticeView(root, notices) {
  const length = (runs) => runs.reduce((sum, [text]) => sum + text.length, 0);
  root.replaceChildren();
  // Which of them is the tallest hangs on the width of their letters, and of the page.
  for (const runs of [...notices].sort((a, b) => length(b) - length(a)).slice(0, ROOMS)) {
    const room = newElement(root, "p", "rv-room");
    room.setAttribute("aria-hidden", "true");
    putRuns(room, runs);
  }
  const shown = newElement(root, "p");
  return { show: (step) => putRuns(shown, notices[step] || []) };
}

/** A part that opens on a press. `opened()` is called when it has; `shut` says that the reader has closed it. */
function foldView(root, opened) {
  const summary = newElement(root, "summary");
  const body = newElement(root, "div");
  const view = {
    root,
    body,
    shut: false,
    name: (text) => (summary.textContent = text),
    /** Paragraphs of runs; without any, there is nothing to open. */
    fill(title, paragraphs) {
      summary.textContent = title;
      root.hidden = !paragraphs.length;
      body.replaceChildren();
      paragraphs.forEach((runs) => putRuns(newElement(body, "p"), runs));
    },
  };
  root.ontoggle = () => {
    view.shut = !root.open;
    if (root.open) opened?.();
  };
  return view;
}

/** What the reader would buy: one button for each thing, and afterwards the guess. `choose(thing)` on a press. */
function guessView(root, things, labels, choose) {
  root.replaceChildren();
  const asked = newElement(root, "div");
  newElement(asked, "p", "", labels.guess_ask);
  const row = newElement(asked, "div", "rv-things");
  things.forEach((thing) => {
    const button = newElement(row, "button", "rv-thing", thing);
    button.type = "button";
    button.onclick = () => choose(thing);
  });
  const kept = newElement(root, "p", "rv-guessed");
  return {
    show(on, { thing, shown }) {
      asked.hidden = !on || shown;
      kept.hidden = !on || !thing;
      kept.textContent = thing ? filledLabel(labels.guess_yours, { thing }) : "";
    },
  };
}

const FULL = 3; // a word's numbers have the root mean square 1 over the table; the colour is full from here on

/** A word as the networks get it: its numbers, in one scale of colours for all words, and the words nearest to it. */
function wordView(root, { shape: [, size], values }, { tokens, nearest }, labels) {
  root.replaceChildren();
  const grid = newElement(root, "div", "rv-vector");
  grid.setAttribute("role", "group");
  const cells = Array.from({ length: size }, () => newElement(grid, "span"));
  newElement(root, "p", "rv-small", filledLabel(labels.word_scale, { full: FULL }));
  const shared = newElement(root, "p");
  const near = newElement(root, "p");
  return {
    show(step) {
      const { text, known, as } = tokens[step];
      grid.setAttribute("aria-label", filledLabel(labels.word_title, { word: text }));
      cells.forEach((cell, k) => {
        const value = values[step * size + k];
        const share = Math.round(60 * Math.min(1, Math.abs(value) / FULL));
        cell.textContent = value.toFixed(1).replace("-", "−").replace("−0.0", "0.0");
        cell.style.background = `color-mix(in srgb, var(--rv-${value < 0 ? "hidden" : "forget"}) ${share}%, transparent)`;
      });
      shared.hidden = !as;
      shared.textContent = as ? filledLabel(labels.word_as, { word: text, as }) : "";
      const words = (nearest[text] ?? []).map(([word, cosine]) => `${word} ${cosine.toFixed(2)}`).join(labels.comma);
      near.textContent = filledLabel(known ? labels.word_near : labels.word_none, { word: text, words });
    },
  };
}

/** A network's name, what it is, its next words and its surprise. */
function headView(root, network, tokens, labels) {
  root.replaceChildren();
  const title = newElement(root, "div", "rv-title");
  newElement(title, "h3", "", network.name);
  newElement(title, "p", "rv-subtitle", network.subtitle);
  const surprise = newElement(title, "p", "rv-surprise");
  const table = newElement(root, "div", "rv-next");
  newElement(table, "p", "rv-small", labels.next);
  const rows = Array.from({ length: 5 }, () => {
    const row = newElement(table, "div", "rv-next-row");
    const word = newElement(row, "bdi", "rv-next-word");
    const bar = newElement(newElement(row, "span", "rv-track"), "span", "rv-bar");
    return { row, word, bar, share: newElement(row, "span", "rv-share") };
  });
  return {
    show(step) {
      rows.forEach(({ row, word, bar, share }, k) => {
        const [text, p] = network.next?.[step]?.[k] || ["", 0];
        row.style.visibility = text ? "visible" : "hidden";
        word.textContent = text;
        bar.style.transform = `scaleX(${Math.max(p, 0.002)})`;
        share.textContent = percentOf(p);
      });
      const bits = network.surprise?.[step];
      const template = bits == null ? labels.no_surprise : labels.surprise;
      const bitsText = bits == null ? "" : bits.toFixed?.(1) ?? bits; // text where there is no such number
      surprise.textContent = filledLabel(template, { word: tokens[step].text, bits: bitsText });
    },
  };
}

/** Names of columns that are nearer to the current word's than this, in its font's sizes, would touch it. */
const NEAR = 1.45;

/**
 * A Plotly figure with a cursor, a veil over what has not been read, the words under it (the current one bold, and none
 * that would touch it), and marks at the chosen unit's rows.
 *
 * They are elements of their own above the plot: moving them repaints no figure. Where they go is known from
 * the figure's margins and `layout.meta` (rnnviz.figures), so nothing of Plotly's inside is used.
 * `choose({step, unit})` is called on a tap; either may be missing.
 */
function plotView(root, choose) {
  root.classList.add("rv-plot");
  const holder = newElement(root, "div", "rv-figure");
  const table = withTable(holder, root);
  const over = newElement(root, "div", "rv-over");
  const clip = newElement(over, "div", "rv-clip");
  const veil = newElement(clip, "div", "rv-veil");
  const box = newElement(over, "div", "rv-box");
  const names = newElement(over, "div");
  const foot = newElement(over, "bdi", "rv-foot");
  const marks = newElement(over, "div", "rv-marks");
  over.setAttribute("aria-hidden", "true");
  let meta, tokens, top, named = [], size = 0, width = 0, step = 0, back = false, pressed = null, busy = Promise.resolve();

  const put = (name, at, shown) => {
    name.textContent = tokens[at].short;
    name.style.transform = `translateX(${((at + 0.5) * width) / meta.steps - width}px) rotate(${meta.angle}deg)`;
    name.style.visibility = shown ? "visible" : "hidden";
  };

  const place = () => {
    if (!meta || step >= meta.steps) return; // a shorter figure may still stand while a longer one is on its way
    const left = Math.round((step * width) / meta.steps);
    const right = Math.round(((step + 1) * width) / meta.steps);
    veilOver(left, right);
    box.style.transform = `translateX(${left - 1}px)`;
    box.style.width = `${right - left + 1}px`;
    put(foot, step, true);
    named.forEach((at, k) => put(names.children[k], at, (Math.abs(at - step) * width) / meta.steps >= NEAR * size));
  };
  /** What is ahead is veiled; in the gradient's way back what it has not reached, in its own row. */
  const veilOver = (left, right) => {
    const row = back && meta.rows.find(({ role }) => role === "gradient");
    veil.hidden = back && !row;
    veil.style.transform = back ? `translateX(calc(${left}px - 100%))` : `translateX(${right}px)`;
    veil.style.inset = row ? `${row.top - top}px 0 auto` : "";
    veil.style.height = row ? `${row.height + 10}px` : "";
  };
  const measure = () => {
    width = over.clientWidth;
    place();
    if (holder.data && holder.clientWidth && holder.clientWidth !== holder._rvWidth) {
      holder._rvWidth = holder.clientWidth;
      window.Plotly.Plots.resize(holder);
    }
  };
  const observer = new ResizeObserver(() => requestAnimationFrame(measure));
  observer.observe(root);

  // Nothing in these figures can be dragged; Plotly's own handling of a press would swallow its end.
  for (const name of ["mousedown", "touchstart"]) {
    holder.addEventListener(name, (event) => event.stopPropagation(), { capture: true, passive: true });
  }
  root.onpointerdown = (event) => (pressed = event.isPrimary && event.button === 0 ? event : null);
  root.onpointerup = (event) => {
    const tapped = pressed && Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) < MOVED_PX;
    pressed = null;
    if (!tapped || !meta) return;
    const area = over.getBoundingClientRect();
    const [x, y] = [event.clientX - area.left, event.clientY - area.top + top];
    const chosen = {};
    const row = meta.rows.find((one) => y >= one.top && y < one.top + one.height);
    if (x >= 0 && x < area.width) chosen.step = Math.floor((x / area.width) * meta.steps);
    if (row?.kind === "heatmap" && x < area.width) chosen.unit = meta.order[Math.floor((y - row.top) / meta.unit_px)];
    choose(chosen);
  };

  return {
    /** Draws or redraws the figure, keeping its nodes. Resolves when it is there. */
    draw(figure, words, said, labels) {
      const layout = { ...figure.layout, xaxis: { ...figure.layout.xaxis, showticklabels: false } };
      meta = layout.meta;
      tokens = words.map(({ text }) => ({ short: text.length > 12 ? text.slice(0, 11) + "…" : text }));
      const last = meta.rows.at(-1);
      top = meta.rows[0].top;
      root.style.height = `${layout.height}px`;
      table.show(figure, said, labels);
      Object.assign(over.style, {
        left: `${layout.margin.l}px`,
        right: `${layout.margin.r}px`,
        top: `${top}px`,
        height: `${last.top + last.height - top}px`,
      });
      size = layout.xaxis.tickfont.size;
      named = layout.xaxis.tickvals;
      names.replaceChildren(...named.map(() => newElement(null, "bdi", "rv-name")));
      over.style.fontSize = `${size}px`;
      measure();
      const config = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false };
      busy = busy.then(() => {
        if (!root.isConnected) return null;
        holder._rvWidth = holder.clientWidth;
        return window.Plotly.react(holder, figure.data, layout, config);
      });
      return busy;
    },
    show(newStep, newBack = false) {
      [step, back] = [newStep, newBack];
      place();
    },
    /** Marks a unit at the left and right of every heatmap; null takes the marks away. */
    mark(unit) {
      if (!meta) return;
      const rank = unit === null ? -1 : meta.order.indexOf(unit);
      const rows = rank < 0 ? [] : meta.rows.filter(({ kind }) => kind === "heatmap");
      marks.replaceChildren(
        ...rows.map((row) => {
          const mark = newElement(null, "div", "rv-mark-unit");
          mark.style.top = `${row.top - top + (rank + 0.5) * meta.unit_px}px`;
          return mark;
        }),
      );
    },
    end() {
      observer.disconnect();
      window.Plotly?.purge(holder);
      root.replaceChildren();
    },
  };
}

/** What a heatmap shows of a record `(T, H)`: a row of numbers for each unit, in this order. */
function rowsOf({ shape: [steps, units], values }, order) {
  return order.map((unit) => Float32Array.from({ length: steps }, (_, t) => values[t * units + unit]));
}

/** A figure whose heatmaps only name their record, with the numbers in it. */
function withValues(figure, records) {
  const { order } = figure.layout.meta;
  const data = figure.data.map((one) => (one.z?.record ? { ...one, z: rowsOf(records[one.z.record], order) } : one));
  return { ...figure, data };
}

/**
 * The network as the views want it. Its records travel once: heatmaps that refer to one (`z: {record: "f"}`) get its
 * numbers. Weights that are only named are found in `files`: their address, or the weights.
 */
function withRecords(network, vectors, files) {
  const { figure, cell } = network;
  const records = decodedAll(cell.records);
  const weights = files?.[cell.weights] ?? cell.weights;
  return { ...network, figure: withValues(figure, records), cell: { ...cell, records, vectors, weights } };
}
