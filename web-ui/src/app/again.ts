// Loading the whole panel again where one of its files did not come.

const KEY = "panier.loaded-again";
const RARELY = 20_000;

/** Loads the page again, unless that was just done; whether it does. */
export function loadAgain(): boolean {
  const now = Date.now();
  if (now - Number(sessionStorage.getItem(KEY)) < RARELY) return false;
  sessionStorage.setItem(KEY, String(now));
  location.reload();
  return true;
}
