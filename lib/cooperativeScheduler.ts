/** The longest time in milliseconds that long work may run without a pause. */
const SLICE_MS = 5;

/** Long work resumes after the event loop was idle for this many milliseconds. */
const QUIET_MS = 0.4;

/** A round of the event loop that takes at most this many milliseconds counts as idle. */
const IDLE_ROUND_MS = 0.15;

/** Long work resumes after this many milliseconds even if the event loop is busy. */
const MAX_PAUSE_MS = 15;

/**
 * The priority penalty in milliseconds for each slice that a piece of work has had, for at most ten slices.
 */
const SLICE_PENALTY_MS = 20;
const MAX_PENALTIES = 10;

/** The target time in milliseconds of one chunk, and the number of items in the first chunk. */
const CHUNK_MS = 0.5;
const FIRST_CHUNK_ITEMS = 32;

/** Splits long work into short time slices, so that the process serves other requests in between. */
export class CooperativeScheduler {
  #slices = 0;

  /**
   * @param began the start time of a request that is usually short; its first slice is measured from this
   * time. Without it, all long work in one round of the event loop shares one slice.
   */
  constructor(private readonly began = 0) {}

  /** Whether the time slice is used up. */
  get shouldYield(): boolean {
    return performance.now() - Math.max(roundBegan(), this.began) > SLICE_MS;
  }

  /**
   * Pauses long work so that the process can do other work. One piece of long work resumes at a time, and the
   * piece with the fewest slices goes first. It resumes only after the event loop was idle for a moment: a
   * request needs many rounds of the event loop, and long work in each of them would delay the answer.
   */
  yield(): Promise<void> {
    const now = performance.now();
    const due = now + SLICE_PENALTY_MS * Math.min(this.#slices++, MAX_PENALTIES);
    return new Promise((resume) => {
      waiting.push({ due, resume });
      if (isResuming) return;
      isResuming = true;
      resumeWhenQuiet(now);
    });
  }

  /**
   * Processes many items in chunks and pauses between chunks when necessary.
   * @param work processes the items `from` (inclusive) to `to` (exclusive)
   */
  async forEachChunk(length: number, work: (from: number, to: number) => void): Promise<void> {
    let chunk = FIRST_CHUNK_ITEMS;
    for (let from = 0; from < length;) {
      if (this.shouldYield) await this.yield();
      const started = performance.now();
      const to = Math.min(from + chunk, length);
      work(from, to);
      from = to;
      chunk = performance.now() - started < CHUNK_MS ? chunk * 2 : Math.max(1, chunk >> 1);
    }
  }
}

let began: number | undefined;

/** Returns the time when long work began in this round of the event loop. */
function roundBegan(): number {
  if (began === undefined) {
    began = performance.now();
    setImmediate(() => (began = undefined));
  }
  return began;
}

interface Waiting {
  /** The piece with the earliest time resumes first. */
  readonly due: number;
  resume(): void;
}

const waiting: Waiting[] = [];
let isResuming = false;

/** Measures every round of the event loop and resumes long work when the loop is idle. */
function resumeWhenQuiet(since: number): void {
  let [quietSince, lastRound] = [since, since];
  const measure = (): void => {
    const now = performance.now();
    if (now - lastRound > IDLE_ROUND_MS) quietSince = now;
    lastRound = now;
    if (now - quietSince < QUIET_MS && now - since < MAX_PAUSE_MS) setImmediate(measure);
    else resumeSome(now);
  };
  setImmediate(measure);
}

/** Resumes one piece in each round of the event loop, until the pieces together have used one slice. */
function resumeSome(from: number): void {
  setImmediate(() => {
    began = undefined;
    const first = waiting.reduce((found, other) => (other.due < found.due ? other : found));
    waiting.splice(waiting.indexOf(first), 1);
    first.resume();
  });
  // That piece has finished its slice by now. New work gets a slice of its own.
  setImmediate(() => {
    began = undefined;
    const now = performance.now();
    if (waiting.length === 0) isResuming = false;
    else if (now - from < SLICE_MS) resumeSome(from);
    else resumeWhenQuiet(now);
  });
}
