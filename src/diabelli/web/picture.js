// From whatever a person drops to the square PNG of less than 4 MB that the API takes. The browser
// decodes it, so that every kind which it can show is good.

import { Refusal } from "./api.js";

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_SIDE = 1024;
const MAX_UNTOUCHED = 4096;
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];

// { bitmap, width, height, name, file } of a file, or a Refusal in words.
export async function opened(file, name) {
  const bitmap = await decoded(file);
  if (!bitmap || !bitmap.width || !bitmap.height) {
    const kind = file.type || "a file of unknown kind";
    throw new Refusal(`“${name}” (${kind}) cannot be shown by this browser. Try a PNG, JPEG or WebP.`);
  }
  return { bitmap, width: bitmap.width, height: bitmap.height, name, file };
}

async function decoded(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  return bitmap ?? drawing(file);
}

// A drawing (SVG) has no pixels of its own; it gets as many as are useful.
async function drawing(file) {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    return filled(document.createElement("canvas"), image, MAX_SIDE);
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

// Draw the whole of an image on a canvas whose longer side is then `side`. No part of the image is
// named: a drawing without a size of its own has no pixels to count it in.
export function filled(canvas, image, side) {
  const stretch = side / Math.max(image.width, image.height, 1);
  canvas.width = Math.max(1, Math.round(image.width * stretch));
  canvas.height = Math.max(1, Math.round(image.height * stretch));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function cropped(image, { x, y, side }, wide) {
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: wide });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, x, y, side, side, 0, 0, wide, wide);
  return canvas;
}

const encoded = (canvas, type, quality) =>
  new Promise((resolve) => canvas.toBlob(resolve, type, quality));

// The box { x, y, side } of an opened picture as a PNG. A file that is already what is wanted goes
// as it is, byte for byte, so that other clients can repeat the request with it.
export async function squared(picture, box) {
  const whole = picture.width === picture.height && box.side === picture.width;
  if (whole && picture.width <= MAX_UNTOUCHED && (await isSmallPng(picture.file))) {
    return new Blob([picture.file], { type: "image/png" });
  }
  for (let side = Math.min(MAX_SIDE, Math.round(box.side)); ; side = Math.floor(side * 0.85)) {
    const png = await encoded(cropped(picture.bitmap, box, side), "image/png");
    if (png && png.size < MAX_BYTES) return png;
    if (side < 64) throw new Refusal("The picture could not be made into a PNG of less than 4 MB.");
  }
}

async function isSmallPng(file) {
  if (file.size >= MAX_BYTES) return false;
  const head = new Uint8Array(await file.slice(0, PNG.length).arrayBuffer());
  return PNG.every((byte, place) => head[place] === byte);
}

export async function thumbnail(blob, side = 320) {
  const bitmap = await createImageBitmap(blob);
  const canvas = filled(document.createElement("canvas"), bitmap, Math.min(side, bitmap.width));
  bitmap.close();
  return (await encoded(canvas, "image/webp", 0.85)) ?? blob;
}

// A name that depends on the bytes alone. Web Crypto is missing on plain http, where this is used.
export async function fingerprint(blob) {
  const words = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  for (const byte of new Uint8Array(await blob.arrayBuffer())) {
    words[byte & 3] = Math.imul(words[byte & 3] ^ byte, 0x01000193);
    words[(byte + 1) & 3] = Math.imul(words[(byte + 1) & 3] ^ words[byte & 3], 0x85ebca6b);
  }
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("") + blob.size;
}
