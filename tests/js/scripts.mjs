// The app's own scripts without a browser: joined as the app joins them, so that each may use what stands before it.

import { readFileSync } from "node:fs";

const ASSETS = new URL("../../assets/", import.meta.url);

/** What the scripts under assets/ call by these names; `around` is what they find in a browser. */
export function joined(files, names, around = {}) {
  const code = files.map((file) => readFileSync(new URL(file, ASSETS), "utf8")).join("\n");
  return new Function(...Object.keys(around), `${code}\nreturn { ${names.join(", ")} };`)(...Object.values(around));
}

/** A generator like Math.random with a seed, so that what failed can be tried again (mulberry32). */
export function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
