// What is particular to each kind of cell: its equations (numbers are put in by equations.js) and its diagram (drawn by
// cell.js). Letters, roles and squashing come from Python (rnnviz/recurrence/cells.py).

/**
 * The equations of each kind of cell, in the order in which they are computed. `unit` is that of equationsOf.
 *
 * `lines` holds three templates of the same shape, for captions, symbols and numbers. In a template "|"
 * allows a line break, a space separates tokens, and the first character says what a token is:
 * "^" a number that may be negative, "+" one whose sign is the operator, "*" a factor (in parentheses when
 * negative), "#" a number that is never negative, "@" a function in a column of its own; the rest stands for itself.
 */
const EQUATIONS = {
  rnn: ({ gate }) => [gate("h", true)],
  lstm: ({ gate, solved, now, before }) => [
    gate("i", true),
    gate("f"),
    gate("g"),
    gate("o"),
    solved("c", {
      operands: { f: now("f"), before: before("c"), i: now("i"), g: now("g") },
      middles: { kept: (o) => o.f * o.before, added: (o) => o.i * o.g },
      outer: (m) => m.kept + m.added,
      lines: {
        symbols: "#f_t · *c_t−1|+ #i_t · *g_t",
        numbers: "#f · *before|+ #i · *g|= ^kept +added = ^result",
      },
    }),
    solved("h", {
      operands: { o: now("o"), c: now("c") },
      middles: { squashed: (o) => Math.tanh(o.c) },
      outer: (m, o) => o.o * m.squashed,
      lines: {
        symbols: "#o_t · tanh( ^c_t )",
        numbers: "#o · tanh( ^c )|= #o · *squashed = ^result",
      },
    }),
  ],
  gru: ({ gate, solved, now, before, word, state, bias }) => [
    gate("r", true),
    gate("z"),
    solved("n", {
      operands: {
        word: word("n"),
        bias_word: bias("bias_ih", "n"),
        r: now("r"),
        state: state("n"),
        bias_state: bias("bias_hh", "n"),
      },
      middles: { sum: (o) => o.word + o.bias_word + o.r * (o.state + o.bias_state) },
      outer: (m) => Math.tanh(m.sum),
      lines: {
        captions: "@tanh( ^word|+bias|+ #reset · ( ^state +bias ) )",
        symbols: "@tanh( ^W_in~x_t|+b_in|+ #r_t · ( ^W_hn~h_t−1 +b_hn ) )",
        numbers: "@tanh( ^word|+bias_word|+ #r · ( ^state +bias_state ) )|= tanh( ^sum ) = ^result",
      },
    }),
    solved("h", {
      operands: { z: now("z"), n: now("n"), before: before("h") },
      middles: { added: (o) => (1 - o.z) * o.n, kept: (o) => o.z * o.before },
      outer: (m) => m.added + m.kept,
      lines: {
        symbols: "( 1 − #z_t ) · *n_t|+ #z_t · *h_t−1",
        numbers: "( 1 − #z ) · *n|+ #z · *before|= ^added +kept = ^result",
      },
    }),
  ],
};

/*
 * The diagrams. Names in `value` are those of readings() in equations.js. A `role` is a letter of the cell, whose
 * role it has, or else a colour.
 *   wire   d, role, value?: as thick as its value is large; without a value, thin
 *   valve  x, y, role, value, upright?: a × on a wire, open as far as the gate is
 *   node   x, y, text or squash, role: where something is computed; squash: the letter whose own function it is
 *   letter x, y, text, value, end?: a letter of the equations and its number
 *   number x, y, value, end?: a number alone
 *   name   x, y, label?, role: a word from the labels; without a label, what its letter does
 *   word   x, y: the word being read;  head x, y, role: the tip of an arrow to the right
 */
