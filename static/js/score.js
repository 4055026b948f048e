// Keys of the score sheet: 0 to 4 score, C remark, J and K next and previous, B evidence, ? help. They rest while
// somebody types, and can be switched off; the choice stays on this device.

const form = document.querySelector("form[data-score]");
const help = document.querySelector("[data-keys-help]");
const toggle = document.querySelector("[data-keys-toggle]");
const remembered = () => { try { return localStorage.getItem("portal:keys") !== "off"; } catch { return true; } };
let on = remembered();

const paint = () => {
  document.documentElement.dataset.keys = on ? "on" : "off";
  if (toggle) toggle.checked = on;
};
toggle?.addEventListener("change", () => {
  on = toggle.checked;
  try { localStorage.setItem("portal:keys", on ? "on" : "off"); } catch { /* forbidden: until the page is left */ }
  paint();
});
document.querySelector("[data-keys-open]")?.addEventListener("click", () => help.showModal());
paint();

const go = (selector) => document.querySelector(selector)?.click();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help?.open) return;
  if (event.target.closest('textarea, select, [contenteditable], input:not([type="radio"], [type="checkbox"])')) return;
  if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
  if (!on || !form) return;
  if (/^[0-4]$/.test(event.key)) {
    const level = form.querySelector(`input[type="radio"][value="${event.key}"]:enabled`);
    if (level) { event.preventDefault(); level.focus(); level.click(); }
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "c") { event.preventDefault(); form.querySelector("[data-remark]")?.focus(); }
  else if (key === "j") go("[data-next]");
  else if (key === "k") go("[data-prev]");
  else if (key === "b") go("[data-evidence]");
});
