// The contact sheet of a run: source and variations with their seeds and strengths, as a PNG.

import { strengthLabel, strengthOf } from "./names.js";

const CELL = 384;
const GAP = 16;
const CAPTION = 56;
const FONT = 'px system-ui, "DejaVu Sans", sans-serif';

// pictures: [{ variation, picture }]. Returns a PNG blob.
export async function contactSheet(run, source, pictures) {
  const isGrid = run.options.strengths && Number(run.options.n) > 1;
  const columns = isGrid ? run.options.strengths.length : Math.ceil(Math.sqrt(pictures.length + 1));
  const made = pictures.map(({ variation, picture }) => (
    { picture, lines: [`seed ${variation.seed}`, `${strengthLabel(run, variation)}`] }));
  // In a grid the source has a row for itself, so that each column has one strength.
  const cells = [{ picture: source.picture, lines: ["source", source.name] }, ...Array(isGrid ? columns - 1 : 0).fill(null), ...made];
  const rows = Math.ceil(cells.length / columns);
  const canvas = Object.assign(document.createElement("canvas"),
    { width: columns * (CELL + GAP) + GAP, height: rows * (CELL + CAPTION + GAP) + GAP });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const [place, cell] of cells.entries()) {
    if (cell) await drawCell(context, cell, GAP + (place % columns) * (CELL + GAP), GAP + Math.floor(place / columns) * (CELL + CAPTION + GAP));
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

async function drawCell(context, { picture, lines }, x, y) {
  const bitmap = await createImageBitmap(picture);
  const stretch = CELL / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * stretch, bitmap.height * stretch];
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, x + (CELL - width) / 2, y + (CELL - height) / 2, width, height);
  bitmap.close();
  context.fillStyle = "#222";
  lines.forEach((line, row) => {
    context.font = `${row ? 16 : 18}${FONT}`;
    context.fillText(cut(context, line), x, y + CELL + 22 + row * 24);
  });
}

// Shorten a text to the width of a cell.
function cut(context, text) {
  if (context.measureText(text).width <= CELL) return text;
  let end = text.length;
  while (end && context.measureText(`${text.slice(0, end)}…`).width > CELL) end -= 1;
  return `${text.slice(0, end)}…`;
}
