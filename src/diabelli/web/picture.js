// Converts a picture file to the square PNG below 4 MB that the API accepts. The browser decodes the
// file, so every format that it can display is accepted.

import { ApiError } from "./api.js";

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_SIDE = 1024;
const MAX_UNTOUCHED = 4096;
const PNG = [137, 80, 78, 71, 13, 10, 26, 10];

// Return { bitmap, width, height, name, file, intact }. intact: the browser's strict decoder accepts the
// file. Throws ApiError if the browser cannot decode the file.
export async function openPicture(file, name) {
  const strict = await createImageBitmap(file).catch(() => null);
  const bitmap = strict ?? (await drawElement(file));
  if (!bitmap || !bitmap.width || !bitmap.height) {
    const kind = file.type || "unknown file type";
    throw new ApiError(`“${name}” (${kind}) cannot be shown by this browser. Try a PNG, JPEG or WebP.`);
  }
  return { bitmap, width: bitmap.width, height: bitmap.height, name, file, intact: Boolean(strict) };
}

// Draw a file through an <img>, which also shows SVG and the part of a truncated picture that is there.
// An SVG has no pixel size, and is drawn at MAX_SIDE.
async function drawElement(file) {
  const image = new Image();
  const isSvg = file.type.startsWith("image/svg");
  // An SVG with foreignObject taints the canvas if its URL is a blob's, but not if it is a data URL.
  const url = isSvg ? await dataUrl(file) : URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    return drawScaled(document.createElement("canvas"), image, isSvg ? MAX_SIDE : Math.max(image.width, image.height));
  } catch {
    return null;
  } finally {
    if (!isSvg) URL.revokeObjectURL(url);
  }
}

function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

// Draw a whole image on a canvas whose longer side is `side`. drawImage gets no source rectangle: an
// SVG without an intrinsic size has no pixel coordinates.
export function drawScaled(canvas, image, side) {
  const stretch = side / Math.max(image.width, image.height, 1);
  canvas.width = Math.max(1, Math.round(image.width * stretch));
  canvas.height = Math.max(1, Math.round(image.height * stretch));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function crop(image, { x, y, side }, wide) {
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: wide });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, x, y, side, side, 0, 0, wide, wide);
  return canvas;
}

const encode = (canvas, type, quality) =>
  new Promise((resolve) => canvas.toBlob(resolve, type, quality));

// Return the box { x, y, side } of an opened picture as a PNG. A file that already meets the limits
// is returned byte for byte, so that other clients can repeat the request with it.
export async function encodeSquare(picture, box) {
  const whole = picture.width === picture.height && box.side === picture.width;
  if (whole && picture.intact && picture.width <= MAX_UNTOUCHED && (await isSmallPng(picture.file))) {
    return new Blob([picture.file], { type: "image/png" });
  }
  return encodeAgain(picture.bitmap, box);
}

// Return the box of a bitmap as a PNG by the browser's encoder.
export async function encodeAgain(bitmap, box) {
  for (let side = Math.min(MAX_SIDE, Math.round(box.side)); ; side = Math.floor(side * 0.85)) {
    const png = await encode(crop(bitmap, box, side), "image/png");
    if (png && png.size < MAX_BYTES) return png;
    if (side < 64) throw new ApiError("The picture could not be made into a PNG of less than 4 MB.");
  }
}

// Whether the file is a PNG below MAX_BYTES.
async function isSmallPng(file) {
  if (file.size >= MAX_BYTES) return false;
  const head = new Uint8Array(await file.slice(0, PNG.length).arrayBuffer());
  return PNG.every((byte, place) => head[place] === byte);
}

export async function thumbnail(blob, side = 320) {
  const bitmap = await createImageBitmap(blob);
  const canvas = drawScaled(document.createElement("canvas"), bitmap, Math.min(side, bitmap.width));
  bitmap.close();
  return (await encode(canvas, "image/webp", 0.85)) ?? blob;
}

// Return a hash of the bytes (not cryptographic). Web Crypto is missing on plain HTTP.
export async function fingerprint(blob) {
  const words = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  for (const byte of new Uint8Array(await blob.arrayBuffer())) {
    words[byte & 3] = Math.imul(words[byte & 3] ^ byte, 0x01000193);
    words[(byte + 1) & 3] = Math.imul(words[(byte + 1) & 3] ^ words[byte & 3], 0x85ebca6b);
  }
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("") + blob.size;
}
