// The board: sections of text and figures. New data change what stands in them and leave the nodes where they are.
// Streamlit calls the exported function again on every rerun, so all that lasts hangs on the root element.
// What is in view is drawn at once, what is near in the frames after that, the rest when the reader comes near.

/** Gives `parent` these children, moving none that stands in its place already. */
function keepChildren(parent, nodes) {
  for (const old of [...parent.children]) if (!nodes.includes(old)) old.remove();
  nodes.forEach((node, k) => parent.children[k] === node || parent.insertBefore(node, parent.children[k] ?? null));
}

/** What scrolls the page: Streamlit's main part, not the window. */
function scrollerOf(node) {
  for (let up = node.parentElement; up; up = up.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(up).overflowY)) return up;
  }
  return null;
}

const KEPT = "rnnviz-kept";
const BOARD_REST_MS = 500;

class Section {
  constructor() {
    this.root = newElement(null, "section", "rv-section");
    this.title = newElement(this.root, "h3");
    this.text = newElement(this.root, "p", "rv-text");
    this.walkRoot = newElement(this.root, "div");
    this.row = newElement(this.root, "div", "rv-row");
    this.foot = newElement(this.root, "p", "rv-text");
  }

  show({ id, title, text, figures, foot }) {
    this.root.dataset.id = id;
    this.root.setAttribute("aria-label", title);
    this.title.textContent = title;
    putRuns(this.text, text ?? []);
    putRuns(this.foot, foot ?? []);
    this.row.dataset.count = figures.length;
  }

  /** The gradient's way back over the figures, if there is one and the link does not hide it. */
  lead(way, hidden, cards, moved, rested) {
    this.cards = cards;
    this.walkRoot.hidden = !way || hidden;
    if (!way) return;
    this.walk ??= new BackWalk(this.walkRoot, moved, rested);
    this.walk.fill(way);
    this.root.onkeydown = hidden ? null : (event) => this.walk.key(event);
    for (const [id, network] of Object.entries(way.networks)) cards.get(id)?.lead(network, way);
  }

  /** Shows how far the gradient has come; null: all of its way. */
  stand(wanted) {
    if (!this.walk) return;
    const t = this.walk.stand(wanted);
    this.cards.forEach((card) => card.stand(t));
    const { labels, steps } = this.walk;
    const told = [...this.cards.values()].map(({ name, back }) => `${name.textContent}: ${back?.lines.said}`);
    this.walk.say(t === null ? "" : [filledLabel(labels.stands, { step: t + 1, steps }), ...told].join(" "));
  }
}

class Board {
  constructor(root) {
    this.root = root;
    this.said = newElement(root, "p", "rv-only-heard");
    this.said.setAttribute("aria-live", "polite");
    this.list = newElement(root, "div");
    this.sections = new Map();
    this.cards = new Map();
    this.places = {}; // what the reader has set on the figures, by the name that it has in the link
    const soon = () => this.continue();
    this.scroller = scrollerOf(root);
    this.coming = new IntersectionObserver(soon, { root: this.scroller, rootMargin: "100% 0px" });
    this.resized = new ResizeObserver(soon);
    this.resized.observe(root);
  }

  /** New data from Python: other figures, another language or theme, or only a rerun. */
  show(payload) {
    this.begin(payload);
    const { revision, theme, scale, labels } = payload;
    const look = [theme, scale, JSON.stringify(labels)].join(" ");
    const key = `${revision} ${look}`;
    if (key === this.key) return;
    this.key = key;
    this.payload = payload;
    this.root.dataset.theme = theme;
    const said = payload.said ?? "";
    if (said !== this.said.textContent) this.said.textContent = said; // a screen reader repeats what is set
    this.arrange(payload);
    this.keepRoom(look);
    this.draw();
  }

  /** Where the reader stands, as the link says it: at first, and whenever something else than this board wrote it. */
  begin({ place, spot, camera, wayback }) {
    if (place === undefined || place === this.place) return;
    this.place = place;
    this.places = { ...(spot && { spot }), ...(camera && { camera }), ...(wayback && { wayback }) };
    this.told = { ...this.places };
    for (const card of this.cards.values()) card.goTo(this.places);
    this.stand();
  }

  /** How far the reader has gone along the way back. */
  stand() {
    this.sections.forEach((part) => part.stand(this.places.wayback?.[0] ?? null));
  }

  /** The reader has set something on a card: what it says of all figures is shown on all. */
  set(name, value, by) {
    this.places[name] = value;
    for (const card of this.cards.values()) card.goTo(this.places, card === by);
    this.waitForRest();
  }

  /** Tell Python what is set, once that has not changed for a while. The link is written here, as the stepper does. */
  waitForRest() {
    clearTimeout(this.resting);
    const playing = [...this.sections.values()].some(({ walk }) => (walk?.playing ?? null) !== null);
    if (playing || this.place === undefined) return; // the latter: its link says nothing of it
    this.resting = setTimeout(() => {
      const moved = Object.keys(this.places).filter((name) => placeText(this.places[name]) !== placeText(this.told[name]));
      if (!moved.length) return;
      this.told = { ...this.places };
      const url = new URL(window.location.href);
      for (const name of moved) {
        const text = placeText(this.places[name]);
        if (text) url.searchParams.set(name, text);
        else url.searchParams.delete(name);
      }
      history.replaceState(history.state, "", url);
      this.tell("rest", { ...this.places });
    }, BOARD_REST_MS);
  }

