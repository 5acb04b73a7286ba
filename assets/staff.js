// Makes the console pleasant: fresh lists, ready replies, keys. Everything else works without it.
"use strict";
(() => {
  const fresh = async () => {
    const answer = await fetch(location.href, { headers: { "X-Digidel-Live": "1" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-live]").forEach((old) => {
      const now = page.getElementById(old.id);
      // What somebody is reading with the keyboard stays where it is.
      if (now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) old.replaceChildren(...now.childNodes);
    });
  };
  if (document.querySelector("[data-live]") && window.EventSource) {
    const live = new EventSource("/staff/live");
    live.addEventListener("changed", () => fresh().catch(() => {}));
    // What changed between the page and the stream, or while the network was away.
    live.addEventListener("open", () => fresh().catch(() => {}));
  }
  document.querySelectorAll(".use").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const text = document.getElementById("text");
      text.value = text.value ? `${text.value}\n\n${button.dataset.text}` : button.dataset.text;
      text.focus();
    });
  });
  document.querySelectorAll(".print").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
  // j and k walk through the list, / goes to the search. Never while somebody types, and not for
  // whom single keys are in the way, such as those who speak to their computer (WCAG 2.1.4).
  const keys = document.getElementById("keys"), on = document.getElementById("keys-on");
  const KEYS = "digidel-keys";
  if (keys) {
    keys.hidden = false;
    on.checked = localStorage.getItem(KEYS) !== "off";
    on.addEventListener("change", () => localStorage.setItem(KEYS, on.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (!on?.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const links = [...document.querySelectorAll(".question a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "j") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "k") links[Math.max(at - 1, 0)]?.focus();
    else if (event.key === "/") {
      const words = document.getElementById("words");
      if (!words) return;
      words.closest("details").open = true;
      words.focus();
      event.preventDefault();
    }
  });
})();
