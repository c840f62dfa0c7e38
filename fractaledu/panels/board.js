// A board in the browser: draws the scene that Python describes, every place a fraction of its plot, and reports what the
// hand did.  Python answers with the next scene; meanwhile the handle under the hand is drawn where the hand is.

const COLOURS = { blue: "var(--fe-blue)", green: "var(--fe-green)", red: "var(--fe-red)", orange: "#E69F00", pink: "#CC79A7",
  sky: "#56B4E9", text: "var(--fe-text)", faint: "var(--fe-line)" };
const LEFT = 56, RIGHT = 18, TOP = 6, BOTTOM = 36, GAP = 14, NARROW = 270;

const colour = name => COLOURS[name] ?? name;

function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// ---------------------------------------------------------------- one plot

// Fractions to pixels: u to the right, v upwards.
const frame = (width, height) => ({ width, height, x: u => LEFT + u * width, y: v => TOP + (1 - v) * height });

function path(at, f) {
  let text = "", pen = "M";
  for (let i = 0; i < at.length; i += 2) {
    if (at[i] == null || at[i + 1] == null) { pen = "M"; continue; }
    text += `${pen}${f.x(at[i]).toFixed(1)} ${f.y(at[i + 1]).toFixed(1)}`;
    pen = "L";
  }
  return text;
}

const dash = layer => layer.dashed ? "5 4" : null;

const DRAW = {
  line: (layer, f) => [s("path", { d: path(layer.at, f), fill: "none", stroke: colour(layer.colour), "stroke-width": layer.width,
    "stroke-dasharray": dash(layer), "stroke-linejoin": "round" })],
  dots(layer, f) {
    const nodes = [];
    for (let i = 0; i < layer.at.length; i += 2) {
      if (layer.at[i] == null || layer.at[i + 1] == null) continue;
      const c = colour(Array.isArray(layer.colour) ? layer.colour[i / 2] : layer.colour);
      nodes.push(s("circle", { cx: f.x(layer.at[i]).toFixed(1), cy: f.y(layer.at[i + 1]).toFixed(1), r: layer.size,
        fill: layer.hollow ? "none" : c, stroke: layer.hollow ? c : null, "stroke-width": layer.hollow ? 1.5 : null }));
    }
    return nodes;
  },
  picture({ box: [x0, y0, x1, y1], source }, f) {
    return [s("image", { x: f.x(x0), y: f.y(y1), width: f.x(x1) - f.x(x0), height: f.y(y0) - f.y(y1), href: source,
      preserveAspectRatio: "none", style: "image-rendering: pixelated" })];
  },
  rule(layer, f) {
    if (layer.at == null) return [];
    const ends = layer.across === "x" ? { x1: f.x(layer.at), x2: f.x(layer.at), y1: f.y(0), y2: f.y(1) }
      : { x1: f.x(0), x2: f.x(1), y1: f.y(layer.at), y2: f.y(layer.at) };
    return [s("line", { ...ends, stroke: colour(layer.colour), "stroke-dasharray": dash(layer) })];
  },
  label({ at: [u, v], text, colour: name }, f) {
    if (u == null || v == null) return [];
    const right = u > 0.7;                              // so that the words stay inside
    return [s("text", { x: f.x(u) + (right ? -5 : 5), y: f.y(v) - 5, "text-anchor": right ? "end" : "start",
      style: `fill:${colour(name)};paint-order:stroke;stroke:var(--fe-back);stroke-width:3px` }, text)];
  },
  brush({ ends: [u0, u1] }, f) {
    return [s("rect", { class: "fe-brush", x: f.x(Math.min(u0, u1)), width: Math.max(2, Math.abs(u1 - u0) * f.width), y: f.y(1),
      height: f.height, fill: "none", stroke: "var(--fe-text)", "stroke-width": 3 })];      // no fill: colour is data
  },
  handle: () => [],                                     // lies above, where it can have the focus
};

