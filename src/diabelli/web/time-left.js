// The time left of a run, from the times at which its fractions were completed.

const SHORTEST_MS = 2000; // of observed progress, below which its speed is not known

export class TimeLeft {
  // now: returns the time in milliseconds.
  constructor(now = () => performance.now()) {
    Object.assign(this, { now, first: null, last: null, step: 0 });
  }

  // Record the completed fraction of the run.
  update(done) {
    const before = this.last?.done ?? 0;
    if (done <= before) return;
    this.step = done - before;
    this.last = { done, at: this.now() };
    // Waiting and loading come before the first progress, and say nothing about the speed.
    this.first ??= this.last;
  }

  // Return the expected seconds from now to the end; null while the speed is not known.
  get seconds() {
    const { first, last, step } = this;
    if (!first || last.at - first.at < SHORTEST_MS) return null;
    const slowness = (last.at - first.at) / (last.done - first.done);
    const left = 1 - last.done;
    // If the next step is late, the time of those after it stays.
    return Math.max(slowness * left - (this.now() - last.at), slowness * (left - step), 0) / 1000;
  }

  // Return it in words; empty while it is not known.
  get words() {
    const { seconds } = this;
    if (seconds === null) return "";
    if (seconds >= 100) return `${Math.round(seconds / 60)} min left`;
    return `${Math.max(1, Math.round(seconds))} s left`;
  }
}
