// Live reload, served by `xuelan serve` only: reloads after a rebuild, or shows what is wrong.
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
events.onmessage = (event) => {
  const message = JSON.parse(event.data);
  if (message.kind === "reload") {
    events.close();
    location.reload();
  } else {
    box.textContent = message.text;
    box.hidden = false;
  }
};
