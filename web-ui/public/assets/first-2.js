// Its name has a number because answers below assets/ are kept for ever: a change needs another.
// Runs before anything is drawn, so that a chosen theme does not flash.
(() => {
  const theme = localStorage.getItem("panier.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  // Where the line fails before the panel's own files are there, nothing else
  // could say so: it is loaded again, though not over and over.
  const key = "panier.loaded-again";
  const again = (event) => {
    if (!event.target?.matches?.("script, link")) return;
    const now = Date.now();
    if (now - Number(sessionStorage.getItem(key)) < 5000) return;
    sessionStorage.setItem(key, String(now));
    setTimeout(() => location.reload(), 500);
  };
  addEventListener("error", again, true);
})();
