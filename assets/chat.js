// Makes the chat pleasant: sends without reloading, shows what arrives, reads aloud, shares a
// position when asked. Everything else works without it.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const { dataset } = document.body;
  const lines = $("lines"), write = $("write"), text = $("text"), state = $("state");
  const say = (words, bad) => { state.textContent = words; state.classList.toggle("bad", Boolean(bad)); };
  const turn = () => crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}-x`;

  // Adds the lines that are not there yet, and brings the first new one into view.
  const merge = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html; // Rendered and escaped by our own server; the policy allows no inline script.
    const fresh = [];
    [...box.content.children].forEach((line) => {
      const old = $(line.id);
      if (!old) { if (!("gone" in line.dataset)) fresh.push(line); return; }
      if ("gone" in line.dataset) { old.remove(); return; }
      // Somebody has changed what they wrote: it changes where it stands.
      if (old.querySelector(".says").textContent !== line.querySelector(".says").textContent) { old.replaceWith(line); equip(line); }
    });
    if (!fresh.length) return;
    $("welcome")?.remove();
    fresh.forEach((line) => { lines.append(line); equip(line); });
    const first = fresh.find((line) => line.classList.contains("ours")) ?? fresh[0];
    first.scrollIntoView({ block: fresh.length > 1 || first.offsetHeight > innerHeight / 2 ? "start" : "nearest" });
  };

  let stream;
  const listen = () => {
    if (stream || !window.EventSource) return;
    stream = new EventSource("/chat/stream");
    stream.addEventListener("lines", (event) => merge(event.data));
    stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) stream = undefined; });
  };

  const send = async (fields) => {
    const body = new URLSearchParams(fields);
    body.set("turn", turn());
    say(dataset.sending);
    try {
      const answer = await fetch("/chat", { method: "POST", body, headers: { "X-Digidel-Lines": "1" } });
      if (answer.redirected) { location.assign(answer.url); return true; }
      if (!answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        say(page.querySelector("main p")?.textContent ?? dataset.failed, true);
        return false;
      }
      const before = document.documentElement.lang;
      merge(await answer.text());
      say("");
      listen();
      // The words around the conversation follow its language.
      if (fields.tap?.startsWith("speak:") && before) location.reload();
      return true;
    } catch {
      say(dataset.failed, true);
      return false;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.action.endsWith("/chat")) return;
    event.preventDefault();
    if (form === write) {
      const words = text.value;
      if (!words.trim()) return;
      send({ text: words }).then((sent) => { if (sent) { text.value = ""; } text.focus(); });
    } else if (event.submitter) {
      document.querySelector(".settings")?.removeAttribute("open");
      send({ tap: event.submitter.value });
    }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); write.requestSubmit(); }
  });

  const locate = (button) => button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => send({ lat: coords.latitude.toFixed(4), lon: coords.longitude.toFixed(4) }),
      () => say(dataset.noplace, true),
      { timeout: 15000, maximumAge: 600000 });
  });

  let reading;
  const aloud = (line) => {
    const says = line.querySelector(".says");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "aloud";
    button.textContent = dataset.read;
    button.addEventListener("click", () => {
      speechSynthesis.cancel();
      if (reading === button) { reading = undefined; button.textContent = dataset.read; return; }
      if (reading) reading.textContent = dataset.read;
      const words = new SpeechSynthesisUtterance(says.innerText);
      words.lang = says.lang || document.documentElement.lang;
      words.rate = 0.9;
      words.onend = () => { if (reading === button) reading = undefined; button.textContent = dataset.read; };
      reading = button;
      button.textContent = dataset.stop;
      speechSynthesis.speak(words);
    });
    line.querySelector(".who").append(" ", button);
  };

  const equip = (line) => {
    if (navigator.geolocation) {
      line.querySelectorAll(".position").forEach((box) => { box.hidden = false; });
      line.querySelectorAll(".locate").forEach(locate);
    }
    if (window.speechSynthesis && line.classList.contains("ours")) aloud(line);
  };

  [...lines.children].forEach(equip);
  if (lines.children.length) {
    listen();
    [...lines.children].at(-1).scrollIntoView({ block: "nearest" });
  }
})();
