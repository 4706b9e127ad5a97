// The style guide's editor: completes two fields and marks a line, as the rule editor does.

import { createEditor, showProblems } from "aedile/editor";

const WORDS = [
  { value: "seller.late_dispatch_rate_30d", meta: "number", score: 2 },
  { value: "seller.orders_30d", meta: "whole number", score: 1 },
];

const field = document.querySelector("[data-sample-editor]");
if (field) {
  const editor = await createEditor(field, { complete: () => WORDS });
  showProblems(editor, [{ line: 1, column: 8, message: "late_dispatch_rate_30d is a number" }]);
}
