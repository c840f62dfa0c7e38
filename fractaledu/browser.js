// What every widget of this package uses in the browser; browser.py puts it before the widget's own module.

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  // Jupyter's own shortcuts (z, b, Enter …) look at what has the focus before its parents
  if (node.tabIndex >= 0) node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children.filter(child => child != null));
  return node;
}

const button = (text, label, action, extra = {}) =>
  h("button", { type: "button", title: label, "aria-label": label, onclick: action, ...extra }, text);

// A name for an element, unlike any other on the page: each widget has a copy of its module, so that counting would not do.
const newId = () => `fe-${Math.random().toString(36).slice(2)}`;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// ---------------------------------------------------------------- the link to the kernel

// Messages go out one batch at a time: the next when the last was answered, with only the newest of each kind, so that a
// slow network or a busy kernel never holds stale ones.
function makeLink(post, onsilence) {
  const client = Math.random().toString(36).slice(2, 8), waiting = new Map();
  let number = 0, answered = 0, sentAt = 0, expectsFrame = false, timer = 0;
  const age = () => performance.now() - sentAt;
  const free = () => (answered === number && !(expectsFrame && age() < 250)) || age() > 3000;
  function flush(force = false) {
    clearTimeout(timer);
    if (!waiting.size) return;
    if (!force && !free()) { timer = setTimeout(flush, expectsFrame && answered === number ? 50 : 250); return; }
    const batch = [...waiting.values()].map(({ make, frame }) => ({ message: make(), frame })).filter(({ message }) => message);
    waiting.clear();
    if (!batch.length) return;
    number += 1;
    expectsFrame = batch.some(({ frame }) => frame);
    for (const { message } of batch) post({ ...message, client, n: number });
    sentAt = performance.now();
    const mine = number;
    setTimeout(() => { if (answered < mine) onsilence(true); }, 5000);
  }
  return {
    client, flush,
    later(key, make, frame = false) { waiting.delete(key); waiting.set(key, { make, frame }); flush(); },
    now(message) { waiting.set(Symbol(), { make: () => message, frame: false }); flush(true); },
    answer([who, n]) { if (who === client) { answered = Math.max(answered, n); onsilence(false); flush(); } },
    frameCame() { expectsFrame = false; flush(); },
    quiet: () => !waiting.size && answered === number,
  };
}

const LOST = "The kernel was restarted or has stopped. Run this cell again.";
const SILENT = "The kernel does not answer. If it is busy, this will follow; if it was restarted, run this cell again.";

// The link of a widget to its kernel.  `say` gets a sentence when the kernel is silent or gone, and "" when it answers.
function connect(model, say) {
  let lost = false;
  const post = message => {
    try { if (!lost) model.send(message); }
    catch { lost = true; say(LOST); }
  };
  const link = makeLink(post, silent => { if (!lost) say(silent ? SILENT : ""); });
  const hello = () => link.now({ kind: "hello" });
  const alive = () => setTimeout(() => { lost = false; hello(); }, 0);
  model.on("comm_live_update", alive);
  // By now the messages have a subshell of their own; the kernel's answer makes it the one for those to come (browser.py).
  const timers = [300, 1500].map(after => setTimeout(hello, after));
  return { link, end() { timers.forEach(clearTimeout); model.off("comm_live_update", alive); } };
}

