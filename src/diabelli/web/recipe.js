// The recipe in the XMP packet of a picture that Diabelli made: engine, version, seed and strength.

const ATTRIBUTE = /diabelli:(engine|version|seed|strength)="([^"<&]{1,80})"/g;
// Photographs above this size are not searched; variations are smaller.
const MAX_BYTES = 16e6;

// Return { engine, version, seed, strength }, all text, or null if the file has no recipe.
export async function readRecipe(file) {
  if (file.size > MAX_BYTES) return null;
  const text = new TextDecoder("latin1").decode(await file.arrayBuffer());
  const recipe = Object.fromEntries([...text.matchAll(ATTRIBUTE)].map(([, name, value]) => [name, value]));
  return /^\d{1,19}$/.test(recipe.seed) && Number(recipe.strength) <= 1 ? recipe : null;
}
