// The page of a rule: a dialog whose form was refused opens again, with what was written.

document.querySelector("dialog.is-asked")?.showModal();