function drawPlot(svg, plot, f) {
  const id = newId();
  const inside = s("g", { "clip-path": `url(#${id})` });
  for (const layer of plot.layers) inside.append(...DRAW[layer.kind](layer, f));
  const axes = s("g", { stroke: "var(--fe-faint)", fill: "none" },
    s("rect", { x: f.x(0), y: f.y(1), width: f.width, height: f.height, stroke: "var(--fe-line)" }));
  const words = s("g");
  for (const [u, text] of plot.xticks) {
    axes.append(s("line", { x1: f.x(u), x2: f.x(u), y1: f.y(0), y2: f.y(0) + 4 }));
    words.append(s("text", { x: f.x(u), y: f.y(0) + 15, "text-anchor": "middle" }, text));
  }
  for (const [v, text] of plot.yticks) {
    axes.append(s("line", { x1: f.x(0) - 4, x2: f.x(0), y1: f.y(v), y2: f.y(v) }));
    words.append(s("text", { x: f.x(0) - 7, y: f.y(v) + 4, "text-anchor": "end" }, text));
  }
  words.append(s("text", { x: f.x(0.5), y: f.y(0) + 30, "text-anchor": "middle" }, plot.xlabel),
    s("text", { x: 0, y: 0, "text-anchor": "middle", transform: `translate(11 ${f.y(0.5)}) rotate(-90)` }, plot.ylabel));
  svg.setAttribute("aria-label", plot.says || plot.title || plot.name);
  svg.replaceChildren(s("defs", {}, s("clipPath", { id }, s("rect", { x: f.x(0), y: f.y(1), width: f.width, height: f.height }))),
    inside, axes, words);
}

function keysOf(layers) {
  return layers.filter(layer => layer.name).map(layer => {
    const c = colour(Array.isArray(layer.colour) ? layer.colour[0] : layer.colour);
    const mark = layer.kind === "dots"
      ? s("circle", { cx: 9, cy: 5, r: 4, fill: layer.hollow ? "none" : c, stroke: c })
      : s("line", { x1: 0, x2: 18, y1: 5, y2: 5, stroke: c, "stroke-width": 2, "stroke-dasharray": dash(layer) });
    return h("span", {}, s("svg", { width: 18, height: 10, "aria-hidden": "true" }, mark), layer.name);
  });
}

