import { PolkuError } from './errors.js';

/** A thousand people with a hundred records each: what a response may well hold, and a process bears. */
const OBJECTS = 100_000;

/**
 * How many objects one answer may gather. A short operation can ask for families of members of families: its text is small,
 * what it brings is not, and one process serves everybody. Kept by the gateway for a response and by a registry for a fetch,
 * where each list that is read counts as an object, too.
 */
export class ObjectBudget {
  #left = OBJECTS;

  /** Takes objects out of the budget; false where it is used up. */
  spend(objects: number): boolean {
    this.#left -= objects;
    return this.#left >= 0;
  }

  get exhausted(): boolean {
    return this.#left < 0;
  }
}

/** The refusal of an answer over the budget. */
export function answerTooLarge(): PolkuError {
  return new PolkuError(
    'OPERATION_TOO_LARGE',
    `The answer is too large: it would gather more than ${OBJECTS} objects. Ask for fewer at a time.`,
    { limit: 'objects', maximum: OBJECTS },
  );
}
