// The workspace of a case: the guide by keyboard, the live preview, whose hands the case is in, drafts that survive.

import { onKey } from "aedile/keys";
import { send } from "aedile/requests";
import { text } from "aedile/text";
import { toast } from "aedile/toast";

const ASK_MS = 10_000;
const KEEP_MS = 4 * 60_000;
const ACTIVE_MS = 5 * 60_000;

const page = document.getElementById("case");
const form = document.querySelector("[data-guide]");
const group = text("case.keys");
const isCorrection = Boolean(form && "correction" in form.dataset);
const submitWords = text(isCorrection ? "case.correct" : "case.submit");

// The guide

const guide = form && {
  answers: form.elements.answers.value.split(",").filter(Boolean),
  severity: form.elements.chosen.value,
  isWaiting: false, // Enter came before the preview did
  request: null,
};

const placeOf = (id) => form.querySelector(`[data-place="${CSS.escape(id)}"]`);
const isActive = () => Boolean(form) && !form.querySelector(".guide-body").disabled;

function walk() {
  const steps = [];
  let place = placeOf(form.dataset.start);
  for (const answer of guide.answers) {
    if (!place || place.dataset.outcome) break;
    steps.push({ place, answer });
    place = placeOf(place.dataset[answer]);
  }
  guide.answers = steps.map((step) => step.answer);
  return { steps, place };
}

function pathItem({ place, answer }, index) {
  const item = document.createElement("li");
  const question = document.createElement("span");
  question.className = "guide-said";
  question.textContent = place.querySelector("h3").textContent;
  const said = document.createElement("b");
  said.textContent = place.querySelector(`[data-answer="${answer}"] span`).textContent;
  item.append(question, said);
  if (isActive()) {
    const change = document.createElement("button");
    change.type = "button";
    change.className = "btn btn-quiet btn-sm";
    change.textContent = text("case.change");
    change.setAttribute("aria-label", `${text("case.change")}: ${question.textContent}`);
    change.dataset.backTo = index;
    item.append(change);
  }
  return item;
}

function show({ moveFocus = false } = {}) {
  const { steps, place } = walk();
  for (const step of form.querySelectorAll(".guide-step")) step.hidden = step !== place;
  const path = form.querySelector("[data-path]");
  path.hidden = steps.length === 0;
  path.replaceChildren(...steps.map(pathItem));
  const isDone = Boolean(place?.dataset.outcome);
  form.elements.answers.value = guide.answers.join(",");
  form.querySelector("[data-rationale]").hidden = !isDone;
  const undo = form.querySelector("[data-undo]");
  if (undo) undo.hidden = steps.length === 0;
  if (moveFocus) place?.querySelector("h3")?.focus({ preventScroll: false });
  if (isDone) loadPreview();
  else clearPreview();
  remember();
}

function answer(value) {
  if (!isActive()) return;
  guide.answers.push(value);
  guide.severity = "";
  guide.isWaiting = false;
  show({ moveFocus: true });
}

function goBack(length) {
  guide.answers.length = length;
  guide.severity = "";
  guide.isWaiting = false;
  show({ moveFocus: true });
}

// The preview

const preview = () => document.getElementById("preview");
const shown = () => preview()?.querySelector("[data-preview]");

function isReady() {
  const found = shown();
  return Boolean(found) && "ready" in found.dataset && found.dataset.answers === form.elements.answers.value &&
    found.dataset.severity === guide.severity;
}

function setSubmit() {
  const button = form.querySelector("[data-submit]");
  if (button) button.disabled = !isReady();
}

function clearPreview() {
  guide.request?.abort();
  preview().hidden = true;
  preview().replaceChildren();
  setSubmit();
}

async function loadPreview() {
  guide.request?.abort();
  const request = new AbortController();
  guide.request = request;
  setSubmit();
  const query = new URLSearchParams({ answers: guide.answers.join(","), severity: guide.severity });
  try {
    const response = await send(`${form.dataset.previewUrl}?${query}`, { signal: request.signal });
    const html = await response.text();
    if (!response.ok) throw new Error(String(response.status));
    if (request.signal.aborted) return;
    putPreview(html);
  } catch (error) {
    if (error.name !== "AbortError") toast(text("case.no_preview"), { tone: "danger" });
  }
}

function putPreview(html) {
  const focused = document.activeElement?.name === "severity" ? document.activeElement.value : "";
  const isNoticeOpen = preview().querySelector(".notice-fold")?.open;
  preview().innerHTML = html;
  preview().hidden = false;
  if (isNoticeOpen) preview().querySelector(".notice-fold")?.setAttribute("open", "");
  if (focused) preview().querySelector(`[name=severity][value="${focused}"]`)?.focus();
  for (const radio of preview().querySelectorAll("[name=severity]")) radio.disabled = !isActive();
  form.querySelector("[data-rationale-needed]").hidden = !("needsRationale" in shown().dataset);
  putMacros();
  setSubmit();
  if (!guide.isWaiting) return;
  guide.isWaiting = false;
  if (!isReady()) return;
  if ("hasSanctions" in shown().dataset) toast(text(isCorrection ? "case.look_undone" : "case.look_first"), { tone: "warn" });
  else submit();
}

function putMacros() {
  const place = form.querySelector("[data-macros]");
  const buttons = [...preview().querySelectorAll("template[data-macro]")].map((macro, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = macro.dataset.title;
    button.dataset.macroText = macro.innerHTML.trim();
    const words = document.createElement("textarea");
    words.innerHTML = button.dataset.macroText;
    button.dataset.macroText = words.value;
    if (index === 0) Object.assign(button.dataset, { key: "m", keyLabel: text("case.macro") });
    return button;
  });
  place.replaceChildren(...buttons);
}

