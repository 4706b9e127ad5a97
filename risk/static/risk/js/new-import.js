// A new import: what is too much is told before it is sent, and sending shows how far it is. When something is wrong
// with what was sent, the form comes back with the same files chosen. Without scripts the plain form does all of it.

import { locale, text } from "aedile/text";
import { toast } from "aedile/toast";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
let sending = null;

function words(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** step;
  const digits = value < 10 ? 1 : 0;
  const shape = { style: "unit", unit: UNITS[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale(), shape).format(value);
}

function sizeOf(files) {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function findProblem(form, files) {
  const { mostBytes, mostFiles } = form.dataset;
  if (files.length > Number(mostFiles)) return text("upload.many", { most: mostFiles });
  const size = sizeOf(files);
  return size > Number(mostBytes) ? text("upload.large", { size: words(size), most: words(Number(mostBytes)) }) : "";
}

/** Show what is chosen, or what is wrong with it, below the field; returns whether it may be sent. */
function judge(form) {
  const field = form.querySelector("input[type=file]");
  const files = [...field.files];
  const problem = findProblem(form, files);
  const note = form.querySelector("[data-upload-note]");
  note.className = problem ? "field-error" : "form-hint";
  note.textContent = problem || (files.length ? text("upload.chosen", { n: files.length, size: words(sizeOf(files)) }) : "");
  if (problem) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  return !problem;
}

function show(form, done, total) {
  const place = form.querySelector("[data-upload-progress]");
  place.hidden = false;
  place.querySelector("progress").max = total;
  place.querySelector("progress").value = done;
  place.querySelector("[data-upload-done]").textContent = `${words(done)} / ${words(total)}`;
}

/** Put the answered form in the place of the old one, with the files that were chosen. */
function swap(form, page) {
  const answered = new DOMParser().parseFromString(page, "text/html").querySelector("[data-upload-form]");
  if (!answered) return false;
  const fresh = answered.querySelector("input[type=file]");
  const field = form.querySelector("input[type=file]");
  for (const name of ["class", "aria-invalid", "aria-describedby"]) {
    if (fresh.hasAttribute(name)) field.setAttribute(name, fresh.getAttribute(name));
    else field.removeAttribute(name);
  }
  fresh.replaceWith(field);
  form.replaceWith(answered);
  start(answered);
  (answered.querySelector("[aria-invalid=true]") ?? field).focus();
  return true;
}

function send(form) {
  sending = new XMLHttpRequest();
  const button = form.querySelector("button");
  button.disabled = true;
  const end = (message) => {
    sending = null;
    button.disabled = false;
    form.querySelector("[data-upload-progress]").hidden = true;
    if (message) toast(message, { tone: "danger" });
  };
  sending.upload.addEventListener("progress", (event) => show(form, event.loaded, event.total));
  sending.addEventListener("error", () => end(text("error.network")));
  sending.addEventListener("load", () => {
    const { status, responseURL, responseText } = sending;
    if (status < 300 && responseURL !== location.href) {
      sending = null;
      location.assign(responseURL);
      return;
    }
    end("");
    if (!swap(form, responseText)) toast(text("error.server", { status }), { tone: "danger" });
  });
  sending.open("POST", location.href);
  sending.send(new FormData(form));
}

function start(form) {
  form.addEventListener("change", () => judge(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    if (judge(form)) send(form);
    else form.querySelector("input[type=file]").focus();
  });
  if (form.querySelector("input[type=file]").files.length) judge(form); // chosen before the script ran
}

start(document.querySelector("[data-upload-form]"));
addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
