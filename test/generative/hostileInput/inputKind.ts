import { describeFault } from '../../../cli/options.js';
import { errorTable, PolkuError } from '../../../lib/errors.js';
import type { Dice } from '../policyProof/dice.js';

/** Something that Polku reads, tried with inputs made hostile. */
export interface InputKind {
  readonly name: string;
  /** Makes the valid input that all tries of this kind begin with. */
  prepare(): Promise<Tryout>;
}

export interface Tryout {
  /** Reads one hostile input. Rejects only where something broke that has no code. */
  attempt(dice: Dice): Promise<Attempt>;
  close(): Promise<void>;
}

/** What came of one hostile input. */
export interface Attempt {
  /** `accepted`, or the code with which it was refused. */
  readonly outcome: string;
  /** All that a user, a log or a file now holds of it. No identity may stand in it. */
  readonly published: readonly (string | Uint8Array)[];
  /** What is wrong, in sentences without personal data; empty where the input was read or refused as it should be. */
  readonly faults: readonly string[];
}

/** The attempt that an error makes: refused with a code of the table, or a fault. */
export function refusedBy(error: unknown): Attempt {
  const published = [...textsOf(error)];
  if (error instanceof PolkuError && error.code in errorTable && error.code !== 'INTERNAL_SERVER_ERROR')
    return { outcome: error.code, published, faults: [] };
  return { outcome: 'uncoded', published, faults: [`An error without a code: ${describeFault(error)}`] };
}

/** An error as users and logs get it: what is printed of it, its details, and the causes behind it. */
function* textsOf(error: unknown): Iterable<string> {
  yield describeFault(error);
  for (let next = error; next instanceof Error; next = next.cause) {
    yield next.message;
    if (next instanceof PolkuError) yield JSON.stringify(next.details);
  }
}
