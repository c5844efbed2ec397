// Error messages for the user.

import { ApiError } from "./api.js";

const PERMANENT_STATUSES = new Set([400, 403, 413]);

// Whether a retry cannot succeed.
export const isPermanent = (error) => PERMANENT_STATUSES.has(error.status);

export function errorMessage(error) {
  if (!(error instanceof ApiError)) {
    console.error(error);
    return "Something went wrong on this page. The browser console has the details.";
  }
  if (error.status === 503) return "The server is busy right now.";
  if (error.status === 413) return `The picture is too large for this server. ${error.message}`;
  return error.message;
}