// The element of one plot.  `tell(key, message)` reports the hand.
function makePlot(name, tell) {
  const picture = s("svg", { role: "img" }), hands = s("svg", { class: "fe-hands" });
  const title = h("div", { class: "fe-plot-title" }), keys = h("div", { class: "fe-keys" });
  const drawing = h("div", { class: "fe-drawing" }, picture, hands);
  const node = h("div", { class: "fe-plot2", "data-name": name }, title, drawing, keys);
  let plot = null, f = null, hold = null, rings = [];

  const place = event => {
    const box = picture.getBoundingClientRect();
    return [clamp((event.clientX - box.left - LEFT) / f.width, 0, 1), clamp(1 - (event.clientY - box.top - TOP) / f.height, 0, 1)];
  };
  const inside = event => {
    const box = picture.getBoundingClientRect(), x = event.clientX - box.left - LEFT, y = event.clientY - box.top - TOP;
    return x >= 0 && x <= f.width && y >= 0 && y <= f.height;
  };
  const pressed = (u, v) => tell(`pressed ${name}`, { kind: "pressed", plot: name, u, v });
  const dragged = (handle, u, v) => tell(`dragged ${name} ${handle}`, { kind: "dragged", plot: name, handle, u, v });
  const brushed = ends => tell(`brushed ${name}`, { kind: "brushed", plot: name, ends });

  function stand(ring, layer, at) {
    const [u, v] = at ?? layer.at;
    ring.style.display = u == null || v == null ? "none" : "";
    if (u != null && v != null) ring.setAttribute("transform", `translate(${f.x(u)} ${f.y(v)})`);
    ring.setAttribute("aria-label", layer.says);
  }
  const under = (layer, [u, v]) => [layer.moves[0] ? u : layer.at[0], layer.moves[1] ? v : layer.at[1]];

  function makeRing(index) {
    const ring = s("g", { class: "fe-handle", tabindex: 0, role: "button", "aria-roledescription": "point to drag",
      "data-lm-suppress-shortcuts": "true" }, s("circle", { class: "fe-halo", r: 7 }), s("circle", { r: 7 }), s("circle", { class: "fe-grip", r: 16 }));
    ring.addEventListener("pointerdown", event => { hold = { handle: index }; take(event); });
    ring.addEventListener("keydown", event => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      const layer = handles()[index], step = event.shiftKey ? 0.002 : 0.01;
      layer.at = under(layer, [clamp(layer.at[0] + step * way[0], 0, 1), clamp(layer.at[1] + step * way[1], 0, 1)]);
      stand(ring, layer);
      dragged(index, ...layer.at);
      event.preventDefault();
      event.stopPropagation();
    });
    return ring;
  }
  const handles = () => plot.layers.filter(layer => layer.kind === "handle");
  const brush = () => plot.layers.find(layer => layer.kind === "brush");

  function showBand(u0, u1) {
    const band = picture.querySelector(".fe-brush");
    band.setAttribute("x", f.x(Math.min(u0, u1)));
    band.setAttribute("width", Math.max(2, Math.abs(u1 - u0) * f.width));
  }

  function take(event) {
    if (event.button) return;
    drawing.setPointerCapture(event.pointerId);
    event.stopPropagation();
    move(event);
  }

  function move(event) {
    const at = place(event);
    if (!hold) {
      if (plot.hover && event.pointerType === "mouse" && inside(event)) pressed(...at);
    } else if (hold.handle != null) {
      hold.at = at;
      stand(rings[hold.handle], handles()[hold.handle], under(handles()[hold.handle], at));
      dragged(hold.handle, ...at);
    } else if (hold.from) {
      hold.at = at;
      showBand(hold.from[0], at[0]);
    } else pressed(...at);
  }

  drawing.addEventListener("pointerdown", event => {
    if (!plot || !inside(event) || !(plot.touch || brush())) return;
    hold = brush() ? { from: place(event) } : {};
    take(event);
  });
  drawing.addEventListener("pointermove", event => { if (plot) move(event); });
  const drop = event => {
    const held = hold;
    hold = null;
    if (!held?.from || event.type === "pointercancel") return;
    if (Math.abs(held.at[0] - held.from[0]) * f.width > 4) brushed([held.from[0], held.at[0]]);
    else { showBand(...brush().ends); if (plot.touch) pressed(...held.at); }
  };
  drawing.addEventListener("pointerup", drop);
  drawing.addEventListener("pointercancel", drop);
  drawing.addEventListener("dblclick", () => { if (brush()) brushed(null); });

  function draw(next, width) {
    plot = next;
    f = frame(Math.max(80, width - LEFT - RIGHT), Math.max(40, (width - LEFT - RIGHT) * plot.ratio));
    const size = { width, height: f.height + TOP + BOTTOM };
    for (const svg of [picture, hands]) for (const [key, value] of Object.entries(size)) svg.setAttribute(key, value);
    title.textContent = plot.title;
    title.hidden = !plot.title;
    drawPlot(picture, plot, f);
    keys.replaceChildren(...keysOf(plot.layers));
    drawing.classList.toggle("fe-touch", plot.touch || !!brush());
    if (rings.length !== handles().length) {
      rings = handles().map((_, index) => makeRing(index));
      hands.replaceChildren(...rings);
    }
    handles().forEach((layer, index) =>
      stand(rings[index], layer, hold?.handle === index && hold.at ? under(layer, hold.at) : null));
    if (hold?.from && hold.at) showBand(hold.from[0], hold.at[0]);      // a scene came while an interval is being selected
  }
  return { node, draw };
}

// ---------------------------------------------------------------- the knobs

function makeKnob(first, tell) {
  const { name, kind } = first, id = newId();
  const error = h("div", { class: "fe-error", role: "alert" });
  const typed = value => tell(`typed ${name}`, { kind: "typed", name, value });
  const box = kind === "number" || kind === "text"
    ? h("input", { class: "fe-box", type: "text", inputmode: kind === "number" ? "decimal" : null, autocomplete: "off",
      spellcheck: "false", id: kind === "text" ? id : null, "aria-label": kind === "number" ? `${first.label}, typed` : null }) : null;
  const slider = kind === "number" ? h("input", { type: "range", id, min: 0, max: first.stops, step: 1 }) : null;
  const check = kind === "switch" ? h("input", { type: "checkbox", id }) : null;
  const select = kind === "choice" ? h("select", { id }, ...first.options.map(option => h("option", { value: option }, option))) : null;
  slider?.addEventListener("input", () => tell(`slid ${name}`, { kind: "slid", name, stop: Number(slider.value) }));
  let shown = "", last = null;
  const commit = () => { if (box.value !== shown) { shown = box.value; typed(box.value); } };
  box?.addEventListener("change", commit);
  box?.addEventListener("keydown", event => { if (event.key === "Enter") commit(); });
  check?.addEventListener("change", () => typed(check.checked));
  select?.addEventListener("change", () => typed(select.value));
  const node = h("div", { class: "fe-knob", "data-name": name }, h("label", { for: id }, first.label), slider, check, select, box, error);
  return { node, show(knob, why) {
    node.classList.toggle("fe-wrong", !!why);
    error.textContent = why ?? "";
    const text = knob.text;
    // where several stops are one value (1, 2, 3 … on a log scale), the keys must be able to walk on
    if (slider && !slider.matches(":active") && text !== last) slider.value = knob.stop;
    last = text;
    if (slider) slider.setAttribute("aria-valuetext", text);
    if (box && !why && (document.activeElement !== box || box.value === shown)) box.value = shown = text;
    if (check) check.checked = knob.on;
    if (select) select.value = text;
  } };
}

