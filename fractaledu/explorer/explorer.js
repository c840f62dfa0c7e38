// The explorer in the browser.  It knows no numbers of the map: a view is a name (id), a point a pair of fractions of a
// view, from (0, 0), the low corner, to (1, 1).  The kernel turns them into numbers, however deep the zoom.
//
// Gestures move the bitmap at once; what the hand did is then told to the kernel, one message at a time (`tell`), and
// the kernel's pictures are drawn where their view lies in the present one (`place`).

const PIN_COLOURS = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00"];
const HELP = [["drag", "pan"], ["wheel, pinch", "zoom at the pointer"], ["Shift + drag", "zoom into a box"],
  ["double click", "zoom in"], ["hover", "see the run behind the pixel"], ["click, Enter", "keep the run (up to five)"],
  ["arrows", "pan"], ["+ −", "zoom at the cross-hair"], ["Alt + arrows", "move the cross-hair by a pixel"], ["B", "box zoom"],
  ["Z, Y", "undo, redo"], ["Home", "back to the first view"], ["F", "full screen"], ["C", "copy the point"],
  ["Esc", "forget the kept runs"], ["?", "this list"]];

// ---------------------------------------------------------------- small things

async function copy(text) {
  try { await navigator.clipboard.writeText(text); }
  catch {                                         // no permission, or a page without TLS
    const area = h("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function superscript(power) {
  return String(power).replace(/[-0-9]/g, c => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
}

// ---------------------------------------------------------------- where views lie in one another

// For each view id the affine map from its fractions to those of the present view: X = a + b u, Y = c + d v.
function makePlaces() {
  const at = new Map();
  const same = () => ({ a: 0, b: 1, c: 0, d: 1 });
  function rebase({ a, b, c, d }) {
    for (const [id, t] of at) {
      t.a = (t.a - a) / b; t.b /= b; t.c = (t.c - c) / d; t.d /= d;
      if (![t.a, t.c].every(x => Math.abs(x) < 1e12) || ![t.b, t.d].every(x => x < 1e12 && x > 1e-12)) at.delete(id);
    }
  }
  const FARTHEST = 1e9;               // that the present view may be from the last one the kernel was told
  return {
    get: id => at.get(id),
    has: id => at.has(id),
    add(id) { at.set(id, same()); while (at.size > 60) at.delete(at.keys().next().value); },
    move([u0, v0, u1, v1]) { rebase({ a: u0, b: u1 - u0, c: v0, d: v1 - v0 }); },
    // whether the present view, moved once more, is still to be told from the view `id`
    near(id, [u0, , u1]) { const b = (at.get(id)?.b ?? 1) / (u1 - u0); return b < FARTHEST && b > 1 / FARTHEST; },
    // the fractions of a point of the present view in the view `id`
    inside(id, [X, Y]) { const { a, b, c, d } = at.get(id) ?? same(); return [(X - a) / b, (Y - c) / d]; },
    rectangle(id) { const { a, b, c, d } = at.get(id) ?? same(); return [-a / b, -c / d, (1 - a) / b, (1 - c) / d]; },
    go(id, from) {
      if (!at.has(id)) {
        const base = from && at.get(from[0]);
        if (base) {
          const [u0, v0, u1, v1] = from[1];
          at.set(id, { a: base.a + base.b * u0, b: base.b * (u1 - u0), c: base.c + base.d * v0, d: base.d * (v1 - v0) });
        } else { at.clear(); at.set(id, same()); }
      }
      rebase({ ...at.get(id) });
      if (!at.has(id)) this.add(id);
    },
  };
}

// ---------------------------------------------------------------- the curve of a run

function drawCurves(canvas, run, schema) {
  const box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
  if (!box.width) return;
  canvas.width = Math.round(box.width * ratio); canvas.height = Math.round(box.height * ratio);
  const g = canvas.getContext("2d"), style = getComputedStyle(canvas), W = box.width, H = box.height;
  g.scale(ratio, ratio);
  g.font = `${style.getPropertyValue("--fe-small") || "11px"} ${style.fontFamily}`;
  const text = style.color, faint = style.getPropertyValue("--fe-line").trim() || "#999", accent = style.getPropertyValue("--fe-accent").trim();
  const left = 38, right = W - 8, top = 8, bottom = H - 20;
  let low = Infinity, high = -Infinity;
  for (const curve of run.curves) for (const w of curve) {
    if (w > 0 && w < Infinity) { low = Math.min(low, w); high = Math.max(high, w); }
  }
  low = clamp(Math.log10(Math.min(low, schema.line)), -16, 8);
  high = clamp(Math.log10(Math.max(high, schema.line)), -16, 9);
  if (!(high - low > 0.5)) { low -= 0.5; high += 0.5; }
  const pad = 0.04 * (high - low);
  low -= pad; high += pad;
  const longest = Math.max(...run.curves.map(curve => curve.length));
  const px = (i, n) => left + (right - left) * (n > 1 ? i / (n - 1) : 0);
  const py = w => bottom - (bottom - top) * (clamp(w > 0 ? Math.log10(w) : -99, low, high) - low) / (high - low);
  g.strokeStyle = faint; g.fillStyle = text; g.lineWidth = 1;
  g.textAlign = "right"; g.textBaseline = "middle";
  const every = Math.max(1, Math.ceil((high - low) / 5));
  for (let k = Math.ceil(low / every) * every; k <= high; k += every) {
    const y = py(10 ** k);
    g.globalAlpha = 0.35; g.beginPath(); g.moveTo(left, y); g.lineTo(right, y); g.stroke();
    g.globalAlpha = 1; g.fillText(k === 0 ? "1" : k === 1 ? "10" : `10${superscript(k)}`, left - 4, y);
  }
  g.textBaseline = "top"; g.textAlign = "left"; g.fillText("0", left, bottom + 5);
  g.textAlign = "right"; g.fillText(`step ${run.steps}`, right, bottom + 5);
  g.textAlign = "center"; g.fillText(schema.watched, (left + right) / 2, bottom + 5);
  const line = py(schema.line);
  g.setLineDash([2, 3]); g.strokeStyle = text; g.beginPath(); g.moveTo(left, line); g.lineTo(right, line); g.stroke();
  g.textAlign = "right"; g.textBaseline = line > top + 14 ? "bottom" : "top";
  const curve = (values, colour, width, dash) => {
    g.strokeStyle = colour; g.lineWidth = width; g.setLineDash(dash); g.beginPath();
    let on = false;
    values.forEach((w, i) => {
      if (Number.isNaN(w)) { on = false; return; }
      on ? g.lineTo(px(i, longest), py(w)) : g.moveTo(px(i, longest), py(w));
      on = true;
    });
    g.stroke();
  };
  run.curves.slice(2).forEach((values, k) => curve(values, PIN_COLOURS[k], 1.2, []));
  curve(run.curves[1], text, 1, [4, 3]);
  curve(run.curves[0], accent, 2, []);
  g.setLineDash([]);
  const end = run.curves[0].findIndex(Number.isNaN);
  if (end > 0) {                                  // not finite from here on
    g.fillStyle = text; g.textAlign = "left"; g.textBaseline = "middle";
    g.fillText(" overflow", px(end - 1, longest), py(run.curves[0][end - 1]) + 8);
  }
  const word = schema.line_word;
  const wide = g.measureText(word).width, under = line < top + 14;
  g.fillStyle = style.getPropertyValue("--fe-back").trim() || "#fff";
  g.fillRect(right - wide - 2, under ? line + 2 : line - 15, wide + 4, 13);      // readable on the curves
  g.fillStyle = text; g.textAlign = "right"; g.textBaseline = under ? "top" : "bottom";
  g.fillText(word, right, under ? line + 3 : line - 2);
}

// ---------------------------------------------------------------- one knob

// A label, a slider or choice, and a box that takes any number; a refused one turns red and says the rule.
function makeKnob({ name, label, low, high, whole, log, choices, hint, locked, position, play }, turn) {
  const id = `fe-${name}-${Math.random().toString(36).slice(2, 8)}`, error = h("span", { class: "fe-error", role: "alert" });
  let slider = null, box = null, held = 0, sent = null, short = null;
  const toPosition = position?.to ?? (value => log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const fromPosition = p => {
    const value = log ? low * (high / low) ** p : low + (high - low) * p;
    return whole ? Math.round(value) : Number(value.toPrecision(6));
  };
  const refuse = why => { error.textContent = why; sent = null; row.classList.toggle("fe-wrong", Boolean(why)); };
  const row = h("div", { class: "fe-knob", "data-name": name });
  if (choices?.length) {
    box = h("select", { id, disabled: locked, onchange: () => { refuse(""); const c = choices[box.selectedIndex]; turn(c[0]); } },
      ...choices.map(([value, words]) => h("option", { value: String(value) }, words)));
  } else {
    if (high != null || position) {
      const step = position?.step ?? (whole && !log ? 1 / (high - low) : 0.001);
      slider = h("input", { type: "range", min: 0, max: 1, step, id, disabled: locked, "aria-label": label,
        oninput: () => {
          held = performance.now(); refuse("");
          if (position) { position.turn(Number(slider.value)); return; }
          const value = fromPosition(Number(slider.value));
          box.value = value;
          slider.setAttribute("aria-valuetext", value);
          turn(value, true);
        } });
    }
    const type = () => {
      if (box.value === sent || box.value === short) return;
      if (box.value === box.dataset.shown) { refuse(""); return; }
      sent = box.value;
      turn(box.value);
    };
    box = h("input", { type: "text", class: "fe-box", id: slider ? `${id}-box` : id, disabled: locked, autocomplete: "off",
      spellcheck: "false", placeholder: hint, title: hint, "aria-label": slider ? `${label}, value` : label,
      onchange: type, onkeydown: event => { if (event.key === "Enter") type(); } });
  }
  row.append(h("label", { for: id, title: label }, label), ...[play, slider, box].filter(Boolean), error);
  if (box && !choices?.length) {                  // a short number, and all of it where one types
    box.addEventListener("focus", () => { if (box.value === short) { box.value = box.dataset.shown; box.select(); } });
    box.addEventListener("blur", () => { if (box.value === box.dataset.shown && short) box.value = short; });
  }
  return {
    row, refuse,
    calm() {
      if (!row.classList.contains("fe-wrong")) return;
      refuse("");
      box.value = short ?? box.dataset.shown ?? "";
    },
    // a value from the kernel does not move what the hand holds
    show(value, shorter) {
      const text = value == null ? "" : String(value), active = document.activeElement === box;
      short = shorter;
      if (slider && performance.now() - held > 300 && value != null) {
        slider.value = clamp(toPosition(Number(value)), 0, 1);
        slider.setAttribute("aria-valuetext", text);
      }
      const same = box.dataset.shown === text;
      if (same && (row.classList.contains("fe-wrong") || sent !== null)) return;      // the wrong text stays, beside its rule
      const typing = active && slider && box.value !== box.dataset.shown && box.value !== sent;
      box.dataset.shown = text;
      if (typing) return;
      const written = short && !active ? short : text;
      if (box.value !== written) box.value = written;
      refuse("");
    },
  };
}

// ---------------------------------------------------------------- the whole

function render({ model, el }) {
  const places = makePlaces();
  let schema = model.get("_schema"), now = model.get("_now");
  let lastId = now.view.id, gesture = 0, gestureAt = 0, lost = false, floor = false;
  let over = null, under = null, run = null, cross = { view: lastId, at: now.cross };
  let boxing = false, box = null, drawing = 0, playing = 0, knobs = {}, built = "", serial = 0, asked = 0, askedAt = 0, hovering = null;
  places.add(lastId);

  const post = content => {
    try { model.send(content); }
    catch { lost = true; note(""); }              // the kernel is gone
  };
  const link = makeLink(post, silent => note(silent && !lost ? "No answer from the kernel for 5 seconds: it may be busy with a " +
    "cell. If it was restarted, run this cell again." : ""));
  const send = message => { calm(message.name); link.now(message); };
  // what was refused has been read when the hand goes on to something else
  function calm(except) {
    refused.textContent = "";
    for (const [name, knob] of Object.entries(knobs)) if (name !== except) knob.calm();
  }
  const locked = name => schema.locked.includes(name), hidden = name => schema.hidden.includes(name);
  const touch = () => {               // gestures close in time are one entry of the history
    if (performance.now() - gestureAt > 700) gesture += 1;
    gestureAt = performance.now();
    return `${link.client}:${gesture}`;
  };

  // ---- the parts
  const map = h("canvas", { class: "fe-map", tabindex: 0, role: "application", "aria-roledescription": "map" });
  const veil = h("canvas", { class: "fe-over", "aria-hidden": "true" });
  const sentence = h("span"), goOn = button("Continue exactly", "compute the picture exactly from here on",
    () => { unsettle(); send({ kind: "set", name: "precision", value: "auto" }); }, { class: "fe-on", "aria-label": "Continue exactly" });
  const message = h("div", { class: "fe-note", role: "status", hidden: true }, sentence, goOn);
  const guess = h("div", { class: "fe-guess", role: "note", hidden: true });
  const stage = h("div", { class: "fe-stage" }, map, veil, guess, message);
  const xTicks = h("div", { class: "fe-ticks fe-x", "aria-hidden": "true" }), yTicks = h("div", { class: "fe-ticks fe-y", "aria-hidden": "true" });
  const xLabel = h("div", { class: "fe-xlabel" }), yLabel = h("div", { class: "fe-ylabel" }, h("span"));
  const legend = h("div", { class: "fe-legend" });
  const curves = h("canvas", { class: "fe-curves", role: "img", "aria-label": "the run's watched number against the step" });
  const where = h("div", { class: "fe-where" }), fate = h("div", { class: "fe-fate" }), beside = h("div", { class: "fe-beside" });
  const insetCanvas = h("canvas", { class: "fe-inset", width: 96, height: 96, hidden: true, role: "img" });
  const spoken = h("div", { class: "fe-spoken", "aria-live": "polite" });
  const copyPoint = button("copy point", "copy the coordinates in full precision (C)", () => said(copyPoint, run?.exact.join(", ")));
  const pins = button("keep", "keep the run under the cross-hair (Enter)", () => point(cross.at, cross.view, { pin: true }));
  const clear = button("forget", "forget the kept runs (Esc)", () => send({ kind: "clear" }));
  const knobsTop = h("div", { class: "fe-knobs" }), knobsMore = h("details", { class: "fe-more" }, h("summary"));
  const depth = h("span", { class: "fe-depth" }), about = h("span", { class: "fe-about" });
  const progress = h("div", { class: "fe-progress", role: "progressbar", "aria-label": "computed", "aria-valuemin": 0, "aria-valuemax": 100 }, h("div"));
  const left = h("span", { class: "fe-left-over" });
  const stop = button("stop", "stop computing", () => send({ kind: "action", name: now.busy === "stopped" ? "resume" : "stop" }), { class: "fe-stop" });
  const state = h("code", { class: "fe-state", tabindex: 0, "aria-label": "state of this explorer" });
  const copyState = button("copy", "copy the state", () => said(copyState, now.state));
  const exported = h("div", { class: "fe-export" }), refused = h("div", { class: "fe-error fe-refused", role: "alert" });
  const views = h("div", { class: "fe-panel fe-views", role: "dialog", "aria-label": "named views", hidden: true });
  const help = h("div", { class: "fe-panel fe-help", role: "dialog", "aria-label": "keys and gestures", hidden: true },
    h("dl", {}, ...HELP.flatMap(([key, words]) => [h("dt", {}, key), h("dd", {}, words)])));
  const tools = {
    undo: button("↶", "undo (Z)", () => send({ kind: "action", name: "undo" })),
    redo: button("↷", "redo (Y)", () => send({ kind: "action", name: "redo" })),
    home: button("⌂", "home: the first view (Home)", () => send({ kind: "action", name: "home" })),
    box: button("▭", "zoom into a box (B, or Shift and drag)", () => setBoxing(!boxing), { "aria-pressed": "false" }),
    in: button("+", "zoom in (+)", () => zoom(2)),
    out: button("−", "zoom out (−)", () => zoom(0.5)),
    views: button("★ views", "named views", () => open(views), { "aria-expanded": "false" }),
    full: button("⤢", "full screen (F)", fullScreen),
    help: button("?", "keys and gestures (?)", () => open(help), { "aria-expanded": "false" }),
  };
  const title = h("div", { class: "fe-title" }), formula = h("div", { class: "fe-formula", role: "math" });
  const source = h("span", { class: "fe-source" });
  const hint = h("div", { class: "fe-hint" });
  const toolbar = h("div", { class: "fe-tools", role: "toolbar", "aria-label": "map" }, ...Object.values(tools));
  const width = h("input", { type: "text", class: "fe-box", value: now.size[0], "aria-label": "width of the exported picture in pixels", size: 5 });
  const takeAlong = what => { exported.textContent = "…"; refused.textContent = ""; takes.classList.remove("fe-wrong"); send({ kind: "export", name: "export", what, columns: width.value }); };
  const takes = h("div", { class: "fe-takes" }, h("label", {}, "export, width ", width, " px"),
    button("png", "compute and download a PNG with its recipe inside", () => takeAlong("png")),
    button("npz", "compute and download the numbers", () => takeAlong("npz")),
    button("code", "Python lines that make this picture", () => { refused.textContent = ""; send({ kind: "code" }); }), exported);
  const inspector = h("section", { class: "fe-inspector", "aria-label": "the run behind the pixel" }, where, curves,
    h("div", { class: "fe-words" }, h("div", {}, fate, beside), insetCanvas), h("div", { class: "fe-row" }, pins, clear, copyPoint), spoken);
  const root = h("div", { class: "fe", "data-lm-suppress-shortcuts": "true" },
    h("div", { class: "fe-head" }, title, toolbar, h("div", { class: "fe-formulas" }, formula, source), hint, views, help),
    h("div", { class: "fe-body" },
      h("div", { class: "fe-left" },
        h("div", { class: "fe-plot" }, yLabel, yTicks, stage, xTicks, xLabel), legend),
      h("div", { class: "fe-right" }, inspector, knobsTop, knobsMore)),
    h("div", { class: "fe-foot" }, h("div", { class: "fe-row" }, depth, left, progress, stop), about, refused,
      h("div", { class: "fe-row fe-staterow" }, state, copyState), takes));
  el.append(h("div", { class: "fe-container" }, root));

  // ---- drawing
  const pixel = ({ view, at: [u, v] }) => {       // of a point in the present view, or null
    const t = places.get(view);
    return t ? [(t.a + t.b * u) * stage.clientWidth, (1 - t.c - t.d * v) * stage.clientHeight] : null;
  };
  function fit(canvas) {
    const ratio = window.devicePixelRatio || 1, W = Math.round(stage.clientWidth * ratio), H = Math.round(stage.clientHeight * ratio);
    if (canvas.width !== W || canvas.height !== H) { canvas.width = W; canvas.height = H; }
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    return g;
  }
  function schedule() { if (!drawing) drawing = requestAnimationFrame(draw); }
  function draw() {
    cancelAnimationFrame(drawing);
    drawing = 0;
    const W = stage.clientWidth, H = stage.clientHeight;
    if (!W) return;                               // hidden, as while the theme changes: keep what is there
    const g = fit(map);
    g.clearRect(0, 0, W, H);
    g.globalAlpha = floor ? 0.25 : 1;
    let guessed = "";                             // the label stays as long as anything of a guess is seen
    for (const layer of [under, over]) {
      const t = layer && places.get(layer.view);
      if (!t) continue;
      // only what is seen, in pixels of the bitmap: it may be magnified a million times
      const [coverX, coverY] = layer.cover, image = layer.bitmap;
      const u0 = clamp(-t.a / t.b, 0, coverX), u1 = clamp((1 - t.a) / t.b, 0, coverX);
      const v0 = clamp(-t.c / t.d, 0, coverY), v1 = clamp((1 - t.c) / t.d, 0, coverY);
      if (!(u1 > u0 && v1 > v0)) continue;
      const sx = u0 / coverX * image.width, sw = (u1 - u0) / coverX * image.width;
      const sy = (1 - v1 / coverY) * image.height, sh = (v1 - v0) / coverY * image.height;
      g.drawImage(image, sx, sy, sw, sh, (t.a + t.b * u0) * W, (1 - t.c - t.d * v1) * H, t.b * (u1 - u0) * W, t.d * (v1 - v0) * H);
      guessed = layer.guess || guessed;
    }
    if (guess.textContent !== guessed) guess.textContent = guessed;
    guess.hidden = !guessed;
    root.dataset.guess = guessed;
    g.globalAlpha = 1;
    drawVeil();
    drawTicks();
    root.dataset.drawn = Number(root.dataset.drawn || 0) + 1;
  }
  function stroke(g, path, colour, dark = 3.5, light = 1.5, dash = []) {
    g.lineJoin = "round"; g.setLineDash([]); g.strokeStyle = "rgba(0,0,0,.65)"; g.lineWidth = dark; path(); g.stroke();
    g.setLineDash(dash); g.strokeStyle = colour; g.lineWidth = light; path(); g.stroke(); g.setLineDash([]);
  }
  function drawVeil() {
    if (!stage.clientWidth) return;
    const g = fit(veil), W = stage.clientWidth, H = stage.clientHeight;
    g.clearRect(0, 0, W, H);
    if (run && places.has(run.view)) {
      run.orbits.map((orbit, k) => [orbit, k]).reverse().forEach(([orbit, k]) => {
        const points = [];
        for (let i = 0; i < orbit.length; i += 2) points.push(pixel({ view: run.view, at: [orbit[i], orbit[i + 1]] }));
        const path = () => { g.beginPath(); points.forEach(([x, y], i) => i ? g.lineTo(clamp(x, -2e4, 2e4), clamp(y, -2e4, 2e4)) : g.moveTo(x, y)); };
        k ? stroke(g, path, "#ddd", 2, 0.8, [4, 3]) : stroke(g, path, "#fff", 3, 1.2);
        if (!k) for (const [x, y] of points.slice(0, 200)) { g.fillStyle = "#fff"; g.fillRect(x - 1.5, y - 1.5, 3, 3); }
      });
    }
    now.pins.forEach((pin, k) => {
      const p = pixel({ view: now.view.id, at: pin });
      if (!p) return;
      g.beginPath(); g.arc(p[0], p[1], 5, 0, 7); g.fillStyle = PIN_COLOURS[k]; g.fill(); g.lineWidth = 1.5; g.strokeStyle = "#000"; g.stroke();
    });
    const c = pixel(cross);
    if (c) {
      const [x, y] = c, path = () => {
        g.beginPath();
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) { g.moveTo(x + 5 * dx, y + 5 * dy); g.lineTo(x + 16 * dx, y + 16 * dy); }
      };
      stroke(g, path, "#fff");
    }
    if (box) stroke(g, () => { g.beginPath(); g.rect(...box); }, "#fff");
    root.dataset.orbit = run?.orbits.length ? run.orbits[0].length / 2 : 0;
  }
  function drawTicks() {
    const t = places.get(now.view.id);
    for (const [holder, axis, vertical] of [[xTicks, now.view.x, false], [yTicks, now.view.y, true]]) {
      holder.replaceChildren(...(t ? axis.ticks : []).flatMap(([f, text, power]) => {
        const place = vertical ? 1 - t.c - t.d * f : t.a + t.b * f;
        if (place < -1e-9 || place > 1 + 1e-9) return [];
        return [h("span", { style: `${vertical ? "top" : "left"}:${100 * place}%` }, text, power == null ? null : h("sup", {}, String(power).replace("-", "−")))];
      }));
    }
  }
  function drawLegend() {
    const { shades, words, swatches, ink, about } = now.legend;
    if (shades) {
      legend.replaceChildren(h("div", { class: "fe-strip", style: `background:linear-gradient(to right,${shades.slice(0, shades.length / 2).map((c, i, all) =>
        `${c} ${50 * i / (all.length - 1)}%`)},${shades.slice(shades.length / 2).map((c, i, all) => `${c} ${50 + 50 * i / (all.length - 1)}%`)})` },
        h("div", { class: "fe-mark", hidden: true })), h("div", { class: "fe-scale" }, ...words.map(word => h("span", {}, word))),
        h("div", { class: "fe-small" }, `colour: ${about}`));
    } else {
      const textures = { "": "", rising: `repeating-linear-gradient(-45deg,${ink} 0 1px,transparent 1px 5px)`,
        hatch: `repeating-linear-gradient(45deg,${ink} 0 1px,transparent 1px 3px),repeating-linear-gradient(-45deg,${ink} 0 1px,transparent 1px 3px)` };
      legend.replaceChildren(h("div", { class: "fe-swatches" }, ...swatches.map(([colour, word, texture]) => h("span", { class: "fe-swatch" },
        h("i", { style: `background-color:${colour};background-image:${textures[texture] || "none"}` }), word))),
        h("div", { class: "fe-small" }, about));
    }
  }
  function markLegend(place) {
    const mark = legend.querySelector(".fe-mark");
    if (mark) { mark.hidden = place?.strip == null; if (place?.strip != null) mark.style.left = `${100 * place.strip}%`; }
    legend.querySelectorAll(".fe-swatch").forEach((swatch, k) => swatch.classList.toggle("fe-here", place?.swatch === k));
  }

  // ---- moving about
  function moveTo(rectangle, key = "move") {
    if (locked("view") || !places.near(lastId, rectangle)) return;      // too far ahead of the kernel: wait for it
    places.move(rectangle);
    calm();
    const name = touch();
    schedule();
    unsettle();
    link.later(key, () => {
      const rect = places.rectangle(lastId), base = lastId, id = `${link.client}-${++serial}`;
      if (rect.every((edge, i) => Math.abs(edge - [0, 0, 1, 1][i]) < 1e-12)) return null;
      places.add(id);
      lastId = id;
      return { kind: "move", id, base, rect, gesture: name };
    }, true);
  }
  const middle = () => { const at = inView(); return at.every(f => f >= 0 && f <= 1) ? at : [0.5, 0.5]; };
  const zoom = (factor, [u, v] = middle()) => moveTo([u - u / factor, v - v / factor, u + (1 - u) / factor, v + (1 - v) / factor]);
  const pan = (du, dv) => moveTo([du, dv, 1 + du, 1 + dv]);
  const fraction = event => {
    const r = map.getBoundingClientRect();
    return [(event.clientX - r.left) / r.width, 1 - (event.clientY - r.top) / r.height];
  };
  function setBoxing(on) { boxing = on; tools.box.setAttribute("aria-pressed", String(on)); map.classList.toggle("fe-boxing", on); }

  const hands = new Map();                        // pointers that are down: id -> last event
  let start = null, clicked = 0, scrolled = 0;
  map.addEventListener("pointerdown", event => {
    if (event.button) return;
    map.focus({ preventScroll: true });
    map.setPointerCapture(event.pointerId);
    hands.set(event.pointerId, event);
    gestureAt = 0;
    start = { event, moved: hands.size > 1, box: (event.shiftKey || boxing) && !locked("view") };
    event.preventDefault();
  });
  map.addEventListener("pointermove", event => {
    const before = hands.get(event.pointerId);
    if (!before) { hover(event); return; }
    const r = map.getBoundingClientRect();
    if (hands.size === 2) {                       // two fingers: pan with their middle, zoom with their distance
      const other = [...hands.values()].find(e => e.pointerId !== event.pointerId);
      const apart = e => Math.hypot(e.clientX - other.clientX, e.clientY - other.clientY) || 1;
      const middle = e => [((e.clientX + other.clientX) / 2 - r.left) / r.width, 1 - ((e.clientY + other.clientY) / 2 - r.top) / r.height];
      const [u, v] = middle(before), [u1, v1] = middle(event), f = apart(event) / apart(before);
      moveTo([u - u1 / f, v - v1 / f, u + (1 - u1) / f, v + (1 - v1) / f]);
      start.moved = true;
    } else if (start.moved || Math.hypot(event.clientX - start.event.clientX, event.clientY - start.event.clientY) > 4) {
      start.moved = true;
      if (start.ended) return;
      if (start.box) {
        const [x, y] = [start.event.clientX - r.left, start.event.clientY - r.top];
        box = [x, y, event.clientX - r.left - x, event.clientY - r.top - y];
        schedule();
      } else {
        const from = start.panned ? before : start.event;
        start.panned = true;
        pan((from.clientX - event.clientX) / r.width, (event.clientY - from.clientY) / r.height);
      }
    } else return;
    hands.set(event.pointerId, event);
  });
  const release = event => {
    if (!hands.delete(event.pointerId)) return;
    if (box) {
      const [u0, v0] = fraction(start.event), [u1, v1] = fraction(event);
      const half = Math.max(Math.abs(u1 - u0), Math.abs(v1 - v0)) / 2, u = (u0 + u1) / 2, v = (v0 + v1) / 2;
      box = null;
      setBoxing(false);
      if (half > 0.005 && event.type === "pointerup") { gestureAt = 0; moveTo([u - half, v - half, u + half, v + half]); }
      schedule();
    } else if (!start.moved && event.type === "pointerup") {
      const view = lastId, at = places.inside(view, fraction(event));
      clearTimeout(clicked);                      // a double click is no two clicks
      clicked = setTimeout(() => point(at, view, { pin: true }), 220);
    }
    start = hands.size ? { event: [...hands.values()][0], moved: true, panned: true } : null;
  };
  map.addEventListener("pointerup", release);
  map.addEventListener("pointercancel", release);
  map.addEventListener("dblclick", event => { clearTimeout(clicked); gestureAt = 0; zoom(2, fraction(event)); event.preventDefault(); });
  map.addEventListener("pointerleave", () => {
    if (!hovering) return;
    hovering = null;
    cross = { view: now.view.id, at: now.pins.at(-1) ?? now.cross };
    drawVeil();
    ask({ kind: "leave" });
  });
  const onscroll = () => { scrolled = performance.now(); };
  document.addEventListener("scroll", onscroll, true);
  map.addEventListener("wheel", event => {
    if (locked("view") || performance.now() - scrolled < 250) { scrolled = performance.now(); return; }   // the page is being scrolled
    event.preventDefault();
    event.stopPropagation();
    zoom(Math.exp(-clamp(event.deltaY * (event.deltaMode ? 16 : 1) * (event.ctrlKey ? 5 : 1), -250, 250) * 0.002), fraction(event));
  }, { passive: false });

  const keys = {
    ArrowLeft: () => pan(-0.1, 0), ArrowRight: () => pan(0.1, 0), ArrowUp: () => pan(0, 0.1), ArrowDown: () => pan(0, -0.1),
    "+": () => zoom(2), "=": () => zoom(2), "-": () => zoom(0.5), "−": () => zoom(0.5),
    Home: () => tools.home.click(), z: () => tools.undo.click(), y: () => tools.redo.click(), f: fullScreen,
    b: () => setBoxing(!boxing), c: () => copyPoint.click(), Enter: () => pins.click(), "?": () => open(help),
    Escape: () => { if (!views.hidden || !help.hidden) close(); else if (boxing || box) { setBoxing(false); box = null; if (start) start.box = start.ended = true; schedule(); } else clear.click(); },
  };
  const nudges = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  map.addEventListener("keydown", event => {
    const nudge = event.altKey && nudges[event.key];
    const step = () => places.inside(lastId, inView().map((f, k) => f + nudge[k] / now.size[k]));
    const act = nudge ? () => point(step(), lastId)
      : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  root.addEventListener("keydown", event => {
    event.stopPropagation();
    if (event.key === "Escape") close();
  });

  // ---- panels
  function close() {
    for (const [panel, opener] of [[views, tools.views], [help, tools.help]]) {
      if (!panel.hidden) { panel.hidden = true; opener.setAttribute("aria-expanded", "false"); opener.focus({ preventScroll: true }); }
    }
  }
  function open(panel) {
    const was = panel.hidden;
    close();
    if (!was) return;
    panel.hidden = false;
    (panel === views ? tools.views : tools.help).setAttribute("aria-expanded", "true");
    panel.querySelector("button, input")?.focus({ preventScroll: true });
  }
  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.().catch(() => note("This browser does not allow full screen here."));
  }
  function said(opener, text) {
    if (!text) return;
    copy(text);
    const words = opener.dataset.words ??= opener.textContent;
    opener.textContent = "copied";
    opener.dataset.copied = text;
    setTimeout(() => { opener.textContent = words; }, 1200);
  }
  function note(text) {
    floor = Boolean(now.view.floor);
    sentence.textContent = lost ? "The kernel that drew this has ended or was restarted. Run this cell again to bring the explorer back to life."
      : now.view.floor || text;
    goOn.hidden = lost || !now.view.offer;
    message.hidden = !sentence.textContent;
    root.classList.toggle("fe-lost", lost);
  }

  // ---- the run behind the pixel
  function ask(request) {                         // one question at a time, the newest
    if (hidden("inspector")) return;
    hovering = request.kind === "hover" ? request : hovering;
    if (asked && performance.now() - askedAt < 400) { ask.next = request; return; }
    asked = ++serial;
    askedAt = performance.now();
    ask.next = null;
    post({ ...request, serial: asked });
    const mine = asked;
    setTimeout(() => answeredRun(mine), 500);     // a newer question of somebody else's may have taken its place
  }
  function answeredRun(number) {
    if (number !== asked) return;
    asked = 0;
    if (ask.next) ask(ask.next);
  }
  function hover(event) {
    const at = fraction(event);
    if (hidden("inspector") || at.some(f => f < 0 || f > 1)) return;
    pointer = event;
    const [u, v] = places.inside(lastId, at);     // the kernel knows this view, or will when it reads this
    cross = { view: lastId, at: [u, v] };
    drawVeil();
    ask({ kind: "hover", view: lastId, u, v });
  }
  // `at` in fractions of `view`; of both coordinates, or of one `axis`
  function point([u, v], view, { pin = false, axis } = {}) {
    cross = { view, at: [u, v] };
    hovering = null;
    drawVeil();
    link.later("point", () => ({ kind: "point", view, u, v, pin, axis }));
  }
  function showRun(content, buffers) {
    const arrays = buffers.map(b => new Float32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength)));
    if (hovering && content.serial === 0) return;           // the cross-hair's own run, while the hand points elsewhere
    run = { ...content, curves: arrays.slice(0, content.curves), orbits: arrays.slice(content.curves) };
    if (!hovering && link.quiet()) cross = { view: content.view, at: content.at };
    where.replaceChildren("The run at", ...content.where.flatMap((text, k) => [k ? "   " : "  ", h("span", {}, text)]));
    fate.textContent = content.fate;
    beside.textContent = content.neighbour;
    fate.dataset.verdict = content.verdict;
    if (!hovering) spoken.textContent = `${content.where.join(", ")}: ${content.fate}`;
    drawCurves(curves, run, schema);
    markLegend(content.legend);
    drawVeil();
    Object.assign(root.dataset, { run: Number(root.dataset.run || 0) + 1, verdict: content.verdict, value: content.value, exact: content.exact.join(",") });
  }

  // ---- what the kernel sends
  function unsettle() { root.dataset.settled = "false"; }
  function settle() {
    const shown = now.view.floor || (over?.format === "png" && over.version === now.version);
    root.dataset.settled = String(Boolean(link.quiet() && !now.busy && now.view.id === lastId && shown));
  }
  async function showFrame(content, data) {
    const bitmap = await createImageBitmap(new Blob([data], { type: `image/${content.format}` }));
    post({ kind: "got", seq: content.seq });
    if (gone || (over && content.seq < over.seq) || !places.has(content.view)) { bitmap.close(); return; }
    if (over && over.view !== content.view) { under?.bitmap.close(); under = over; } else over?.bitmap.close();
    over = { ...content, bitmap };
    if (content.stride === 1) { under?.bitmap.close(); under = null; }
    draw();
    Object.assign(root.dataset, { seq: content.seq, stride: content.stride, frame: content.view, bytes: data.byteLength, format: content.format });
    link.frameCame();
    played?.(content);
    settle();
  }
  let pointer = null, asksFor = now.version, gone = false;
  let playFrom = 0, playTop = 0, playedTo = 0;
  let played = null, shareSeen = 1, computingSince = 0;
  function onMessage(content, buffers) {
    if (content.client && content.client !== link.client) return;       // for another view of this widget
    if (content.kind === "frame") showFrame(content, buffers[0]);
    else if (content.kind === "run") { showRun(content, buffers); answeredRun(content.serial); }
    else if (content.kind === "costly") {
      answeredRun(content.serial);
      fate.textContent = content.why;
    } else if (content.kind === "legend") {
      if (run) run.legend = content.legend;
      markLegend(content.legend);
    } else if (content.kind === "inset") {
      createImageBitmap(new Blob([buffers[0]], { type: "image/jpeg" })).then(bitmap => {
        insetCanvas.hidden = false;
        insetCanvas.title = content.title;
        insetCanvas.setAttribute("aria-label", content.title);
        insetCanvas.getContext("2d").drawImage(bitmap, 0, 0, 96, 96);
        insetCanvas.dataset.count = Number(insetCanvas.dataset.count || 0) + 1;
        bitmap.close();
      });
    } else if (content.kind === "progress") {
      progress.firstChild.style.width = `${100 * content.share}%`;
      progress.setAttribute("aria-valuenow", Math.round(100 * content.share));
      if (content.share < shareSeen) computingSince = performance.now();      // another picture
      shareSeen = content.share;
      const seconds = (performance.now() - computingSince) / 1000 * (1 - content.share) / content.share;
      left.textContent = content.what ? `${content.what} ${Math.round(100 * content.share)} %`
        : performance.now() - computingSince > 1000 && seconds > 8 ? `about ${seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`} left` : "";
    } else if (content.kind === "export progress") {
      exported.replaceChildren(`computing, ${Math.round(100 * content.share)} % `, button("stop", "stop the export",
        () => { send({ kind: "action", name: "stop export" }); exported.textContent = "stopped"; }));
    } else if (content.kind === "file") {
      const link = h("a", { href: URL.createObjectURL(new Blob([buffers[0]])), download: content.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      exported.textContent = `${content.name}, ${Math.round(buffers[0].byteLength / 1024)} KB`;
    } else if (content.kind === "code") {
      const area = h("pre", { class: "fe-code" }, content.text), take = button("copy code", "copy the code", () => said(take, content.text));
      exported.replaceChildren(area, take);
    } else if (content.kind === "refused") {
      if (knobs[content.name]) knobs[content.name].refuse(content.why.replace(/^[xy](?= )/, k => schema.symbols["xy".indexOf(k)]));
      else { exported.textContent = ""; refused.textContent = content.why; takes.classList.toggle("fe-wrong", content.name === "export"); }
    }
  }
  function onSchema() {
    schema = model.get("_schema");
    title.textContent = schema.title;
    fillViews();
    const shape = JSON.stringify({ ...schema, title: "", presets: [], bookmarks: [] });
    if (shape !== built) { built = shape; build(); }        // else the hand keeps the slider that it holds
    onNow();
  }
  function build() {
    const open = knobsMore.open;
    root.classList.toggle("fe-large", schema.large);
    formula.setAttribute("aria-label", schema.latex);
    formula.replaceChildren(...(schema.formula ? [document.importNode(new DOMParser().parseFromString(schema.formula, "image/svg+xml").documentElement, true)] : []));
    source.textContent = schema.source;
    map.setAttribute("aria-label", `${schema.title}. Arrows pan, plus and minus zoom, Alt and arrows move the cross-hair, question mark lists all keys.`);
    knobs = {};
    knobsTop.replaceChildren();
    knobsMore.replaceChildren(knobsMore.querySelector("summary"));
    const groups = new Set();
    const add = (description, turn) => {
      if (hidden(description.name)) return;
      const knob = knobs[description.name] = makeKnob(description, turn);
      if (description.group) groups.add(description.group);
      (description.group ? knobsMore : knobsTop).append(knob.row);
    };
    const set = name => (value, dragging) => {
      calm(name);
      unsettle();
      const mark = touch();
      link.later(`set ${name}`, () => ({ kind: "set", name, value, gesture: dragging ? mark : undefined }), !["x", "y"].includes(name));
    };
    schema.symbols.forEach((symbol, k) => {
      const name = "xy"[k];
      const turn = f => { const at = inView(); at[k] = f; point(places.inside(lastId, at), lastId, { axis: name }); };
      add({ name, label: symbol, position: { to: () => inView()[k], turn, step: 1 / now.size[k] }, locked: locked(name) }, set(name));
    });
    const playButton = button("▶", "play the steps", play, { class: "fe-play", "aria-pressed": "false", disabled: schema.steps.locked });
    add({ name: "steps", label: "steps", low: 1, high: schema.steps.high, whole: true, log: true, locked: schema.steps.locked, play: playButton }, set("steps"));
    for (const knob of schema.knobs) add(knob, set(knob.name));
    add({ name: "resolution", label: "resolution", group: "picture", choices: schema.resolutions.map(n => [n, `${n} columns`]), locked: locked("resolution") }, set("resolution"));
    knobsMore.querySelector("summary").textContent = `more: ${[...groups].join(" · ")}`;
    knobsMore.hidden = !groups.size;
    knobsMore.open = open;
    for (const [name, part] of [["inspector", inspector], ["export", takes], ["state", state.parentElement], ["views", tools.views]]) part.style.display = hidden(name) ? "none" : "";
    hint.textContent = ["point at the map to see the run behind a pixel", locked("pins") ? "" : "click to keep it",
      ...(locked("view") ? [] : ["drag to move", "wheel to zoom", "↶ takes back"])].filter(Boolean).join(" · ");
    for (const name of ["undo", "redo", "home", "box", "in", "out"]) tools[name].style.display = locked("view") ? "none" : "";
    for (const part of [pins, clear]) part.style.display = locked("pins") || hidden("pins") ? "none" : "";
  }
  const inView = () => { const t = places.get(cross.view); return t ? [t.a + t.b * cross.at[0], t.c + t.d * cross.at[1]] : [0.5, 0.5]; };
  function fillViews() {
    const go = (name, kept = false) => () => { close(); refused.textContent = ""; send({ kind: "go", name, kept }); };
    const name = h("input", { type: "text", placeholder: "a name", "aria-label": "name of the view to keep", maxlength: 60 });
    const text = h("input", { type: "text", placeholder: "fe1?system=…", "aria-label": "a state to go to" });
    const within = views.contains(document.activeElement);
    views.replaceChildren(
      ...schema.presets.map(preset => h("button", { type: "button", class: "fe-view", onclick: go(preset.name) }, h("b", {}, preset.name), h("span", {}, preset.why))),
      ...schema.bookmarks.map(kept => h("div", { class: "fe-row" }, h("button", { type: "button", class: "fe-view fe-kept", onclick: go(kept, true) },
        h("b", {}, kept), h("span", {}, "kept by you")), button("✕", `forget ${kept}`, () => send({ kind: "unbookmark", name: kept })))),
      h("form", { class: "fe-row", onsubmit: event => { event.preventDefault(); send({ kind: "bookmark", name: name.value }); } }, name, h("button", {}, "keep this view")),
      h("form", { class: "fe-row", onsubmit: event => { event.preventDefault(); refused.textContent = ""; close(); send({ kind: "go", state: text.value }); } }, text, h("button", {}, "go to this state")));
    if (within) name.focus({ preventScroll: true });
  }
  function play() {
    const toggle = knobsTop.querySelector(".fe-play");
    const finish = () => { clearTimeout(playing); playing = 0; played = null; toggle.textContent = "▶"; toggle.title = "play the steps"; toggle.setAttribute("aria-pressed", "false"); };
    if (playing) { finish(); return; }
    if (now.steps !== playedTo) { playFrom = 0; playTop = now.steps > 4 ? now.steps : schema.steps.high; }      // from 1 to where we are
    const top = playTop;
    let steps = playFrom;
    const next = () => {
      clearTimeout(playing);
      if (steps >= top || lost) { playedTo = 0; finish(); return; }
      steps = Math.min(top, Math.max(steps + 1, Math.round(steps * 1.06)));
      playedTo = playFrom = steps;
      played = content => { if (content.steps === steps && content.stride <= 4) { played = null; clearTimeout(playing); playing = setTimeout(next, 60); } };
      send({ kind: "set", name: "steps", value: steps, gesture: `${link.client}:play` });
      playing = setTimeout(next, 2000);
    };
    toggle.textContent = "▮▮";
    toggle.title = "pause";
    toggle.setAttribute("aria-pressed", "true");
    next();
  }
  function onNow() {
    now = model.get("_now");
    link.answer(now.answered);
    if (now.view.id !== lastId && link.quiet()) {
      places.go(now.view.id, now.view.from);
      lastId = now.view.id;
    }
    if (now.version !== asksFor) {
      asksFor = now.version;
      if (hovering && pointer) hover(pointer);    // another picture under the same pointer
      if (exported.querySelector(".fe-code")) exported.replaceChildren();         // the lines were for the last one
    }
    if (!hovering && link.quiet()) cross = { view: now.view.id, at: now.cross };
    const [columns, rows] = now.size;
    stage.style.aspectRatio = `${columns} / ${rows}`;
    for (const [label, axis, text, symbol] of [[xLabel, now.view.x, schema.labels[0], schema.symbols[0]], [yLabel.firstChild, now.view.y, schema.labels[1], schema.symbols[1]]]) {
      label.textContent = (text.includes(symbol) ? text : `${symbol}, ${text}`) + (axis.shared ? ` = ${axis.shared}` : "");
    }
    for (const [name, knob] of Object.entries(knobs)) knob.show(now.values[name], now.short[name]);
    tools.undo.disabled = !now.undo;
    tools.redo.disabled = !now.redo;
    clear.disabled = !now.pins.length;
    depth.textContent = now.depth;
    about.textContent = now.about;
    state.textContent = now.state;
    const busy = now.busy === "computing";
    stop.textContent = now.busy === "stopped" ? "go on" : "stop";
    stop.style.visibility = now.busy ? "visible" : "hidden";
    progress.style.visibility = now.busy ? "visible" : "hidden";
    if (!busy) left.textContent = "";
    if (!busy && now.busy !== "stopped") progress.firstChild.style.width = "0";
    root.dataset.busy = now.busy;
    drawLegend();
    markLegend(run?.legend);
    note("");
    schedule();
    settle();
  }
  function onLife() {
    setTimeout(() => { lost = Boolean(root.closest(".jupyter-widgets-disconnected")); if (!lost) hello(); note(""); }, 0);
  }
  function hello() { post({ kind: "hello", client: link.client }); }

  model.on("msg:custom", onMessage);
  model.on("change:_schema", onSchema);
  model.on("change:_now", onNow);
  model.on("comm_live_update", onLife);
  const redraw = () => { schedule(); if (run) drawCurves(curves, run, schema); };
  const watcher = new ResizeObserver(redraw);
  const themes = new MutationObserver(() => setTimeout(redraw, 300));       // when the new style sheet is in place
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  watcher.observe(stage);
  watcher.observe(curves);
  onSchema();
  hello();
  // By now the messages have a subshell of their own; the kernel's answer makes it the one for those to come (conversation.py).
  window.addEventListener("pagehide", bye);
  const ready = [300, 1500].map(after => setTimeout(() => { if (!lost) send({ kind: "ready" }); }, after));
  return () => {
    ready.forEach(clearTimeout);
    model.off("msg:custom", onMessage);
    model.off("change:_schema", onSchema);
    model.off("change:_now", onNow);
    model.off("comm_live_update", onLife);
    document.removeEventListener("scroll", onscroll, true);
    watcher.disconnect();
    themes.disconnect();
    window.removeEventListener("pagehide", bye);
    clearTimeout(playing);
    clearTimeout(clicked);
    cancelAnimationFrame(drawing);
    under?.bitmap.close();
    over?.bitmap.close();
    over = under = null;
    gone = true;
    bye();
  };
  function bye() {
    if (!lost) post({ kind: "bye", client: link.client });
  };
}

export default { render };
