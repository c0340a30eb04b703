// @ts-check
// The desk: which view is shown for which address.

import { showArticle } from "./article.js";
import { ask, explain, make, alert } from "./dom.js";
import { showList } from "./list.js";
import { showNew } from "./new.js";
import { showChange } from "./change.js";

/** @type {any} */
let about = null;
/** @type {(() => Promise<void>) | null} */
let leave = null;

async function show() {
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  try {
    if (leave) await leave();
    leave = null;
    alert("");
    about ??= await ask("describe");
    const address = decodeURI(location.hash.replace(/^#/, "")) || "/";
    const [, view, ...rest] = address.split("/");
    for (const link of document.querySelectorAll(".desk-head nav a")) {
      const isHere = link.getAttribute("href") === `#/${view}`;
      if (isHere) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    main.replaceChildren(make("p", {}, "正在打开……"));
    if (view === "article") leave = await showArticle(main, about, rest.join("/"));
    else if (view === "new") await showNew(main, about);
    else if (view === "change") await showChange(main);
    else await showList(main, about);
    const title = main.querySelector("h1")?.textContent ?? "编辑台";
    document.title = `${title} - ${about.column}`;
  } catch (error) {
    explain(error);
  }
}

addEventListener("hashchange", show);
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main")?.focus();
});
show();
