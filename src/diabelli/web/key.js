// The API key form: shown if the server requires a key. The key stays in the tab's session storage.

import { hasKey, useKey } from "./api.js";
import { announce, byId } from "./dom.js";

let retry = null;

// Show the form. `again` is called after a key is accepted.
export function requestKey(error, again = null) {
  retry = again ?? retry;
  byId("key-error").textContent = hasKey() ? error.message : "";
  useKey("");
  byId("key-form").hidden = false;
  byId("forget-key").hidden = true;
  byId("key").focus();
}

// `checkAccess` sends a small request, and calls requestKey if the server rejects the key.
export function wireKey(checkAccess) {
  byId("forget-key").hidden = !hasKey();
  byId("forget-key").onclick = async () => {
    useKey("");
    byId("forget-key").hidden = true;
    announce("The key is forgotten");
    await checkAccess();
  };
  byId("key-form").onsubmit = async (event) => {
    event.preventDefault();
    useKey(byId("key").value.trim());
    byId("key-form").hidden = true;
    await checkAccess();
    if (!byId("key-form").hidden) return;
    byId("forget-key").hidden = false;
    byId("key").value = "";
    const again = retry;
    retry = null;
    again?.();
  };
}
