// One map of the keyboard for the page. A key is either registered by a script, or declared in the page:
//   <button data-key="e" data-key-label="Escalate">   pressing E clicks it
//   <a href="…" data-key="g c">                        a sequence: G, then C
// Keys without Ctrl/⌘ rest while the viewer types, and can be switched off in the help (WCAG 2.1.4).

import { recall, remember } from "aedile/store";
import { text } from "aedile/text";

const registered = new Map(); // key → {label, group, run}
const SEQUENCE_MS = 900;
let pending = "";
let pendingTimer = 0;

const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform);

/** Put an action on a key ("j", "shift+j", "mod+k", "g c"). Returns a function that takes it off again. */
export function onKey(key, label, run, { group = text("keys.page"), anywhere = false } = {}) {
  const entry = { label, group, run, anywhere };
  registered.set(key, entry);
  return () => {
    if (registered.get(key) === entry) registered.delete(key);
  };
}

/** Say whether keys without a modifier act. */
export function singleKeysAreOn() {
  return recall("keys") !== "off";
}

/** Switch keys without a modifier on ("on") or off ("off"). */
export function setSingleKeys(state) {
  remember("keys", state === "off" ? "off" : null);
}

function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.closest("[contenteditable=''], [contenteditable='true'], .ace_editor")) return true;
  const field = target.closest("input, textarea, select");
  return Boolean(field) && !["checkbox", "radio", "button", "submit", "reset", "range"].includes(field.type);
}

function nameOf(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  const key = event.key.toLowerCase();
  // Shift is part of the character for signs such as "?"; it is named for letters and long keys.
  if (event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key))) parts.push("shift");
  return [...parts, key].join("+");
}

function scopeRoot() {
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  return open ?? document;
}

function isUsable(element) {
  return element.checkVisibility?.() !== false && !element.disabled && element.getAttribute("aria-disabled") !== "true";
}

function declared(key) {
  const found = [...scopeRoot().querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  return found.find(isUsable);
}

function startsSequence(key) {
  const prefix = `${key} `;
  if ([...registered.keys()].some((name) => name.startsWith(prefix))) return true;
  return scopeRoot().querySelector(`[data-key^="${CSS.escape(key)} "]`) !== null;
}

function press(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function act(key, event) {
  const element = declared(key);
  if (element) {
    event.preventDefault();
    press(element);
    return true;
  }
  const entry = registered.get(key);
  if (!entry || (scopeRoot() !== document && !entry.anywhere)) return false;
  if (entry.run(event) === false) return false;
  event.preventDefault();
  return true;
}

function onKeydown(event) {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const name = nameOf(event);
  const isPlain = !name.startsWith("mod+") && !name.startsWith("alt+");
  if (isPlain && (isTyping(event.target) || !singleKeysAreOn())) return;
  // Enter and Space belong to the control that has the focus.
  if (["enter", " "].includes(name) && event.target.closest?.("a, button, summary, input, select, [role=option]")) return;
  const sequence = pending ? `${pending} ${name}` : name;
  pending = "";
  clearTimeout(pendingTimer);
  if (act(sequence, event) || (sequence !== name && act(name, event))) return;
  if (isPlain && startsSequence(name)) {
    pending = name;
    pendingTimer = setTimeout(() => (pending = ""), SEQUENCE_MS);
  }
}

const SIGNS = { mod: isMac ? "⌘" : "Ctrl", shift: "⇧", alt: isMac ? "⌥" : "Alt", enter: "↵", escape: "Esc", arrowup: "↑", arrowdown: "↓", " ": "␣" };

/** Return the key caps of a key's name, for showing it: "mod+k" → ["Ctrl", "K"]. */
export function caps(key) {
  return key.split(/[ +]/).filter(Boolean).map((part) => SIGNS[part] ?? part.toUpperCase());
}

function listed() {
  const groups = new Map();
  const add = (group, label, key) => {
    if (!label) return;
    const rows = groups.get(group) ?? groups.set(group, new Map()).get(group);
    if (!rows.has(label)) rows.set(label, key);
  };
  for (const [key, entry] of registered) add(entry.group, entry.label, key);
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!isUsable(element)) continue;
    const label = element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim();
    add(element.dataset.keyGroup || text("keys.page"), label, element.dataset.key);
  }
  return groups;
}

function cap(sign) {
  const element = document.createElement("kbd");
  element.className = "keycap";
  element.textContent = sign;
  return element;
}

function fillHelp(place) {
  place.replaceChildren();
  for (const [group, rows] of listed()) {
    const section = document.createElement("section");
    const heading = document.createElement("h3");
    heading.className = "caps";
    heading.textContent = group;
    const list = document.createElement("dl");
    for (const [label, key] of rows) {
      const term = document.createElement("dt");
      term.textContent = label;
      const value = document.createElement("dd");
      value.append(...caps(key).map(cap));
      list.append(term, value);
    }
    section.append(heading, list);
    place.append(section);
  }
}

/** Open the list of keys that act on this page. */
export function openHelp() {
  const dialog = document.getElementById("keys-dialog");
  if (!dialog || dialog.open) return;
  fillHelp(dialog.querySelector("[data-keymap]"));
  const toggle = dialog.querySelector("[data-single-keys]");
  toggle.checked = singleKeysAreOn();
  toggle.onchange = () => setSingleKeys(toggle.checked ? "on" : "off");
  dialog.showModal();
}

/** Listen to the keyboard. */
export function startKeys() {
  document.addEventListener("keydown", onKeydown);
  for (const sign of document.querySelectorAll("[data-mod-sign]")) sign.textContent = SIGNS.mod;
  onKey("?", text("keys.help"), openHelp, { group: text("keys.everywhere") });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) openHelp();
  });
}
