import { PolkuError } from './errors.js';

/** A thousand people with a hundred records each: a plausible response that one process can handle. */
const OBJECTS = 100_000;

/**
 * Limits the number of objects in one answer. A short operation can ask for families of members of families:
 * its text is small, but its answer is large, and one process serves everybody. The gateway has a budget for
 * each response. A registry has one for each fetch, where each list that it reads also counts as an object.
 */
export class ObjectBudget {
  #left = OBJECTS;

  /** Spends objects from the budget. Returns false when the budget is exhausted. */
  spend(objects: number): boolean {
    this.#left -= objects;
    return this.#left >= 0;
  }

  get exhausted(): boolean {
    return this.#left < 0;
  }
}

/** The error for an answer over the budget. */
export function answerTooLarge(): PolkuError {
  return new PolkuError(
    'OPERATION_TOO_LARGE',
    `The answer is too large: it would gather more than ${OBJECTS} objects. Ask for fewer at a time.`,
    { limit: 'objects', maximum: OBJECTS },
  );
}
