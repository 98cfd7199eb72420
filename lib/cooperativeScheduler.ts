/** Milliseconds that long work may keep everything else of the process waiting. */
const TURN = 5;

/** Milliseconds in which nothing else may have had anything to do before long work goes on. */
const QUIET = 0.4;

/** Milliseconds that a round of the event loop takes in which nothing has anything to do, at most. */
const EMPTY_ROUND = 0.15;

/** Milliseconds after which long work goes on all the same. */
const PATIENCE = 15;

/** Milliseconds by which each turn that long work has had, up to ten of them, puts it behind other long work. */
const TURN_HAD = 20;
const TURNS_HAD = 10;

/** Milliseconds between two looks at the clock, and items that are worked through before the first one. */
const LOOK = 0.5;
const FIRST_ITEMS = 32;

/** Long work in turns: between them whatever else the process has to do is done. */
export class Turns {
  #had = 0;

  /**
   * @param began where it is work of a request that is mostly short: the time when it began, before which it has nothing to
   * answer for. Otherwise all long work of one round of the event loop has one turn.
   */
  constructor(private readonly began = 0) {}

  /** Whether it is the others' turn. */
  get over(): boolean {
    return performance.now() - Math.max(roundBegan(), this.began) > TURN;
  }

  /**
   * Lets whatever else the process has to do be done. Of all long work one piece goes on at a time, what had few turns
   * first, and only when nothing else had anything to do for a moment: who answers a request needs many rounds of the
   * event loop, and would wait for a piece in each of them.
   */
  next(): Promise<void> {
    const now = performance.now();
    const due = now + TURN_HAD * Math.min(this.#had++, TURNS_HAD);
    return new Promise((resume) => {
      waiting.push({ due, resume });
      if (isResuming) return;
      isResuming = true;
      resumeWhenQuiet(now);
    });
  }

  /**
   * Works through many items, some at a time.
   * @param work does items `from` (inclusive) to `to` (exclusive)
   */
  async through(length: number, work: (from: number, to: number) => void): Promise<void> {
    let atOnce = FIRST_ITEMS;
    for (let from = 0; from < length;) {
      if (this.over) await this.next();
      const looked = performance.now();
      const to = Math.min(from + atOnce, length);
      work(from, to);
      from = to;
      atOnce = performance.now() - looked < LOOK ? atOnce * 2 : Math.max(1, atOnce >> 1);
    }
  }
}

let began: number | undefined;

/** When long work began in this round of the event loop. */
function roundBegan(): number {
  if (began === undefined) {
    began = performance.now();
    setImmediate(() => (began = undefined));
  }
  return began;
}

interface Waiting {
  /** What is due first goes on first. */
  readonly due: number;
  resume(): void;
}

const waiting: Waiting[] = [];
let isResuming = false;

/** Looks in every round of the event loop how long the round took. */
function resumeWhenQuiet(since: number): void {
  let [quietSince, looked] = [since, since];
  const look = (): void => {
    const now = performance.now();
    if (now - looked > EMPTY_ROUND) quietSince = now;
    looked = now;
    if (now - quietSince < QUIET && now - since < PATIENCE) setImmediate(look);
    else resumeSome(now);
  };
  setImmediate(look);
}

/** Lets pieces go on, one in each round of the event loop, until they have had a turn together. */
function resumeSome(from: number): void {
  setImmediate(() => {
    began = undefined;
    const first = waiting.reduce((found, other) => (other.due < found.due ? other : found));
    waiting.splice(waiting.indexOf(first), 1);
    first.resume();
  });
  // By now that piece is done, and what comes in next has a turn of its own.
  setImmediate(() => {
    began = undefined;
    const now = performance.now();
    if (waiting.length === 0) isResuming = false;
    else if (now - from < TURN) resumeSome(from);
    else resumeWhenQuiet(now);
  });
}
