// A field to sign in: drawn with finger or pen, kept as a PNG data address in the hidden input.

const words = document.getElementById("words").dataset;

function prepare(frame) {
  const canvas = frame.querySelector("canvas");
  const input = frame.querySelector("input[type=hidden]");
  const pad = new window.SignaturePad(canvas, { penColor: "#10222b", minWidth: 0.8, maxWidth: 3 });
  let isOver = false; // drawn over a picture that was there: the strokes alone are not all of it
  const fit = () => {
    const strokes = isOver ? [] : pad.toData();
    const ratio = Math.max(devicePixelRatio, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    if (strokes.length) return pad.fromData(strokes);
    pad.clear();
    isOver = Boolean(input.value);
    if (isOver) pad.fromDataURL(input.value);
  };
  pad.addEventListener("endStroke", () => {
    input.value = pad.toDataURL("image/png");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  frame.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    isOver = false;
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  input.addEventListener("signature:shown", fit);
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
