// @ts-check
// The page for missing addresses stands at any depth, also below a path that the site does not know
// of. It carries this script in itself: the script finds the site's root and mends every link.

(async () => {
  const own = document.currentScript;
  const written = own?.dataset.root ?? "/";
  const folders = location.pathname.split("/").slice(0, -1);
  const roots = folders.map((_, n) => `${folders.slice(0, folders.length - n).join("/")}/`);
  if (own?.dataset.known) roots.unshift(written);
  for (const root of roots) {
    const answer = await fetch(`${root}assets/xuelan/mark.svg`, { method: "HEAD" }).catch(() => null);
    if (!answer?.ok) continue;
    if (root !== written) move(written, root);
    return;
  }

  /** Let everything that starts from the root `from` start from `to`. @type {(from: string, to: string) => void} */
  function move(from, to) {
    for (const name of ["href", "src", "action"]) {
      for (const element of document.querySelectorAll(`[${name}^="${from}"]:not([${name}^="//"])`)) {
        const moved = to + (element.getAttribute(name) ?? "").slice(from.length);
        element.setAttribute(name, moved);
        if (element.localName !== "script") continue;
        const again = document.createElement("script"); // a script is asked for once only
        again.async = false;
        again.src = moved;
        element.replaceWith(again);
      }
    }
  }
})();
