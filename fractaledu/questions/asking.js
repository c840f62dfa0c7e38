// The questions of a lesson in the browser: native controls that tell Python what was chosen.  What a question shows is what
// Python says (`_now`); only a choice that was not sent yet lives here.

// Text with `backticks` as code.
function rich(text) {
  const pieces = text.split(/`([^`]+)`/);
  return pieces.map((piece, k) => k % 2 ? h("code", {}, piece) : document.createTextNode(piece));
}

// A sentence that can be given the focus; Jupyter's shortcuts look at it too.
const focusable = (node) => { node.tabIndex = -1; node.setAttribute("data-lm-suppress-shortcuts", "true"); return node; };

const paragraph = ([role, text]) => {
  const node = h("p", { class: `fe-ask-${role}`, "data-mark": text }, ...rich(text));
  return role === "verdict" ? focusable(node) : node;
};

// Native radio buttons in a fieldset; `chosen()` is the index of the chosen one, -1 for none.
function makeRadios(legend, texts, onchange, extra = "") {
  const name = newId();
  const radios = texts.map(() => h("input", { type: "radio", name, onchange }));
  const node = h("fieldset", { class: extra }, h("legend", {}, ...rich(legend)),
    ...texts.map((text, k) => h("label", { class: "fe-ask-option" }, radios[k], h("span", {}, ...rich(text)))));
  return { node, chosen: () => radios.findIndex(radio => radio.checked), clear: () => radios.forEach(radio => { radio.checked = false; }),
    choose: k => { radios[k].checked = true; }, focus: () => radios[0].focus() };
}

// The options once the answer is open, each with what is to be said of it.
const fillMarks = (list, { marks, options }) => list.replaceChildren(...marks.map((mark, k) =>
  h("li", { "data-mark": mark }, ...rich(options[k]), mark ? h("span", { class: "fe-ask-mark" }, mark) : null)));

const press = (text, action, extra = {}) => h("button", { type: "button", onclick: action, ...extra }, text);

// ---------------------------------------------------------------- predict

function makePrediction(now, tell) {
  const choices = makeRadios(now.question, now.options, check);
  const sure = makeRadios("How sure are you?", now.confidences, check, "fe-ask-sure");
  const go = h("button", { type: "submit", disabled: true }, "Show me");
  const neighbour = press("I asked a neighbour: vote again", () => send("neighbour"), { disabled: true });
  const first = focusable(h("p", { class: "fe-ask-first" })), wait = h("p", { class: "fe-ask-wait" });
  const form = h("form", { onsubmit: event => { event.preventDefault(); if (!go.disabled) send("answer"); } },
    first, choices.node, sure.node, h("div", { class: "fe-row" }, go, neighbour), wait);
  const question = h("p", { class: "fe-ask-question" }, ...rich(now.question)), marks = h("ul", { class: "fe-ask-marks" });
  const answer = h("div", { class: "fe-ask-answer", "aria-live": "polite" });
  const drawing = h("p", { class: "fe-ask-wait", role: "status" });
  const again = press("answer again", () => tell({ kind: "again" }), { class: "fe-ask-again" });
  const node = h("div", {}, h("p", { class: "fe-ask-kind" }, "Predict"), form, question, marks, answer, again, drawing);
  let before = null, mine = "";

  function check() {
    const both = choices.chosen() >= 0 && sure.chosen() >= 0;
    go.disabled = neighbour.disabled = !both;
  }
  function send(kind) {
    mine = kind;
    tell({ kind, choice: choices.chosen(), sure: sure.chosen() });
  }
  function show(now) {
    if (before && before.first !== now.first || before?.open && !now.open) { choices.clear(); sure.clear(); }
    form.hidden = now.open;
    first.hidden = !now.first;
    first.textContent = now.first ? `Your first vote is kept: ${now.first}. Vote again; it may be the same.` : "";
    neighbour.hidden = !!now.first;
    wait.textContent = now.figure ? "Choose first; then the picture opens." : "Choose first; then the answer opens.";
    wait.classList.toggle("fe-ask-locked", now.figure);
    question.hidden = marks.hidden = answer.hidden = !now.open;
    again.hidden = !now.open || !now.again;
    fillMarks(marks, now);
    if (JSON.stringify(before?.said) !== JSON.stringify(now.said)) answer.replaceChildren(...now.said.map(paragraph));
    drawing.textContent = now.drawing || now.failed;
    drawing.hidden = !drawing.textContent;
    check();
    if (mine && now.open) answer.querySelector(".fe-ask-verdict")?.focus();
    else if (mine === "neighbour" && now.first) first.focus();
    if (before?.open && !now.open) choices.focus();
    if (now.open || now.first) mine = "";
    before = now;
  }
  return { node, show };
}

// ---------------------------------------------------------------- reveal

const countWords = text => text.trim().split(/\s+/).filter(Boolean).length;

function makeReveal(now, tell) {
  const id = newId();
  const label = h("label", { for: id, class: "fe-ask-question" }, ...rich(now.prompt));
  const area = h("textarea", { id, rows: 3, maxlength: now.most, oninput: check });
  const go = press("Compare with ours", () => { mine = true; tell({ kind: "compare", text: area.value }); }, { disabled: true });
  const hint = h("span", { class: "fe-small" }, `Write at least ${now.fewest} words; then ours opens.`);
  const writing = h("div", {}, area, h("div", { class: "fe-row" }, go, hint));
  const yours = h("p"), ours = h("p");
  const beside = focusable(h("div", { class: "fe-ask-beside", "aria-live": "polite" }, h("div", {}, h("h4", {}, "Yours"), yours), h("div", {}, h("h4", {}, "Ours"), ours)));
  const judges = now.judgements.map((text, judged) => press(text, () => tell({ kind: "judge", judged })));
  const judging = h("div", { class: "fe-row", role: "group", "aria-label": "Does yours say the same?" }, h("span", {}, "Does yours say the same?"), ...judges);
  const again = press("answer again", () => tell({ kind: "again" }), { class: "fe-ask-again" });
  const node = h("div", {}, h("p", { class: "fe-ask-kind" }, "Explain"), label, writing, beside, judging, again);
  let open = null, mine = false;

  function check() {
    go.disabled = countWords(area.value) < now.fewest;
    hint.hidden = !go.disabled;
  }
  function show(now) {
    writing.hidden = now.open;
    beside.hidden = !now.open;
    judging.hidden = again.hidden = !now.open || !now.text;
    yours.textContent = now.text || "(nothing written)";
    ours.replaceChildren(...rich(now.explanation));
    judges.forEach((judge, k) => judge.setAttribute("aria-pressed", String(now.judged === k)));
    if (open && !now.open) { area.value = ""; area.focus(); }
    if (mine && now.open) { beside.focus(); mine = false; }
    open = now.open;
    check();
  }
  return { node, show };
}

// ---------------------------------------------------------------- quiz

function makeQuiz(now, tell) {
  const ones = now.questions.map((question, k) => makeOne(question, k, tell));
  const score = h("p", { class: "fe-ask-question fe-ask-score", role: "status" });
  const again = press("answer all again", () => tell({ kind: "again" }), { class: "fe-ask-again" });
  const node = h("div", {}, h("p", { class: "fe-ask-kind" }, "Quick questions"), ...ones.map(one => one.node), score, again);
  let before = null;
  function show(now) {
    now.questions.forEach((question, k) => ones[k].show(question));
    score.textContent = now.score;
    score.hidden = !now.score;
    again.hidden = !now.again;
    if (before?.again && !now.again) ones[0].focus();
    before = now;
  }
  return { node, show };
}

function makeOne(question, k, tell) {
  const choices = makeRadios(question.question, question.options, check);
  const go = h("button", { type: "submit", disabled: true }, "Answer");
  const form = h("form", { onsubmit: submit }, choices.node, h("div", { class: "fe-row" }, go));
  const title = h("p", { class: "fe-ask-question" }, ...rich(question.question)), marks = h("ul", { class: "fe-ask-marks" });
  const answer = h("div", { class: "fe-ask-answer", "aria-live": "polite" });
  const node = h("div", { class: "fe-ask-one" }, form, title, marks, answer);
  let shown = null, mine = false;

  function check() { go.disabled = choices.chosen() < 0 || choices.chosen() === shown?.chosen; }
  function submit(event) {
    event.preventDefault();
    if (go.disabled) return;
    mine = true;
    tell({ kind: "answer", question: k, choice: choices.chosen() });
  }
  function show(now) {
    if (shown?.chosen !== now.chosen) {
      choices.clear();
      if (now.chosen != null) choices.choose(now.chosen);
    }
    form.hidden = now.done;
    title.hidden = marks.hidden = !now.done;
    node.dataset.done = now.done;
    answer.hidden = !now.said.length;
    fillMarks(marks, now);
    if (JSON.stringify(shown?.said) !== JSON.stringify(now.said)) {
      answer.replaceChildren(...now.said.map(paragraph));
      if (mine) { answer.querySelector(".fe-ask-verdict")?.focus(); mine = false; }
    }
    shown = now;
    check();
  }
  return { node, show, focus: choices.focus };
}

// ---------------------------------------------------------------- my answers

const LARGEST = 4e6;            // characters; Python refuses more

function makeMyAnswers(now, tell, refuse) {
  const id = newId();
  const name = h("input", { type: "text", id, maxlength: 80, autocomplete: "off", onchange: () => tell({ kind: "name", name: name.value }) });
  const body = h("tbody"), table = h("table", { class: now.lessons ? "fe-ask-lessons" : "" }, h("caption", {}, now.title),
    h("thead", {}, h("tr", {}, ...now.columns.map(text => h("th", { scope: "col" }, text)))), body);
  const file = h("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "a file of answers", onchange: upload });
  const said = h("p", { class: "fe-ask-note", role: "status" });
  const node = h("div", {}, table,
    h("div", { class: "fe-row" }, h("label", { for: id }, "Your name, if you like:"), name),
    h("div", { class: "fe-row", style: "margin-top:8px" }, press("Download my answers", () => tell({ kind: "download" })),
      press("Upload my answers", () => file.click()), file), said);

  async function upload() {
    const chosen = file.files[0];
    if (!chosen) return;
    if (chosen.size > LARGEST) refuse("Nothing is taken over from this file: it is too large to be a file of answers.");
    else tell({ kind: "upload", text: await chosen.text() });
    file.value = "";
  }
  function show(now) {
    body.replaceChildren(...now.rows.map(row => h("tr", {}, ...row.map(text => h("td", {}, ...rich(text))))));
    if (document.activeElement !== name) name.value = now.name;
    said.textContent = now.said;
  }
  return { node, show };
}

function save(name, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// ---------------------------------------------------------------- any of them

const KINDS = { Prediction: makePrediction, Reveal: makeReveal, Quiz: makeQuiz, MyAnswers: makeMyAnswers };

function render({ model, el }) {
  const error = h("div", { class: "fe-error", role: "alert" }), trouble = h("p", { class: "fe-ask-note" });
  const refuse = why => { error.textContent = why; };
  const { link, end } = connect(model, refuse);
  const tell = message => { root.dataset.busy = "true"; link.now(message); };
  const first = model.get("_now"), part = KINDS[first.kind](first, tell, refuse);
  const root = h("div", { class: "fe fe-ask", role: "group", "aria-label": first.kind === "MyAnswers" ? "Your answers" : "Question" }, part.node, error, trouble);
  el.append(h("div", { class: "fe-container" }, root));

  function show() {
    const now = model.get("_now");
    link.answer(now.answered);
    part.show(now);
    refuse(now.refused);
    trouble.textContent = now.trouble;
    root.dataset.kind = now.kind;
    root.dataset.open = String(!!now.open);
    root.dataset.busy = String(!link.quiet() || !!now.drawing);
  }
  const onMessage = content => { if (content.kind === "file" && content.client === link.client) save(content.name, content.text); };
  model.on("change:_now", show);
  model.on("msg:custom", onMessage);
  show();
  return () => {
    end();
    model.off("change:_now", show);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
