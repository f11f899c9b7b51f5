// Where one is, by the browser's own history: addresses can be kept and shared.
import { route } from "./routes";

let path = $state.raw(location.pathname);

export const here = {
  get path() {
    return path;
  },
  get route() {
    return route(path);
  },
};

export function go(to: string) {
  if (to !== location.pathname) history.pushState(null, "", to);
  path = location.pathname;
  window.scrollTo(0, 0);
}

/** Takes clicks on links to our own pages; all others are the browser's. */
export function listen() {
  addEventListener("popstate", () => (path = location.pathname));
  document.addEventListener("click", (click) => {
    const link = (click.target as Element).closest?.("a");
    if (!link || click.defaultPrevented || click.button !== 0) return;
    if (click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    // A mark within the page, such as the skip link's, is the browser's to find.
    if (link.hash || route(link.pathname).page === "nowhere") return;
    click.preventDefault();
    go(link.pathname);
  });
}