  /** Sections and cards, those of the same id as before on the same nodes. */
  arrange({ sections, labels, hidden }) {
    const known = { sections: this.sections, cards: this.cards };
    this.sections = new Map();
    this.cards = new Map();
    for (const section of sections) {
      const part = known.sections.get(section.id) ?? new Section();
      part.show(section);
      this.sections.set(section.id, part);
      const own = new Map();
      const cards = section.figures.map((figure) => {
        const id = JSON.stringify([section.id, figure.id]);
        const card = known.cards.get(id) ?? new Card((name, value) => this.set(name, value, card));
        card.show(figure, labels);
        card.goTo(this.places);
        this.cards.set(id, card);
        own.set(figure.id, card);
        return card.root;
      });
      const walked = (t) => {
        this.places.wayback = t === null ? [] : [t];
        this.stand();
        this.waitForRest();
      };
      part.lead(this.places.wayback && section.way, hidden?.includes("wayback"), own, walked, () => this.waitForRest());
      keepChildren(part.row, cards);
    }
    for (const [id, part] of known.sections) if (this.sections.get(id) !== part) part.walk?.end();
    this.stand();
    keepChildren(this.list, [...this.sections.values()].map(({ root }) => root));
    for (const [id, card] of known.cards) {
      if (this.cards.get(id) === card) continue;
      this.coming.unobserve(card.holder);
      card.end();
    }
    for (const [id, { holder }] of this.cards) if (!known.cards.has(id)) this.coming.observe(holder);
  }

  /** A text that gets shorter keeps its lines, so that nothing below it jumps while a slider is moved. */
  keepRoom(look) {
    const width = this.root.clientWidth;
    const texts = [...this.sections.values()].flatMap(({ title, text, foot }) => [title, text, foot]);
    const same = this.look === look && this.wide === width;
    Object.assign(this, { look, wide: width });
    if (!same) texts.forEach((text) => (text.style.minHeight = ""));
    const heights = texts.map((text) => text.getBoundingClientRect().height);
    texts.forEach((text, k) => (text.style.minHeight = `${heights[k]}px`));
  }

  async draw() {
    const { key, payload, root } = this;
    try {
      await plotlyLoaded(payload.plotly);
    } catch {
      root.dataset.failed = payload.labels.failed;
      this.key = undefined; // the next rerun tries again
      return;
    }
    if (key !== this.key) return;
    if (!root.isConnected) {
      this.key = undefined;
      return;
    }
    delete root.dataset.failed;
    const seen = this.stale().filter(({ away }) => away === 0);
    await Promise.all(seen.map(({ card }) => card.draw()));
    if (key !== this.key) return;
    root.dataset.drawn = payload.revision;
    requestAnimationFrame(() => this.continue()); // once this is painted
  }

  /** The cards that show something old, with their distance from what is in view; all that is measured, in one go. */
  stale() {
    const view = this.scroller?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
    const cards = [...this.cards.values()].map((card) => {
      const { top, bottom, width } = card.holder.getBoundingClientRect();
      card.width = Math.floor(width);
      return { card, away: Math.max(0, top - view.bottom, view.top - bottom) };
    });
    this.screen = view.bottom - view.top;
    return cards.filter(({ card }) => card.stale);
  }

  /** Draws what is near and old, one figure in each frame, the nearest first. */
  continue() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (!window.Plotly?.react || !this.root.isConnected || this.root.dataset.drawn === undefined) return;
      if (this.root.clientWidth !== this.wide) this.keepRoom(this.look);
      const near = this.stale().filter(({ away }) => away <= this.screen);
      const [next] = near.sort((a, b) => a.away - b.away);
      next?.card.draw().then(() => this.continue());
    });
  }

  /** The page's own look decides; a payload for the other one is asked for again. */
  checkTheme() {
    const look = lookOfPage(this.root);
    if (look === this.payload.theme) this.asked = undefined;
    else if (look !== this.asked) {
      this.asked = look;
      this.tell("theme", look);
    }
  }

  /** What the page wants to find again after a reload. Told once, and to a page that has nothing yet. */
  remember({ kept }) {
    if (kept === undefined) return;
    try {
      const before = sessionStorage.getItem(KEPT);
      if (kept) sessionStorage.setItem(KEPT, kept);
      else if (before) {
        sessionStorage.removeItem(KEPT);
        this.tell("kept", before);
      }
    } catch {
      // A browser may be set to remember nothing.
    }
  }

  end() {
    this.coming.disconnect();
    this.resized.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resting);
    this.sections.forEach(({ walk }) => walk?.end());
    this.cards.forEach((card) => card.end());
    this.root.replaceChildren();
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".rv-board");
  const board = (root.rvBoard ??= new Board(root));
  board.tell = setStateValue;
  const payload = JSON.parse(new TextDecoder().decode(data));
  board.show(payload);
  board.checkTheme();
  board.remember(payload);
  const call = (root.rvCall = {});
  return () => {
    if (root.rvCall !== call) return; // a later call has taken over
    board.end();
    delete root.rvBoard;
  };
}
