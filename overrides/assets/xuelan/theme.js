// Runs before the first paint, so a reader who chose a look never sees the other one flash.
try {
  const theme = localStorage.getItem("xuelan.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's own preference stands.
}
