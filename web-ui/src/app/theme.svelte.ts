// Light or dark: as the device says, unless somebody chose here. The page itself
// (index.html) sets the same before anything is drawn.
export type Theme = "device" | "light" | "dark";

const KEPT = "panier.theme";

function kept(): Theme {
  const found = localStorage.getItem(KEPT);
  return found === "light" || found === "dark" ? found : "device";
}

let now = $state<Theme>(kept());

export const theme = {
  get now() {
    return now;
  },
  choose(chosen: Theme) {
    now = chosen;
    if (chosen === "device") {
      localStorage.removeItem(KEPT);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(KEPT, chosen);
      document.documentElement.dataset.theme = chosen;
    }
  },
};
