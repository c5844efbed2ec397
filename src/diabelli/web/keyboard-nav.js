// Arrow-key navigation over the grid, for any number of columns.

import { byId } from "./dom.js";

const middle = (element) => {
  const { left, width, top } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top };
};

function below(cards, from, step) {
  const here = middle(from);
  const rows = cards.filter((card) => (middle(card).y - here.y) * step > 4);
  const nearest = Math.min(...rows.map((card) => Math.abs(middle(card).y - here.y)));
  const row = rows.filter((card) => Math.abs(Math.abs(middle(card).y - here.y) - nearest) < 4);
  row.sort((one, other) => Math.abs(middle(one).x - here.x) - Math.abs(middle(other).x - here.x));
  return row[0];
}

export function wireKeys() {
  byId("runs").addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("open")) return;
    const cards = [...byId("runs").querySelectorAll(".open:not(:disabled)")].filter((card) => card.checkVisibility());
    const place = cards.indexOf(event.target);
    const next = {
      ArrowLeft: () => cards[place - 1],
      ArrowRight: () => cards[place + 1],
      ArrowUp: () => below(cards, event.target, -1),
      ArrowDown: () => below(cards, event.target, 1),
    }[event.key]?.();
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
}
