// As much of a document as the cell's drawing uses: elements with attributes, children and text. No layout, no parser.

class Element {
  constructor(name, namespaceURI) {
    Object.assign(this, { name, namespaceURI, parentNode: null, attributes: {}, children: [], style: {} });
    this.classList = { add: (name) => this.setAttribute("class", `${this.className} ${name}`.trim()) };
  }

  get className() {
    return this.attributes.class ?? "";
  }

  set className(text) {
    this.setAttribute("class", text);
  }

  setAttribute(key, value) {
    this.attributes[key] = String(value);
  }

  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }

  set textContent(text) {
    this.children = [String(text)];
  }

  appendChild(child) {
    this.children.push(child);
    child.parentNode = this;
    return child;
  }

  replaceChildren(...children) {
    this.children = [];
    children.forEach((child) => this.appendChild(child));
  }

  /** All elements inside that have this class, in order. */
  withClass(name) {
    const inside = this.children.filter((child) => child instanceof Element);
    return inside.flatMap((child) => [...(child.className.split(" ").includes(name) ? [child] : []), ...child.withClass(name)]);
  }
}

export const document = {
  createElement: (name) => new Element(name, "http://www.w3.org/1999/xhtml"),
  createElementNS: (space, name) => new Element(name, space),
};
