// Reads a visit's square with the phone's camera and sends the code. The form works without it.
"use strict";
(() => {
  const box = document.getElementById("scan");
  const [button, heard, picture] = ["camera", "heard", "picture"].map((id) => document.getElementById(id));
  const [form, code] = ["check-in", "code"].map((id) => document.getElementById(id));
  let stream = null;

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    picture.hidden = true;
    button.textContent = box.dataset.start;
  };
  // A bare code, or a link that carries one: anything else in front of the camera is not for us.
  const read = (text) => {
    const found = /[?&]code=([^&#]+)/.exec(text)?.[1] ?? text;
    return /^[A-Za-z0-9]{3}[ +-]?[A-Za-z0-9]{3}$/.test(found.replace("%20", " ").trim()) ? found.replace(/%20|\+/, " ").trim() : null;
  };
  const look = async (detector) => {
    while (stream) {
      const squares = await detector.detect(picture).catch(() => []);
      const found = squares.map((square) => read(square.rawValue)).find(Boolean);
      if (found && stream) {
        stop();
        code.value = found;
        heard.textContent = box.dataset.found.replace("{}", found);
        form.requestSubmit();
        return;
      }
      await new Promise((next) => requestAnimationFrame(next));
    }
  };
  const start = async (detector) => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      heard.textContent = box.dataset.refused;
      code.focus();
      return;
    }
    heard.textContent = "";
    picture.srcObject = stream;
    picture.hidden = false;
    button.textContent = box.dataset.stop;
    await picture.play();
    await look(detector);
  };
  const ready = async () => {
    const formats = window.BarcodeDetector && navigator.mediaDevices ? await BarcodeDetector.getSupportedFormats() : [];
    if (!formats.includes("qr_code")) {
      heard.textContent = box.dataset.unable;
      return;
    }
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    button.hidden = false;
    button.addEventListener("click", () => (stream ? stop() : start(detector)));
  };
  ready().catch(() => { heard.textContent = box.dataset.unable; });
  addEventListener("pagehide", stop);
})();
