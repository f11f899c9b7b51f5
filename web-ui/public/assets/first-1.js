// Its name has a number because answers below assets/ are kept for ever: a change needs another.
// Runs before anything is drawn, so that a chosen theme does not flash.
(() => {
  const theme = localStorage.getItem("panier.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
