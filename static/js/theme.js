// Runs before the first paint, so nothing flashes: says that scripts work, and lets "follow the device" pick the theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (!root.hasAttribute("data-theme-auto")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", paint);
  paint();
})();
