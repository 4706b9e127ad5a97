// Lists by keyboard: J/K move, Enter opens, X selects; Shift selects a range. The selection bar says how many.

import { onKey } from "aedile/keys";
import { text } from "aedile/text";

const ROWS = "table[data-rows] > tbody > tr";
let anchor = null;

function visibleRows() {
  return [...document.querySelectorAll(ROWS)].filter((row) => row.checkVisibility());
}

function current() {
  return document.querySelector(`${ROWS}.is-current`);
}

function move(step) {
  const rows = visibleRows();
  if (!rows.length) return false;
  const now = rows.indexOf(current());
  const next = rows[Math.max(0, Math.min(rows.length - 1, now < 0 ? (step > 0 ? 0 : rows.length - 1) : now + step))];
  current()?.classList.remove("is-current");
  next.classList.add("is-current");
  next.scrollIntoView({ block: "nearest" });
  const link = next.querySelector("a.row-link") ?? next.querySelector("a, button, input");
  link?.focus({ preventScroll: true });
  return true;
}

function toggleSelection() {
  const box = current()?.querySelector(".row-check");
  if (!box) return false;
  box.click();
  return true;
}

function boxesOf(scope) {
  return [...scope.querySelectorAll(".row-check")];
}

function showSelection(scope) {
  const boxes = boxesOf(scope);
  const chosen = boxes.filter((box) => box.checked).length;
  const bar = scope.querySelector("[data-selection]");
  if (bar) {
    bar.hidden = chosen === 0;
    bar.querySelector("[data-selection-count]").textContent = text("list.selected", { n: chosen });
  }
  const all = scope.querySelector("[data-check-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

function onCheck(event) {
  const scope = event.target.closest("[data-list]");
  if (!scope) return;
  if (event.target.matches("[data-check-all]")) {
    for (const box of boxesOf(scope)) box.checked = event.target.checked;
  }
  showSelection(scope);
}

function onRangeClick(event) {
  const box = event.target.closest?.(".row-check");
  if (!box) return;
  const boxes = boxesOf(box.closest("[data-list]"));
  if (event.shiftKey && anchor && boxes.includes(anchor)) {
    const [from, to] = [boxes.indexOf(anchor), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  anchor = box;
}

function clearSelection(event) {
  if (!event.target.closest("[data-clear-selection]")) return;
  const scope = event.target.closest("[data-list]");
  for (const box of boxesOf(scope)) box.checked = false;
  showSelection(scope);
}

// The filters stay true to the address when a sort or a page changed it without loading the page again.
function showFilters(path) {
  const form = document.querySelector("form.filters");
  const given = new URL(path, location.href).searchParams;
  for (const field of form?.elements ?? []) {
    if (!field.name || field === document.activeElement) continue;
    const values = given.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = values.includes(option.value);
    else field.value = values[0] ?? "";
  }
}

// What is not filtered stays out of the address.
function dropEmpty(event) {
  const { sourceElement, request } = event.detail.ctx;
  if (!sourceElement.matches("form.filters")) return;
  for (const [name, value] of [...request.body]) if (value === "") request.body.delete(name);
}

/** Wire every list of the page, also those that arrive later. */
export function startLists() {
  document.addEventListener("click", onRangeClick);
  document.addEventListener("click", clearSelection);
  document.addEventListener("change", onCheck);
  document.addEventListener("htmx:config:request", dropEmpty);
  document.addEventListener("htmx:after:history:push", (event) => showFilters(event.detail.path));
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(ROWS);
    if (!row || row === current()) return;
    current()?.classList.remove("is-current");
    row.classList.add("is-current");
  });
  if (!document.querySelector("table[data-rows]")) return;
  const group = text("keys.list");
  onKey("j", text("list.next"), () => move(1), { group });
  onKey("k", text("list.previous"), () => move(-1), { group });
  onKey("enter", text("list.open"), () => {
    const link = current()?.querySelector("a.row-link");
    link?.click();
    return Boolean(link);
  }, { group });
  if (document.querySelector(".row-check")) onKey("x", text("list.select"), toggleSelection, { group });
}
