// A field to sign in: drawn with finger or pen, kept as a PNG data address in the hidden input.

const words = document.getElementById("words").dataset;

function prepare(frame) {
  const canvas = frame.querySelector("canvas");
  const input = frame.querySelector("input[type=hidden]");
  const pad = new window.SignaturePad(canvas, { penColor: "#10222b", minWidth: 0.8, maxWidth: 3 });
  const fit = () => {
    const strokes = pad.toData();
    const ratio = Math.max(devicePixelRatio, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    if (strokes.length) pad.fromData(strokes);
    else if (input.value) pad.fromDataURL(input.value);
    else pad.clear();
  };
  pad.addEventListener("endStroke", () => {
    input.value = pad.toDataURL("image/png");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  frame.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    input.value = "";
  });
  addEventListener("resize", fit);
  fit();
}

const frames = document.querySelectorAll("[data-signature]");
if (frames.length) {
  const script = document.createElement("script");
  script.src = words.signaturePad;
  script.onload = () => frames.forEach(prepare);
  document.head.append(script);
}
