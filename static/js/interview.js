// The clock of an interview ticks each second. The server wrote start and planned end and the time left; this repaints
// it by the server's clock. Words come from the page (data-msg-*), never from here.

const served = Date.parse(document.querySelector('meta[name="portal-now"]')?.content ?? "");
const behind = Number.isNaN(served) ? 0 : served - Date.now();
const two = (number) => String(number).padStart(2, "0");

const tick = () => {
  for (const time of document.querySelectorAll("time[data-tick]")) {
    const seconds = Math.round((Date.parse(time.dataset.tick) - Date.now() - behind) / 1000);
    const over = seconds < 0, whole = Math.abs(seconds);
    const text = (over ? time.dataset.msgOver : time.dataset.msgLeft).replace("{time}", `${Math.floor(whole / 60)}.${two(whole % 60)}`);
    if (time.textContent !== text) time.textContent = text;
    time.closest(".clock")?.classList.toggle("clock--now", over);
  }
};
tick();
setInterval(tick, 1000);
