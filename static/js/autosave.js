// Forms with data-autosave save themselves. Nothing typed is ever lost: what the server has not confirmed stays on
// this device and comes back after a reload or a new sign-in. Words come from the [data-saved] element of the form.

const PAUSE = 1200, SPEAK = 10000, FIRST_RETRY = 5000, LAST_RETRY = 60000;
const SKIPPED = new Set(["csrfmiddlewaretoken", "typed_by", "version"]);
const savers = [];
let line = Promise.resolve();               // saves of one page run one after another: they share version numbers

class Saver {
  constructor(form) {
    this.form = form;
    this.key = ["portal", form.dataset.user, form.dataset.record, form.id].filter(Boolean).join(":");
    this.status = form.querySelector("[data-saved]");
    this.words = this.status.dataset;
    this.retry = FIRST_RETRY;
    this.dirty = this.stopped = false;
    this.confirmed = JSON.stringify(this.entries());
    form.addEventListener("input", (event) => this.typed(event, PAUSE));
    form.addEventListener("change", (event) => this.typed(event, /^(radio|checkbox|select-one|date)$/.test(event.target.type) ? 0 : PAUSE));
    this.restore();
  }

  entries() {
    const rows = [...new FormData(this.form)].filter(([name, value]) => !SKIPPED.has(name) && typeof value === "string");
    const kept = {};
    for (const [name, value] of rows) (kept[name] ??= []).push(value.replace(/\r\n/g, "\n"));
    return kept;
  }

  get version() { return this.form.elements.namedItem("version"); }

