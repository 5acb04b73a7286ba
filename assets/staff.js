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
    new EventSource("/staff/live").addEventListener("changed", () => fresh().catch(() => {}));
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
  // j and k walk through the list, / goes to the search. Never while somebody types.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
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
