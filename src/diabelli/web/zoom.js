// Zoom of the lightbox to 100 %: one pixel of the picture is one pixel of the screen. A drag pans.

import { byId } from "./dom.js";

export const isZoomed = () => byId("stage").classList.contains("zoomed");

export function zoom(on) {
  const { naturalWidth, naturalHeight } = byId("lightbox-picture");
  byId("stage").classList.toggle("zoomed", on);
  // The arrow keys scroll the picture while the focus is on it.
  if (on) byId("stage").tabIndex = 0;
  else {
    if (document.activeElement === byId("stage")) byId("zoom").focus();
    byId("stage").removeAttribute("tabindex");
  }
  byId("zoom").setAttribute("aria-pressed", String(on));
  const { style } = byId("layers");
  style.width = on ? `${naturalWidth / devicePixelRatio}px` : "";
  style.height = on ? `${naturalHeight / devicePixelRatio}px` : "";
  const stage = byId("stage");
  stage.scrollTo((stage.scrollWidth - stage.clientWidth) / 2, (stage.scrollHeight - stage.clientHeight) / 2);
}

// Pan with the mouse; a finger scrolls by itself.
export function pan(event) {
  if (event.pointerType !== "mouse") return;
  event.preventDefault();
  const stage = byId("stage");
  const start = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
  const follow = (moved) => stage.scrollTo(start.x - moved.clientX, start.y - moved.clientY);
  stage.setPointerCapture(event.pointerId);
  stage.addEventListener("pointermove", follow);
  stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", follow), { once: true });
}