// ---------------------------------------------------------------- the board

function hintOf(scene) {
  const has = test => scene.plots.some(test);
  const kind = name => plot => plot.layers.some(layer => layer.kind === name);
  return [has(kind("handle")) && "Drag the ringed points, or reach them with Tab and move them with the arrow keys (Shift: finer).",
    has(plot => plot.hover) && "Point at a plot with a cross-shaped pointer.",
    has(plot => plot.touch && !plot.hover) && "Press or drag anywhere in a plot with a cross-shaped pointer.",
    has(kind("brush")) && "Drag along the marked strip to magnify a part; double click for the whole."].filter(Boolean).join(" ");
}

function render({ model, el }) {
  const name = h("span"), title = h("div", { class: "fe-board-title" }, name,
    button("⌂", "as at first", () => tell("reset", { kind: "reset" })));
  const plots = h("div", { class: "fe-plots" });
  const words = h("p", { class: "fe-board-words", "aria-live": "polite" }), hint = h("p", { class: "fe-hint" });
  const knobs = h("div", { class: "fe-board-knobs" }), lost = h("div", { class: "fe-error", role: "alert" });
  const root = h("div", { class: "fe fe-board", role: "group" }, title, hint, knobs, lost, words, plots);
  el.append(h("div", { class: "fe-container" }, root));

  const { link, end } = connect(model, why => { lost.textContent = why; });
  const tell = (key, message) => {
    root.dataset.busy = "true";
    link.later(key, () => message);
  };
  const known = new Map(), turned = new Map();

  function show() {
    const { title: text, scene, knobs: values, refused, drawn } = model.get("_now");
    name.textContent = root.dataset.name = text;
    root.setAttribute("aria-label", text);
    if (words.textContent !== scene.words) words.textContent = scene.words;
    hint.textContent = hintOf(scene);
    for (const plot of scene.plots) {
      if (!known.has(plot.name)) { known.set(plot.name, makePlot(plot.name, tell)); plots.append(known.get(plot.name).node); }
    }
    for (const [plot, { node }] of known) node.hidden = !scene.plots.some(other => other.name === plot);
    layOut(scene);
    for (const knob of values) {
      if (!knob.shown) continue;
      if (!turned.has(knob.name)) { turned.set(knob.name, makeKnob(knob, tell)); knobs.append(turned.get(knob.name).node); }
      turned.get(knob.name).show(knob, refused[knob.name]);
    }
    lost.textContent = refused[""] ?? "";
    root.dataset.drawn = drawn;
  }

  function layOut(scene) {
    const whole = plots.clientWidth;
    if (!whole) return;
    for (const plot of scene.plots) {
      const { node, draw } = known.get(plot.name);
      const share = Math.floor(whole * plot.width - GAP * (1 - plot.width)), half = Math.floor((whole - GAP) / 2);
      const width = share >= NARROW || plot.width === 1 ? share : half >= NARROW ? half : whole;
      node.style.width = `${width}px`;
      draw(plot, width);
    }
  }

  const onchange = () => {
    link.answer(model.get("_now").answered);
    show();
    root.dataset.busy = String(!link.quiet());
  };
  model.on("change:_now", onchange);
  const watcher = new ResizeObserver(() => layOut(model.get("_now").scene));
  watcher.observe(plots);
  show();
  root.dataset.busy = "false";
  return () => { end(); watcher.disconnect(); model.off("change:_now", onchange); };
}

export default { render };
