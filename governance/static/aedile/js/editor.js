// The code editor (Ace) under the strict policy, in the console's colours. The textarea stays the field of the
// form: without scripts, and for whoever prefers it, it works alone.

import { loadScript, loadStyles } from "aedile/loading";

const THEME = { cssClass: "ace-aedile", isDark: false, cssText: "" };

async function loadAce() {
  await Promise.all([loadStyles("npm/ace-css"), loadScript("npm/ace")]);
  window.ace.config.set("useStrictCSP", true);
  await Promise.all([loadScript("npm/ace-tools"), loadScript("npm/ace-search")]);
  return window.ace;
}

/**
 * Put an editor in front of a textarea and keep both equal. Returns the Ace editor.
 * mode: a mode object or the path of a loaded one ("ace/mode/yaml"); complete(prefix, position) returns completions
 * [{value, meta, score, docText}]; lines: [least, most].
 */
export async function createEditor(textarea, { mode = "ace/mode/text", complete = null, lines = [4, 24] } = {}) {
  const ace = await loadAce();
  const place = document.createElement("div");
  place.className = "editor";
  textarea.after(place);
  textarea.hidden = true;
  const editor = ace.edit(place, {
    mode,
    value: textarea.value,
    theme: THEME,
    minLines: lines[0],
    maxLines: lines[1],
    useWorker: false,
    showPrintMargin: false,
    highlightActiveLine: false,
    fontSize: 13,
    tabSize: 2,
    useSoftTabs: true,
    wrap: true,
    enableKeyboardAccessibility: true, // Escape leaves the editor, so that Tab is no trap
    enableBasicAutocompletion: true,
    enableLiveAutocompletion: Boolean(complete),
  });
  const label = textarea.labels?.[0]?.textContent.trim() ?? textarea.getAttribute("aria-label") ?? "";
  editor.setOption("textInputAriaLabel", label);
  if (complete) {
    editor.completers = [
      {
        identifierRegexps: [/[\w.]/],
        getCompletions: (_editor, _session, position, prefix, answer) => answer(null, complete(prefix, position)),
      },
    ];
  }
  editor.session.on("change", () => {
    textarea.value = editor.getValue();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return editor;
}

/** Show problems [{line, column, message, isWarning}] (lines and columns from 1) at their lines. */
export function showProblems(editor, problems) {
  editor.session.setAnnotations(
    problems.map(({ line, column, message, isWarning }) => ({
      row: line - 1,
      column: column - 1,
      text: message,
      type: isWarning ? "warning" : "error",
    })),
  );
}