const CELL_DIAGRAMS = {
  lstm: {
    height: 292,
    parts: [
      ["wire", { d: "M30 266V238", role: "ink" }],
      ["wire", { d: "M30 238H306M100 238V206M159 238V206M220 238V206M306 238V206", role: "faint" }],
      ["wire", { d: "M2 238H30", role: "h", value: "h_before" }],
      ["wire", { d: "M100 206V67", role: "f", value: "f" }],
      ["wire", { d: "M159 206V130H205", role: "i", value: "i" }],
      ["wire", { d: "M220 206V130", role: "g", value: "g" }],
      ["wire", { d: "M220 130V52", role: "g", value: "added" }],
      ["wire", { d: "M306 206V146H345", role: "o", value: "o" }],
      ["wire", { d: "M2 52H100", role: "c", value: "c_before" }],
      ["wire", { d: "M100 52H220", role: "c", value: "kept" }],
      ["wire", { d: "M220 52H388", role: "c", value: "c" }],
      ["head", { x: 398, y: 52, role: "c" }],
      ["wire", { d: "M360 52V92", role: "c", value: "c" }],
      ["wire", { d: "M360 92V146", role: "c", value: "squashed" }],
      ["wire", { d: "M360 146V238H388", role: "h", value: "h" }],
      ["head", { x: 398, y: 238, role: "h" }],
      ["valve", { x: 100, y: 52, role: "f", value: "f" }],
      ["valve", { x: 220, y: 130, role: "i", value: "i", upright: true }],
      ["valve", { x: 360, y: 146, role: "o", value: "o", upright: true }],
      ["node", { x: 220, y: 52, text: "+", role: "c" }],
      ["node", { x: 360, y: 92, text: "tanh", role: "c" }],
      ["node", { x: 100, y: 206, squash: "f", role: "f" }],
      ["node", { x: 159, y: 206, squash: "i", role: "i" }],
      ["node", { x: 220, y: 206, squash: "g", role: "g" }],
      ["node", { x: 306, y: 206, squash: "o", role: "o" }],
      ["name", { x: 2, y: 16, label: "cell_state", role: "c" }],
      ["letter", { x: 2, y: 38, text: "c_t−1", value: "c_before" }],
      ["number", { x: 190, y: 42, value: "kept", end: true }],
      ["letter", { x: 398, y: 38, text: "c_t", value: "c", end: true }],
      ["letter", { x: 107, y: 106, text: "f_t", value: "f" }],
      ["letter", { x: 166, y: 176, text: "i_t", value: "i" }],
      ["letter", { x: 227, y: 176, text: "g_t", value: "g" }],
      ["number", { x: 229, y: 96, value: "added" }],
      ["letter", { x: 341, y: 138, end: true, text: "o_t", value: "o" }],
      ["number", { x: 351, y: 119, value: "squashed", end: true }],
      ["letter", { x: 2, y: 228, text: "h_t−1", value: "h_before" }],
      ["letter", { x: 398, y: 260, text: "h_t", value: "h", end: true }],
      ["name", { x: 100, y: 258, role: "f", middle: true }],
      ["name", { x: 159, y: 258, role: "i", middle: true }],
      ["name", { x: 220, y: 258, role: "g", middle: true }],
      ["name", { x: 298, y: 258, role: "o", middle: true }],
      ["name", { x: 398, y: 280, label: "hidden_state", role: "h", end: true }],
      ["word", { x: 2, y: 284 }],
    ],
  },
  gru: {
    height: 292,
    parts: [
      ["wire", { d: "M44 266V248H300M109 248V206M181 248V206M300 248V206", role: "ink" }],
      ["wire", { d: "M22 232H171M99 232V206M171 232V206", role: "faint" }],
      ["wire", { d: "M22 52V232M22 140H104", role: "faint" }],
      ["wire", { d: "M104 140H252V206H300", role: "r", value: "r" }],
      ["wire", { d: "M104 206V155", role: "r", value: "r" }],
      ["wire", { d: "M176 206V67", role: "z", value: "z" }],
      ["wire", { d: "M176 98H238", role: "z", value: "z" }],
      ["wire", { d: "M238 98H285", role: "z", value: "new" }],
      ["wire", { d: "M2 52H176", role: "h", value: "h_before" }],
      ["wire", { d: "M176 52H300", role: "h", value: "kept" }],
      ["wire", { d: "M300 52H388", role: "h", value: "h" }],
      ["head", { x: 398, y: 52, role: "h" }],
      ["wire", { d: "M300 206V98", role: "n", value: "n" }],
      ["wire", { d: "M300 98V52", role: "n", value: "added" }],
      ["valve", { x: 176, y: 52, role: "z", value: "z" }],
      ["valve", { x: 300, y: 98, role: "z", value: "new", upright: true }],
      ["valve", { x: 104, y: 140, role: "r", value: "r" }],
      ["node", { x: 300, y: 52, text: "+", role: "h" }],
      ["node", { x: 230, y: 98, text: "1−", role: "z" }],
      ["node", { x: 104, y: 206, squash: "r", role: "r" }],
      ["node", { x: 176, y: 206, squash: "z", role: "z" }],
      ["node", { x: 300, y: 206, squash: "n", role: "n" }],
      ["name", { x: 2, y: 16, label: "hidden_state", role: "h" }],
      ["letter", { x: 2, y: 38, text: "h_t−1", value: "h_before" }],
      ["number", { x: 274, y: 42, value: "kept", end: true }],
      ["letter", { x: 398, y: 38, text: "h_t", value: "h", end: true }],
      ["letter", { x: 111, y: 182, text: "r_t", value: "r" }],
      ["letter", { x: 184, y: 182, text: "z_t", value: "z" }],
      ["letter", { x: 308, y: 168, text: "n_t", value: "n" }],
      ["number", { x: 309, y: 79, value: "added" }],
      ["name", { x: 104, y: 266, role: "r", middle: true }],
      ["name", { x: 176, y: 266, role: "z", middle: true }],
      ["name", { x: 300, y: 266, role: "n", middle: true }],
      ["word", { x: 2, y: 286 }],
    ],
  },
  rnn: {
    height: 184,
    parts: [
      ["wire", { d: "M2 64H92", role: "h", value: "h_before" }],
      ["wire", { d: "M92 64H190", role: "faint", value: "state_share" }],
      ["wire", { d: "M190 156V122", role: "ink" }],
      ["wire", { d: "M190 122V64", role: "faint", value: "word_share" }],
      ["wire", { d: "M190 26V64", role: "faint", value: "bias_share" }],
      ["wire", { d: "M190 64H290", role: "faint", value: "sum" }],
      ["wire", { d: "M290 64H388", role: "h", value: "h" }],
      ["head", { x: 398, y: 64, role: "h" }],
      ["node", { x: 92, y: 64, text: "W_hh", role: "ink" }],
      ["node", { x: 190, y: 120, text: "W_ih", role: "ink" }],
      ["node", { x: 190, y: 64, text: "+", role: "ink" }],
      ["node", { x: 290, y: 64, squash: "h", role: "h" }],
      ["name", { x: 2, y: 26, label: "hidden_state", role: "h" }],
      ["letter", { x: 2, y: 50, text: "h_t−1", value: "h_before" }],
      ["number", { x: 172, y: 50, value: "state_share", end: true }],
      ["number", { x: 198, y: 98, value: "word_share" }],
      ["name", { x: 190, y: 18, label: "bias", role: "ink", middle: true }],
      ["number", { x: 198, y: 35, value: "bias_share" }],
      ["number", { x: 264, y: 55, value: "sum", end: true }],
      ["letter", { x: 398, y: 50, text: "h_t", value: "h", end: true }],
      ["word", { x: 190, y: 174, middle: true }],
    ],
  },
};
