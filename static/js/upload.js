// Sends the files of a form with data-upload one after another, with progress in words and a cancel button each.
// Words come from the form (data-msg-*). Without this file the form posts as it is.

const MEGA = 1048576;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function attach(form) {
  const input = form.querySelector('input[type="file"]');
  const rows = form.querySelector("[data-upload-rows]");
  const drop = form.querySelector("[data-drop]");
  const note = form.querySelector("[data-upload-note]");
  const words = form.dataset;
  let line = Promise.resolve();

  const row = (file) => {
    const item = form.querySelector("[data-upload-row]").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-type]").textContent = file.name.split(".").pop().slice(0, 5).toUpperCase();
    item.querySelector("[data-name]").textContent = file.name;
    item.querySelector("[data-bar]").setAttribute("aria-label", file.name);
    item.querySelector("[data-cancel]").append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${file.name}` }));
    rows.append(item);
    return item;
  };
  const say = (item, stage, text = "") => {
    const place = item.querySelector("[data-stage]");
    if (place.textContent !== stage) place.textContent = stage;
    item.querySelector("[data-text]").textContent = text;
  };
  const end = (item, sentence, bad = false) => {
    item.classList.toggle("is-bad", bad);
    item.querySelector("[data-bar]").remove();
    item.querySelector("[data-cancel]").remove();
    say(item, sentence);
  };
  const took = (data) => {
    const list = data.html !== undefined && document.getElementById(words.uploadList);
    if (list) list.innerHTML = data.html;
    document.dispatchEvent(new CustomEvent("portal:parts", { detail: { parts: data.parts } }));
  };

  const send = (file, item, job) => new Promise((done) => {
    if (job.cancelled) return done();
    const body = new FormData(form);
    body.delete(input.name);
    body.append(input.name, file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "upload");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", body.get("csrfmiddlewaretoken") ?? "");
    request.upload.onprogress = (event) => {
      const percent = Math.floor((event.loaded / event.total) * 100);
      item.querySelector("[data-bar]").value = percent;
      if (percent === 100) say(item, words.msgChecking);
      else say(item, "", fill(words.msgProgress, { percent: `${percent}%`, done: number.format(event.loaded / MEGA), total: number.format(event.total / MEGA) }));
    };
    request.onload = () => {
      let data = {};
      try { data = JSON.parse(request.responseText); } catch { /* a page, not an answer */ }
      const out = request.status === 401 || request.status === 403 || !request.responseURL.startsWith(new URL(form.action, location.href).href);
      if (request.status < 300 && data.html !== undefined) { took(data); item.remove(); note.textContent = data.message ?? ""; }
      else end(item, data.error ?? (out ? words.msgSignedout : words.msgFailed), true);
      done();
    };
    request.onerror = request.ontimeout = () => { end(item, words.msgFailed, true); done(); };
    request.onabort = () => { end(item, words.msgCancelled); done(); };
    job.abort = () => request.abort();
    request.send(body);
  });

  const take = (files) => {
    note.textContent = "";
    for (const file of files) {
      const item = row(file);
      const limit = Number(words.maxMb);
      if (limit && file.size > limit * MEGA) { end(item, fill(words.msgLarge, { max: limit }), true); continue; }
      const job = { cancelled: false, abort: () => end(item, words.msgCancelled) };
      item.querySelector("[data-cancel]").addEventListener("click", () => { job.cancelled = true; job.abort(); input.focus(); });
      say(item, words.msgWaiting);
      line = line.then(() => send(file, item, job));
    }
    input.value = "";
  };

  input.addEventListener("change", () => take([...input.files]));
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
}

for (const form of document.querySelectorAll("form[data-upload]")) attach(form);
