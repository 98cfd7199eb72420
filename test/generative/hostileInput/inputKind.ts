import { describeFault } from '../../../cli/options.js';
import { errorTable, PolkuError } from '../../../lib/errors.js';
import type { Dice } from '../policyProof/dice.js';

/** One kind of input that Polku reads, tested with hostile variants. */
export interface InputKind {
  readonly name: string;
  /** Makes the valid input from which all attempts of this kind start. */
  prepare(): Promise<Tryout>;
}

export interface Tryout {
  /** Reads one hostile input. Rejects only when something without an error code broke. */
  attempt(dice: Dice): Promise<Attempt>;
  close(): Promise<void>;
}

/** The result of one hostile input. */
export interface Attempt {
  /** `accepted`, or the code with which it was refused. */
  readonly outcome: string;
  /** All that a user, a log or a file now holds of the input. No identity may occur in it. */
  readonly published: readonly (string | Uint8Array)[];
  /** The faults, in sentences without personal data; empty when the input was read or refused correctly. */
  readonly faults: readonly string[];
}

/** The attempt for an error: refused with a code of the table, or a fault. */
export function refusedBy(error: unknown): Attempt {
  const published = [...textsOf(error)];
  if (error instanceof PolkuError && error.code in errorTable && error.code !== 'INTERNAL_SERVER_ERROR')
    return { outcome: error.code, published, faults: [] };
  return { outcome: 'uncoded', published, faults: [`An error without a code: ${describeFault(error)}`] };
}

/** An error as users and logs get it: the printed text, its details, and the causes behind it. */
function* textsOf(error: unknown): Iterable<string> {
  yield describeFault(error);
  for (let next = error; next instanceof Error; next = next.cause) {
    yield next.message;
    if (next instanceof PolkuError) yield JSON.stringify(next.details);
  }
}
