// Dialogs: <button data-open-dialog="id"> opens one; data-close-dialog closes it. Anything with data-confirm asks
// first and says the consequence: <form data-confirm="Reverse 12 sanctions?" data-confirm-detail="…"
// data-confirm-action="Reverse 12" data-confirm-tone="danger">.

const asked = new WeakSet();

function confirmDialog() {
  return document.getElementById("confirm-dialog");
}

/** Ask a question; resolves to true when the viewer agrees. */
export function ask({ title, detail = "", action = "", tone = "" }) {
  const dialog = confirmDialog();
  const agree = dialog.querySelector("[data-agree]");
  dialog.querySelector("[data-title]").textContent = title;
  const place = dialog.querySelector("[data-detail]");
  place.textContent = detail;
  place.hidden = !detail;
  agree.textContent = action || agree.dataset.default;
  agree.classList.toggle("btn-danger", tone === "danger");
  agree.classList.toggle("btn-primary", tone !== "danger");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function questionOf(element) {
  const { confirm: title, confirmDetail: detail, confirmAction: action, confirmTone: tone } = element.dataset;
  return { title, detail, action, tone };
}

async function askBeforeSubmit(event) {
  const form = event.target;
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || asked.has(form)) {
    asked.delete(form);
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  if (!(await ask(questionOf(source)))) return;
  asked.add(form);
  form.requestSubmit(submitter);
}

/** Wire openers, closers and questions. */
export function startDialogs() {
  document.addEventListener("submit", askBeforeSubmit, true);
  document.addEventListener("htmx:confirm", (event) => {
    const element = event.target.closest?.("[data-confirm]");
    if (!element || element.matches("form")) return;
    event.preventDefault();
    ask(questionOf(element)).then((isAgreed) => (isAgreed ? event.detail.issueRequest() : event.detail.dropRequest()));
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
    event.target.closest("[data-close-dialog]")?.closest("dialog")?.close();
    if (event.target.matches("dialog.dialog[data-light]")) event.target.close();
  });
}
