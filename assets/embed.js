// Puts a button on any page that opens the chat in a frame:
//   <script src="https://digidel.example.se/assets/embed.js" data-label="Fråga Digidel" data-close="Stäng chatten" defer></script>
"use strict";
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const box = document.createElement("div");
  const shade = box.attachShadow({ mode: "closed" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    button { font: 600 18px/1.2 system-ui, sans-serif; min-height: 48px; padding: 10px 20px; border: 2px solid #fff; border-radius: 12px; background: #0b5563; color: #fff; cursor: pointer; }
    button:focus-visible { outline: 3px solid #14212b; outline-offset: 2px; box-shadow: 0 0 0 6px #ffd54a; }
    div { position: fixed; inset-inline-end: 16px; bottom: 16px; z-index: 2147483000; display: flex; flex-direction: column; align-items: end; gap: 8px; max-width: calc(100vw - 32px); }
    iframe { width: 26rem; max-width: 100%; height: min(42rem, calc(100vh - 100px)); border: 1px solid #7b8a95; border-radius: 12px; background: Canvas; }
    iframe[hidden] { display: none; }`);
  shade.adoptedStyleSheets = [style];
  const frame = document.createElement("iframe");
  const button = document.createElement("button");
  const [open, close] = [script.dataset.label || "Fråga Digidel", script.dataset.close || "Stäng chatten"];
  frame.title = "Digidel";
  frame.hidden = true;
  frame.allow = "geolocation";
  button.type = "button";
  const name = () => { button.textContent = frame.hidden ? open : close; button.setAttribute("aria-expanded", String(!frame.hidden)); };
  button.addEventListener("click", () => {
    frame.hidden = !frame.hidden;
    if (!frame.src) frame.src = `${home}/?embed=1`;
    name();
    if (!frame.hidden) frame.focus();
  });
  name();
  const corner = document.createElement("div");
  corner.append(frame, button);
  shade.append(corner);
  document.body.append(box);
})();
