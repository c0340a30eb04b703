// Added to every page by `xuelan serve`: reloads the tab when the page or one of its files has
// changed, and shows the problems of the last build.
const { mark } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
const box = document.createElement("pre");
box.setAttribute("role", "alert");
box.hidden = true;
Object.assign(box.style, {
  position: "fixed",
  inset: "auto 0 0 0",
  maxHeight: "50vh",
  overflow: "auto",
  margin: "0",
  padding: "1rem",
  background: "#2b1512",
  color: "#fff",
  font: "14px/1.6 monospace",
  whiteSpace: "pre-wrap",
  zIndex: "99",
});
document.body.append(box);

const events = new EventSource("/-/events");

// Returns true if the page, or a file it has loaded, has changed since.
const isOld = async (/** @type {string[]} */ files) => {
  const loaded = performance.getEntriesByType("resource");
  const paths = loaded.map((entry) => decodeURI(new URL(entry.name).pathname.slice(1)));
  if (paths.some((path) => files.includes(path))) return true;
  const answer = await fetch(location.pathname, { cache: "no-store" });
  return answer.headers.get("ETag") !== `"${mark}"`;
};

const renew = async (/** @type {string[]} */ files) => {
  if (!(await isOld(files))) return false;
  events.close();
  location.reload();
  return true;
};

// Messages sent while this page was loading, or the preview was not running, were missed: ask now.
events.onopen = () => renew([]);

events.onmessage = async (/** @type {MessageEvent<string>} */ event) => {
  const message = JSON.parse(event.data);
  if (message.kind === "problems") {
    box.textContent = message.text;
    box.hidden = false;
  } else if (!(await renew(message.files)) && message.kind === "site") {
    box.hidden = true;
  }
};
