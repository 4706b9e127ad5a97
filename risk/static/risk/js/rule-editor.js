// The editor of a condition: Ace in place of the plain field, problems underlined as they are typed, completion.
// Without scripts, or should Ace not load, the plain field works by itself.

import { onKey } from "aedile/keys";
import { send } from "aedile/requests";
import { text } from "aedile/text";

const CHECK_AFTER_MS = 250;
const WORDS = "true|false|null|in";

const form = document.querySelector("[data-rule-editor]");
const field = form.querySelector("textarea[name=condition]");
const target = form.querySelector("[name=target]");

function loadScript(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = import.meta.resolve(name);
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${name} did not load`));
    document.head.append(script);
  });
}

// The server counts characters, the browser UTF-16 units: they differ after an emoji.
const unitsOf = (line, characters) => Array.from(line).slice(0, characters).join("").length;
const charactersOf = (value, units) => Array.from(value.slice(0, units)).length;

async function post(url, body) {
  const response = await send(url, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function showTarget() {
  form.querySelector("[data-on-events]").hidden = target.value !== "events";
}

/** Show the problems below the editor; a click goes to the place. */
function listProblems(problems, goTo) {
  const list = form.querySelector("[data-problems]");
  list.replaceChildren(
    ...problems.map((problem) => {
      const item = document.createElement("li");
      item.className = problem.severity === "error" ? "tone-danger" : "tone-warn";
      const button = document.createElement("button");
      button.type = "button";
      const place = document.createElement("b");
      place.textContent = text("rule.place", { line: problem.line, column: problem.column });
      const hint = document.createElement("span");
      hint.className = "muted";
      hint.textContent = problem.hint;
      button.append(place, ` ${problem.message}. `, hint);
      button.addEventListener("click", () => goTo(problem));
      item.append(button);
      return item;
    }),
  );
}

class Checker {
  constructor(editor, Range) {
    this.editor = editor;
    this.Range = Range;
    this.marks = [];
    this.asked = 0;
    this.formatted = "";
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), CHECK_AFTER_MS);
  }

  async now() {
    this.asked += 1;
    const number = this.asked;
    try {
      const answer = await post(form.dataset.check, { text: this.editor.getValue(), target: target.value });
      if (number === this.asked) this.show(answer);
    } catch {
      if (number === this.asked) this.say("rule.unchecked");
    }
  }

  say(key) {
    form.querySelector("[data-check-state]").textContent = text(key);
  }

  show({ problems, plain, formatted }) {
    const { session } = this.editor;
    for (const mark of this.marks) session.removeMarker(mark);
    this.marks = problems.map((problem) => {
      const css = problem.severity === "error" ? "rule-problem" : "rule-warning";
      return session.addMarker(this.rangeOf(problem), css, "text", true);
    });
    session.setAnnotations(
      problems.map((problem) => ({
        row: problem.line - 1,
        column: problem.column - 1,
        text: `${problem.message}. ${problem.hint}`,
        type: problem.severity,
      })),
    );
    listProblems(problems, (problem) => this.goTo(problem));
    const hasErrors = problems.some((problem) => problem.severity === "error");
    this.say(hasErrors ? "rule.wrong" : "rule.right");
    form.querySelector("[data-plain]").hidden = !plain;
    form.querySelector("[data-plain-text]").textContent = plain;
    this.formatted = formatted;
    form.querySelector("[data-format]").hidden = !formatted || formatted === this.editor.getValue();
  }

  rangeOf(problem) {
    const { session } = this.editor;
    const from = { row: problem.line - 1, column: unitsOf(session.getLine(problem.line - 1), problem.column - 1) };
    const to = { row: problem.end_line - 1, column: unitsOf(session.getLine(problem.end_line - 1), problem.end_column - 1) };
    if (from.row === to.row && to.column <= from.column) {
      // At the end of a line there is nothing to underline: take the sign before it.
      to.column = Math.min(from.column + 1, session.getLine(from.row).length);
      if (to.column <= from.column) from.column = Math.max(0, to.column - 1);
    }
    return new this.Range(from.row, from.column, to.row, to.column);
  }

  goTo(problem) {
    const { start } = this.rangeOf(problem);
    this.editor.gotoLine(start.row + 1, start.column, true);
    this.editor.focus();
  }
}

function completer() {
  return {
    identifierRegexps: [/\w/],
    triggerCharacters: ["."],
    async getCompletions(editor, session, position, prefix, callback) {
      const value = session.getValue();
      const units = session.getDocument().positionToIndex(position);
      try {
        const answer = await post(form.dataset.complete, { text: value, target: target.value, offset: charactersOf(value, units) });
        const Range = window.ace.require("ace/range").Range;
        const start = session.getDocument().indexToPosition(Array.from(value).slice(0, answer.start).join("").length);
        callback(null, answer.offers.map((offer, index) => ({
          caption: offer.label,
          value: offer.insert,
          meta: offer.type || offer.kind,
          docText: offer.doc,
          score: answer.offers.length - index,
          range: new Range(start.row, start.column, position.row, position.column),
        })));
      } catch {
        callback(null, []);
      }
    },
  };
}

function defineMode(ace) {
  ace.define("aedile/rule_mode", (require, exports) => {
    const { Mode: TextMode } = require("ace/mode/text");
    const { TextHighlightRules } = require("ace/mode/text_highlight_rules");
    class Rules extends TextHighlightRules {
      constructor() {
        super();
        this.$rules = {
          start: [
            { token: "comment", regex: "//.*$" },
            { token: "string", regex: '[rR]?"(?:[^"\\\\]|\\\\.)*"?' },
            { token: "string", regex: "[rR]?'(?:[^'\\\\]|\\\\.)*'?" },
            { token: "constant.numeric", regex: "\\b\\d[\\w.]*\\b" },
            { token: "constant.language", regex: `\\b(?:${WORDS})\\b` },
            { token: "keyword.operator", regex: "&&|\\|\\||[!=<>]=?|[-+*/%?:]" },
            { token: "support.function", regex: "[A-Za-z_]\\w*(?=\\s*\\()" },
            { token: "variable", regex: "[A-Za-z_][\\w.]*" },
          ],
        };
        this.normalizeRules();
      }
    }
    exports.Mode = class extends TextMode {
      constructor() {
        super();
        this.HighlightRules = Rules;
        this.lineCommentStart = "//";
      }
    };
  });
  ace.define("aedile/rule_theme", (require, exports) => {
    exports.isDark = false;
    exports.cssClass = "ace-aedile";
    exports.cssText = ""; // risk/css/rules.css has the colours of both themes
  });
}

async function startEditor() {
  await loadScript("npm/ace");
  const { ace } = window;
  ace.config.set("useStrictCSP", true); // the style sheet comes as a file
  ace.config.set("loadWorkerFromBlob", false);
  await loadScript("npm/ace-tools");
  defineMode(ace);
  const place = form.querySelector("[data-editor]");
  place.hidden = false;
  const editor = ace.edit(place, {
    value: field.value,
    mode: "aedile/rule_mode",
    theme: "aedile/rule_theme",
    useWorker: false,
    wrap: true,
    tabSize: 2,
    useSoftTabs: true,
    fontSize: "12px",
    showPrintMargin: false,
    highlightActiveLine: true,
    enableBasicAutocompletion: [completer()],
    enableLiveAutocompletion: true,
    enableKeyboardAccessibility: true,
    textInputAriaLabel: field.labels[0].textContent.trim(),
  });
  field.hidden = true;
  form.dataset.ready = "";
  return { editor, Range: ace.require("ace/range").Range };
}

target.addEventListener("change", showTarget);
showTarget();

try {
  const { editor, Range } = await startEditor();
  const checker = new Checker(editor, Range);
  editor.session.on("change", () => {
    field.value = editor.getValue();
    checker.later();
  });
  target.addEventListener("change", () => checker.later());
  form.querySelector("[data-format]").addEventListener("click", () => {
    if (checker.formatted) editor.setValue(checker.formatted, 1);
  });
  editor.commands.addCommand({ name: "save", bindKey: { win: "Ctrl-S", mac: "Cmd-S" }, exec: () => form.requestSubmit() });
  if (field.value.trim()) checker.now();
} catch (error) {
  console.warn("The plain field stays:", error);
}

onKey("mod+s", text("rule.save"), () => {
  form.requestSubmit();
  return true;
});
