// What went wrong, in words for the person who looks.

import { Refusal } from "./api.js";

const HOPELESS = new Set([400, 403, 413]);

// Whether trying again cannot help.
export const isHopeless = (fault) => HOPELESS.has(fault.status);

export function inWords(fault) {
  if (!(fault instanceof Refusal)) {
    console.error(fault);
    return "Something went wrong in this page. Its console has the details.";
  }
  if (fault.status === 503) return "The server is busy with other pictures.";
  if (fault.status === 413) return `The picture is larger than this server takes. ${fault.message}`;
  return fault.message;
}
