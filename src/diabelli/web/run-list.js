// The list of runs on the page: adds, removes, restores and filters their views.

import { byId } from "./dom.js";
import { deleteRun, deleteUnusedSources, loadHistory, saveRun, saveSource } from "./history.js";
import { keepPicture } from "./kept-pictures.js";
import { isRunning, RunView } from "./runs.js";
import { clearSource } from "./source.js";
import { offerUndo } from "./undo.js";

const UNFINISHED = "This run was interrupted before it was complete.";

export class RunList {
  constructor(actions) {
    this.actions = actions;
    this.views = [];
    this.sources = new Map();
  }

  has(view) {
    return this.views.includes(view);
  }

  // Show a run: a new one on top, one of the history at its place in time.
  add(run, source) {
    const view = new RunView(run, source, this.actions);
    view.controller = new AbortController();
    const place = this.views.findIndex((other) => other.run.made <= run.made);
    const next = place < 0 ? null : this.views[place].element;
    this.views.splice(place < 0 ? this.views.length : place, 0, view);
    byId("runs").insertBefore(view.element, next);
    this.changed();
    return view;
  }

  // Show a run of the history. One that was interrupted can be made again.
  addStored(run, source) {
    const view = this.add({ ...run, state: isRunning(run) ? "stopped" : run.state ?? "done" }, source);
    if (isRunning(run)) view.fail(UNFINISHED, 0, () => this.actions.repeat(view));
  }

  // Show and save a new run. The filter for pinned pictures does not hide it.
  start(run, source) {
    this.sources.set(source.id, this.sources.get(source.id) ?? source);
    saveSource(this.sources.get(source.id));
    const view = this.add(run, source);
    view.element.classList.add("new");
    view.element.scrollIntoView({ block: "nearest" });
    saveRun(run);
    return view;
  }

  // Drop a view and its record, without undo.
  drop(view) {
    this.views.splice(this.views.indexOf(view), 1);
    view.element.remove();
    this.changed();
    return deleteRun(view.run);
  }

  // Remove runs, but keep their pinned pictures.
  async remove(views, message) {
    const removed = views.map((view) => ({ run: { ...view.run, variations: [...view.run.variations] }, source: view.source }));
    for (const view of views) {
      view.controller.abort();
      const pinned = view.run.variations.filter((variation) => variation.pinned);
      await this.drop(view);
      if (!pinned.length) continue;
      await this.restore({ ...view.run, state: "done", variations: pinned }, view.source);
    }
    await deleteUnusedSources(this.views.map((view) => view.run), this.sources);
    offerUndo(message, () => this.undo(removed));
  }

  async clear() {
    const keeps = this.views.some((view) => view.run.variations.some((variation) => variation.pinned));
    await this.remove([...this.views], keeps ? "Only pinned pictures are left." : "The history is empty.");
    if (!this.views.length) clearSource();
  }

  async undo(removed) {
    for (const { run, source } of removed) {
      const rest = this.views.find((view) => view.run.id === run.id);
      if (rest) await this.drop(rest);
      await this.restore(run, source);
    }
    if (this.views.length) await this.actions.choose(this.views[0].source);
  }

  // Show a run again and store it again, with its sources and pictures.
  async restore(run, source) {
    for (let at = source; at; at = this.sources.get(at.parent?.source)) await saveSource(at);
    this.sources.set(source.id, source);
    this.addStored(run, source);
    await saveRun(run);
    for (const variation of run.variations) await keepPicture(run, variation);
  }

  changed() {
    byId("clear").hidden = !this.views.length;
    byId("only-pinned").hidden = !this.views.some((view) => view.run.variations.length);
  }

  // Show the history of earlier visits.
  async load() {
    const history = await loadHistory();
    for (const [id, source] of history.sources) this.sources.set(id, source);
    for (const run of history.runs) {
      if (this.sources.has(run.source)) this.addStored(run, this.sources.get(run.source));
    }
    if (this.views.length) await this.actions.choose(this.views[0].source);
  }

  wire() {
    byId("only-pinned").onclick = (event) => {
      const on = byId("runs").classList.toggle("only-pinned");
      for (const view of this.views) if (!isRunning(view.run)) view.element.classList.remove("new");
      event.currentTarget.setAttribute("aria-pressed", String(on));
    };
    byId("clear").onclick = () => this.clear();
  }
}

