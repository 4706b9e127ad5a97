// The command palette: Ctrl/⌘ K or "/". Pages and actions of this page at once; cases, entities, policies and
// rules from the server while typing.

import { caps, onKey } from "aedile/keys";
import { send } from "aedile/requests";
import { text } from "aedile/text";

const WAIT_MS = 130;
let dialog;
let field;
let list;
let options = [];
let selected = -1;
let waiting = 0;
let asked = null;

function matches(words, query) {
  const plain = words.toLowerCase();
  return query.split(/\s+/).every((part) => plain.includes(part));
}

function places() {
  return [...document.querySelectorAll("a.rail-item")].map((link) => ({
    label: link.dataset.name,
    url: link.href,
    keys: link.dataset.key,
  }));
}

function actions() {
  return [...document.querySelectorAll("main [data-key], main [data-palette], [data-palette-action]")]
    .filter((element) => element.checkVisibility())
    .map((element) => ({
      label: element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim(),
      element,
      keys: element.dataset.key,
    }))
    .filter((item) => item.label);
}

function localGroups(query) {
  const wanted = (items) => items.filter((item) => !query || matches(item.label, query));
  return [
    { label: text("palette.actions"), items: wanted(actions()) },
    { label: text("palette.places"), items: wanted(places()) },
  ];
}

function optionOf(item, index) {
  const option = document.createElement("div");
  option.className = "palette-item";
  option.role = "option";
  option.id = `palette-option-${index}`;
  option.setAttribute("aria-selected", "false");
  const label = document.createElement("span");
  label.className = "grow";
  label.textContent = item.label;
  option.append(label);
  if (item.hint) {
    const hint = document.createElement("small");
    hint.textContent = item.hint;
    option.append(hint);
  }
  for (const sign of item.keys ? caps(item.keys) : []) {
    const cap = document.createElement("kbd");
    cap.className = "keycap";
    cap.textContent = sign;
    option.append(cap);
  }
  option.addEventListener("click", () => choose(index));
  option.addEventListener("pointermove", () => select(index, { scroll: false }));
  return option;
}

function show(groups) {
  list.replaceChildren();
  options = [];
  for (const { label, items } of groups) {
    if (!items.length) continue;
    const group = document.createElement("div");
    group.role = "group";
    group.setAttribute("aria-label", label);
    const heading = document.createElement("div");
    heading.className = "palette-group caps";
    heading.setAttribute("aria-hidden", "true");
    heading.textContent = label;
    group.append(heading);
    for (const item of items) {
      group.append(optionOf(item, options.length));
      options.push(item);
    }
    list.append(group);
  }
  const state = dialog.querySelector("[data-palette-state]");
  state.hidden = options.length > 0;
  state.textContent = text("palette.none");
  select(options.length ? 0 : -1);
}

function select(index, { scroll = true } = {}) {
  list.querySelector("[aria-selected='true']")?.setAttribute("aria-selected", "false");
  selected = index;
  const option = document.getElementById(`palette-option-${index}`);
  option?.setAttribute("aria-selected", "true");
  if (scroll) option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function choose(index) {
  const item = options[index];
  if (!item) return;
  dialog.close();
  if (item.element) item.element.click();
  else location.assign(item.url);
}

async function ask(query) {
  asked?.abort();
  asked = new AbortController();
  try {
    const url = `${dialog.dataset.source}?${new URLSearchParams({ q: query })}`;
    const response = await send(url, { signal: asked.signal, headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { groups } = await response.json();
    if (field.value.trim() !== query) return;
    const kept = selected;
    show([...groups, ...localGroups(query.toLowerCase())]);
    if (kept > 0 && kept < options.length) select(kept);
  } catch (error) {
    if (error.name !== "AbortError") show(localGroups(query.toLowerCase()));
  }
}

function onInput() {
  const query = field.value.trim();
  show(localGroups(query.toLowerCase()));
  clearTimeout(waiting);
  if (query.length >= 2) waiting = setTimeout(() => ask(query), WAIT_MS);
}

function onKeydown(event) {
  const last = options.length - 1;
  const step = { ArrowDown: selected >= last ? 0 : selected + 1, ArrowUp: selected <= 0 ? last : selected - 1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    select(step);
  } else if (event.key === "Enter") {
    event.preventDefault();
    choose(selected);
  }
}

/** Open the palette. */
export function openPalette() {
  if (dialog.open) return;
  document.querySelector(".menu:popover-open")?.hidePopover();
  field.value = "";
  show(localGroups(""));
  dialog.showModal();
  field.focus();
}

/** Wire the palette. */
export function startPalette() {
  dialog = document.getElementById("palette");
  if (!dialog) return;
  field = dialog.querySelector("input");
  list = dialog.querySelector("[role=listbox]");
  field.addEventListener("input", onInput);
  field.addEventListener("keydown", onKeydown);
  const group = text("keys.everywhere");
  onKey("mod+k", text("palette.open"), openPalette, { group, anywhere: true });
  onKey("/", text("palette.search"), openPalette, { group });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-palette]")) openPalette();
    if (event.target === dialog) dialog.close();
  });
}