function useMacro(button) {
  const field = form.elements.rationale;
  const before = field.value.trim();
  if (!before.includes(button.dataset.macroText)) field.value = before ? `${before}\n${button.dataset.macroText}` : button.dataset.macroText;
  remember();
}

function submit() {
  const button = form.querySelector("[data-submit]");
  if (!button || !isActive()) return false;
  if (isReady()) form.requestSubmit(button);
  else if (!form.querySelector("[data-rationale]").hidden) guide.isWaiting = true;
  else return false;
  return true;
}

// Drafts: what was entered survives a reload of the page, for as long as the tab lives

const draftKey = page && `case-${page.dataset.case}${isCorrection ? "-correction" : ""}`;

function remember() {
  if (!isActive()) return;
  const draft = { answers: guide.answers, severity: guide.severity, rationale: form.elements.rationale.value };
  const isEmpty = !draft.answers.length && !draft.rationale;
  if (isEmpty) sessionStorage.removeItem(draftKey);
  else sessionStorage.setItem(draftKey, JSON.stringify(draft));
}

function restore() {
  const kept = sessionStorage.getItem(draftKey);
  if (!kept || "restored" in form.dataset || !isActive()) return;
  const draft = JSON.parse(kept);
  guide.answers = draft.answers;
  guide.severity = draft.severity;
  form.elements.rationale.value = draft.rationale;
}

// Whose hands the case is in

const presence = () => document.getElementById("presence");
let lastActive = Date.now();
const opened = presence() && { ...presence().dataset };

function freeze(words) {
  const body = form?.querySelector(".guide-body");
  if (body) body.disabled = true;
  const button = form?.querySelector("[data-submit]");
  if (button) button.disabled = true;
  sayChanged(words);
}

function sayChanged(words) {
  const place = document.getElementById("changed");
  place.querySelector("[data-changed-words]").textContent = words;
  place.hidden = false;
}

function compare(now) {
  if (opened.mine === "yes" && now.mine !== "yes") {
    freeze(now.holder ? text("case.taken", { name: now.holder }) : text("case.lost"));
  } else if (now.revision !== opened.revision && now.mine === "yes") {
    sayChanged(text("case.changed"));
  } else if (now.state !== opened.state && opened.mine !== "yes" && ["decided", "escalated"].includes(now.state)) {
    sayChanged(text("case.moved"));
  }
}

async function askWho() {
  if (document.hidden) return;
  try {
    const response = await send(page.dataset.presenceUrl + location.search);
    if (!response.ok || response.redirected) return;
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    const fresh = holder.content.firstElementChild;
    const hasFocus = presence().contains(document.activeElement);
    if (!hasFocus || fresh.dataset.mine !== presence().dataset.mine) presence().replaceWith(fresh);
    compare({ ...fresh.dataset });
  } catch {
    // No connection: the next round asks again, and a submit would say so.
  }
}

async function keepLease() {
  if (presence()?.dataset.mine !== "yes" || Date.now() - lastActive > ACTIVE_MS) return;
  const response = await send(page.dataset.keepUrl, { method: "POST" }).catch(() => null);
  if (response?.ok || response?.status === 409) askWho();
}

// Moving through the evidence

function moveEvidence(step) {
  const pieces = [...document.querySelectorAll("[data-piece]")];
  if (!pieces.length) return false;
  const now = pieces.indexOf(document.activeElement?.closest("[data-piece]"));
  const next = pieces[Math.max(0, Math.min(pieces.length - 1, now + step))] ?? pieces[0];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function onClick(event) {
  const target = event.target.closest("button");
  if (!target) return;
  if (target.dataset.answer) answer(target.dataset.answer);
  else if (target.dataset.backTo) goBack(Number(target.dataset.backTo));
  else if ("undo" in target.dataset) goBack(Math.max(0, guide.answers.length - 1));
  else if (target.dataset.macroText) useMacro(target);
}

function onSubmit(event) {
  if (event.target !== form) return;
  if (!isReady()) {
    event.preventDefault();
    return;
  }
  sessionStorage.removeItem(draftKey);
  setTimeout(() => (form.querySelector("[data-submit]").disabled = true)); // once is enough
}

function startGuide() {
  restore();
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  form.addEventListener("change", (event) => {
    if (event.target.name !== "severity") return;
    guide.severity = event.target.value;
    loadPreview();
    remember();
  });
  form.elements.rationale.addEventListener("input", remember);
  onKey("y", text("case.yes"), () => {
    const button = form.querySelector(".guide-step:not([hidden]) [data-answer=yes]");
    if (!button || !isActive()) return false;
    button.click();
    return true;
  }, { group });
  // The button is disabled until the preview is there; an Enter that came first is kept until then.
  onKey("enter", submitWords, submit, { group });
  show();
}

function start() {
  if (form) startGuide();
  onKey("j", text("case.next_piece"), () => moveEvidence(1), { group });
  onKey("k", text("case.previous_piece"), () => moveEvidence(-1), { group });
  onKey("a", text("case.claim_next"), () => document.getElementById("claim-next").click(), { group });
  onKey("mod+enter", submitWords, () => {
    const own = document.activeElement?.form;
    if (own && own !== form) own.requestSubmit();
    else return submit();
    return true;
  }, { group, anywhere: true });
  for (const name of ["keydown", "pointerdown", "wheel"]) document.addEventListener(name, () => (lastActive = Date.now()), { passive: true });
  document.addEventListener("visibilitychange", askWho);
  setInterval(askWho, ASK_MS);
  setInterval(keepLease, KEEP_MS);
  keepLease();
  document.querySelector("form[data-open-now]")?.closest("dialog")?.showModal();
}

if (page) start();
