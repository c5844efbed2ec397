// The crop box: a square over a picture that is not square, moved by pointer or keyboard.

import { byId, announce } from "./dom.js";

const SMALLEST = 16;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

let picture = null;
let box = { x: 0, y: 0, side: 1 };

export const cropBox = () => ({ ...box });

// Show the given box, or the largest centred one, for a picture { width, height }.
export function startCrop(opened, saved = null) {
  picture = opened;
  const side = Math.min(opened.width, opened.height);
  const square = opened.width === opened.height;
  byId("crop-box").hidden = byId("crop-note").hidden = square;
  setBox(saved ?? { x: Math.floor((opened.width - side) / 2), y: Math.floor((opened.height - side) / 2), side });
}

function setBox({ x, y, side }) {
  side = Math.min(Math.max(side, SMALLEST), picture.width, picture.height);
  x = Math.min(Math.max(x, 0), picture.width - side);
  y = Math.min(Math.max(y, 0), picture.height - side);
  box = { x: Math.round(x), y: Math.round(y), side: Math.round(side) };
  const { style } = byId("crop-box");
  style.left = `${(100 * box.x) / picture.width}%`;
  style.top = `${(100 * box.y) / picture.height}%`;
  style.width = `${(100 * box.side) / picture.width}%`;
  style.height = `${(100 * box.side) / picture.height}%`;
}

const boxLabel = () =>
  `Crop box: ${box.side} pixels, ${box.x} from the left, ${box.y} from the top`;

function onKey(event) {
  const unit = Math.min(picture.width, picture.height) * (event.shiftKey ? 0.1 : 0.02);
  const step = STEPS[event.key];
  const grow = { "+": unit, "=": unit, "-": -unit, "−": -unit }[event.key];
  if (step) setBox({ ...box, x: box.x + step[0] * unit, y: box.y + step[1] * unit });
  else if (grow) setBox({ x: box.x - grow / 2, y: box.y - grow / 2, side: box.side + grow });
  else return;
  event.preventDefault();
  announce(boxLabel());
}

function onPointer(event) {
  event.preventDefault();
  const handle = byId("crop-box");
  handle.focus();
  const scale = picture.width / byId("crop-picture").clientWidth;
  const start = { ...box, px: event.clientX, py: event.clientY };
  const resizes = event.target.id === "crop-grip";
  const move = (moved) => {
    const dx = (moved.clientX - start.px) * scale;
    const dy = (moved.clientY - start.py) * scale;
    const room = Math.min(picture.width - start.x, picture.height - start.y);
    if (resizes) setBox({ ...start, side: Math.min(start.side + Math.max(dx, dy), room) });
    else setBox({ ...start, x: start.x + dx, y: start.y + dy });
  };
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", () => {
    handle.removeEventListener("pointermove", move);
    announce(boxLabel());
  }, { once: true });
}

export function wireCrop() {
  byId("crop-box").addEventListener("keydown", onKey);
  byId("crop-box").addEventListener("pointerdown", onPointer);
}
