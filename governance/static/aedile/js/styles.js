// Libraries that write a <style> element would break the strict policy. Most look for their element first: it is
// put there beforehand, with the page's nonce, and they fill it rule by rule, which the policy allows.

/** Put an empty style element of the id into the page unless it is there. */
export function holdStyle(id) {
  if (document.getElementById(id)) return;
  const element = document.createElement("style");
  element.id = id;
  element.nonce = document.querySelector("script[nonce]")?.nonce ?? "";
  document.head.append(element);
}
