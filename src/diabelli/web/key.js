// The key: asked for only where the server wants one, kept in the tab's session storage alone.

import { hasKey, useKey } from "./api.js";
import { byId } from "./dom.js";

let then = null;

// Show the field. `again` is done once a key is good.
export function wantKey(fault, again = null) {
  then = again ?? then;
  byId("key-error").textContent = hasKey() ? fault.message : "";
  useKey("");
  byId("key-form").hidden = false;
  byId("key").focus();
}

// `knock` asks the server for something small, and calls wantKey if that is refused.
export function wireKey(knock) {
  byId("key-form").onsubmit = async (event) => {
    event.preventDefault();
    useKey(byId("key").value.trim());
    byId("key-form").hidden = true;
    await knock();
    if (!byId("key-form").hidden) return;
    byId("key").value = "";
    const again = then;
    then = null;
    again?.();
  };
}