  typed(event, pause) {
    if (event.target.form !== this.form || event.target.type === "file") return;
    // Leaving a field tells of a change that the pause has already saved.
    if (event.type === "change" && !this.dirty && JSON.stringify(this.entries()) === this.confirmed) return;
    this.dirty = true;
    this.keep();
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), pause);
  }

  keep() {
    try { localStorage.setItem(this.key, JSON.stringify({ version: this.version?.value, entries: this.entries() })); } catch { /* full or forbidden */ }
  }

  forget() { try { localStorage.removeItem(this.key); } catch { /* forbidden */ } }

  // Text of last time comes back with its old version number, so a change made meanwhile shows as a conflict.
  restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(this.key)); } catch { /* forbidden or broken */ }
    if (!kept) return;
    if (JSON.stringify(kept.entries) === JSON.stringify(this.entries())) { this.forget(); return; }
    for (const control of this.form.elements) {
      if (!control.name || SKIPPED.has(control.name) || /^(hidden|file|submit|button|fieldset)$/.test(control.type)) continue;
      const values = kept.entries[control.name] ?? [];
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
      else if (control.name in kept.entries) control.value = values[0];
    }
    if (this.version && kept.version) this.version.value = kept.version;
    this.dirty = true;
    const discard = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link p-0", textContent: this.words.msgDiscard });
    discard.addEventListener("click", () => { this.forget(); this.dirty = false; location.reload(); });
    this.notice = notice(this.words.msgRestored, discard);
    this.form.before(this.notice);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  save(keepalive = false) {
    clearTimeout(this.timer);
    return (line = line.then(() => this.send(keepalive)));
  }

  // Resolves to true when the server has everything, or has said what is wrong with it.
  async send(keepalive) {
    if (!this.dirty) return true;
    if (this.stopped) return false;
    const body = new FormData(this.form);
    const sent = JSON.stringify(this.entries());
    this.show("saving", this.words.msgSaving);
    let response, data = {};
    try {
      response = await fetch(this.form.dataset.autosave || this.form.action, {
        method: "POST", body, keepalive, redirect: "manual", credentials: "same-origin",
        headers: { "X-CSRFToken": body.get("csrfmiddlewaretoken") ?? "", "X-Requested-With": "autosave", Accept: "application/json" },
      });
      if (response.headers.get("content-type")?.startsWith("application/json")) data = await response.json();
    } catch { return this.later(this.words.msgOffline); }
    if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) return this.signedOut();
    if (response.status === 409) return this.conflict(data);
    if (!response.ok && response.status !== 422) return this.later(this.words.msgUnsent);
    this.retry = FIRST_RETRY;
    this.notice?.remove();
    this.took(data);
    const wrong = Object.keys(data.errors ?? {}).length > 0 || response.status === 422;
    if (JSON.stringify(this.entries()) !== sent) { this.keep(); this.timer = setTimeout(() => this.save(), PAUSE); return true; }
    this.dirty = false;
    this.confirmed = wrong ? null : sent;
    if (wrong) { this.keep(); this.show("invalid", this.words.msgInvalid); } else this.forget();
    if (!wrong) this.show("saved", this.words.msgSaved.replace("{at}", data.saved_at ?? ""));
    return true;
  }

  // What the server answered: version, errors at the fields, parts of the page.
  took(data) {
    const version = this.version;
    if (version && data.version !== undefined) {
      const shared = version.dataset.version;
      for (const other of shared ? document.querySelectorAll(`input[data-version="${CSS.escape(shared)}"]`) : [version]) other.value = data.version;
      for (const saver of savers) if (saver !== this && saver.dirty) saver.keep();
    }
    for (const place of this.form.querySelectorAll("[data-error-for]")) {
      const sentence = data.errors?.[place.dataset.errorFor];
      (place.querySelector("span") ?? place).textContent = sentence ?? "";
      place.hidden = !sentence;
      for (const control of this.form.querySelectorAll(`[name="${CSS.escape(place.dataset.errorFor)}"]`)) {
        control.classList.toggle("is-invalid", Boolean(sentence));
        if (sentence) control.setAttribute("aria-invalid", "true"); else control.removeAttribute("aria-invalid");
      }
    }
    const missing = data.missing_html !== undefined && document.querySelector("[data-missing]");
    if (missing) missing.innerHTML = data.missing_html;
    document.dispatchEvent(new CustomEvent("portal:parts", { detail: { parts: data.parts, waiting } }));
  }

  later(sentence) {
    this.show("unsent", sentence);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.retry);
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
    return false;
  }

  signedOut() {
    this.show("signedout", this.words.msgSignedout);
    const link = Object.assign(document.createElement("a"), { textContent: this.words.msgSignin });
    link.href = `${this.words.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
    this.box(notice(this.words.msgSignedout, link));
    return false;
  }

  conflict(data) {
    this.stopped = true;
    this.show("conflict", this.words.msgConflict);
    const box = document.createElement("div");
    box.innerHTML = data.conflict_html ?? "";
    // Choosing, either way, ends the copy on this device: the form that is sent holds it.
    box.addEventListener("submit", () => { this.forget(); this.dirty = false; });
    box.addEventListener("click", (event) => { if (event.target.closest("[data-forget]")) { this.forget(); this.dirty = false; } });
    this.box(box);
    box.querySelector("[data-focus]")?.focus();
    return false;
  }

  box(element) {
    this.notice?.remove();
    this.notice = element;
    this.form.before(element);
  }

  // Seen at once, spoken politely and at most once in ten seconds: the live region rests between.
  show(state, sentence) {
    this.status.dataset.state = state;
    const text = this.status.querySelector("[data-saved-text]");
    const loud = state !== "saving" && Date.now() - (this.spoken ?? 0) > SPEAK;
    if (loud) this.spoken = Date.now();
    text.setAttribute("aria-live", loud ? "polite" : "off");
    text.textContent = sentence;
  }
}

function notice(sentence, action) {
  const box = document.createElement("div");
  const icon = document.querySelector("[data-saved] .icon")?.cloneNode(true);
  icon?.firstElementChild.setAttribute("href", icon.firstElementChild.getAttribute("href").replace(/#.*/, "#i-warn"));
  box.className = "notice notice--warn";
  box.setAttribute("role", "status");
  const text = Object.assign(document.createElement("p"), { textContent: `${sentence} ` });
  text.append(action);
  box.append(...(icon ? [icon, text] : [text]));
  return box;
}

for (const form of document.querySelectorAll("form[data-autosave]")) if (form.querySelector("[data-saved]")) savers.push(new Saver(form));

// Any form of the page waits until everything typed is on the server, then goes on as if nothing happened.
let passing = false, waiting = null;
document.addEventListener("submit", async (event) => {
  const unsent = savers.filter((saver) => saver.dirty && !saver.notice?.contains(event.target));
  if (passing || !unsent.length || event.target.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting) return;
  const { target: form, submitter } = event;
  waiting = form;
  for (const saver of unsent) {
    while (saver.dirty && (await saver.save()));
    if (!saver.dirty) continue;
    (saver.notice ?? saver.status).scrollIntoView({ block: "center" });
    waiting = null;
    return;
  }
  waiting = null;
  passing = true;
  form.requestSubmit(submitter ?? undefined);
  passing = false;
}, true);

addEventListener("online", () => savers.forEach((saver) => saver.dirty && saver.save()));
addEventListener("visibilitychange", () => { if (document.hidden) savers.forEach((saver) => saver.dirty && saver.save(true)); });
