// What every page does: focus after a move, links that reach their field, menus, countdowns, buttons that rest.
// Words come from the page (data-msg-*), never from here.

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

// A link to #f-<field> puts the cursor into the field itself.
const enter = (hash) => {
  const field = hash.length > 3 && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (field && hash.startsWith("#f-")) field.querySelector("input, select, textarea, button")?.focus();
};
addEventListener("hashchange", () => enter(location.hash));
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#f-"]');
  if (link && link.hash === location.hash) enter(link.hash);
});

// ---- Focus: after a move the notice with the receipt, so a screen reader begins there; else what the address names.
const begin = () => {
  document.querySelector("[data-focus]")?.focus({ preventScroll: true });
  if (location.hash) enter(location.hash);
};
begin();
// The browser's own jump to the fragment takes the focus away again just before `load`.
addEventListener("load", () => { if (document.activeElement === document.body) begin(); });

// The current entry of a scrolling strip (sections, questions) is in sight.
for (const current of document.querySelectorAll(".section-nav [aria-current], .qlist [aria-current]")) {
  const strip = current.closest("ol, .qlist");
  strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
  strip.scrollTop = current.offsetTop - (strip.clientHeight - current.offsetHeight) / 2;
}

// ---- Menus close on Escape and on a click elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details[data-menu]")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});
// A box that asks for a note is ready to be typed in.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".move-note[open]")) event.target.querySelector("textarea")?.focus();
}, true);

// ---- A form is sent once: the second click of a double click is swallowed.
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog" || event.target.method === "get") return;
  if (Date.now() - (sent.get(event.target) ?? 0) < 3000) event.preventDefault();
  else sent.set(event.target, Date.now());
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// ---- Parts of the page that follow a save (autosave.js, upload.js): {id: html}. A part somebody is writing in stays, and
// so does the one whose button waits for the save; the focus survives the swap.
document.addEventListener("portal:parts", ({ detail: { parts = {}, waiting = null } }) => {
  for (const [id, html] of Object.entries(parts)) {
    const part = document.getElementById(id), active = document.activeElement;
    const written = part && [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((one) => one === active || one.value !== one.defaultValue);
    if (!part || written || part.contains(waiting)) continue;
    const again = part.contains(active) && (active.id ? `#${CSS.escape(active.id)}` : active.hasAttribute("href") && `[href="${CSS.escape(active.getAttribute("href"))}"]`);
    part.innerHTML = html;
    if (again) part.querySelector(again)?.focus();
    window.htmx?.process(part);
  }
});

// ---- Countdown: the server's clock is the truth, this only repaints each minute.
const served = Date.parse(document.querySelector('meta[name="portal-now"]')?.content ?? "");
const behind = Number.isNaN(served) ? 0 : served - Date.now();
const countdown = () => {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const minutes = Math.floor((Date.parse(time.dataset.countdown) - Date.now() - behind) / 60000);
    const values = { d: Math.floor(minutes / 1440), h: Math.floor(minutes / 60) % 24, m: minutes % 60 };
    const kind = minutes < 0 ? "msgOver" : minutes >= 1440 ? "msgDays" : minutes >= 60 ? "msgHours" : "msgMinutes";
    const text = time.dataset[kind] && fill(time.dataset[kind], values);
    if (text && time.textContent !== text) time.textContent = text;
  }
};
countdown();
setInterval(countdown, 60000);
document.addEventListener("htmx:load", countdown);
