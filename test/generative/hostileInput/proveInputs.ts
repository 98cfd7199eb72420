import { type Identities, identityCounter } from '../../city/searchIdentities.js';
import { Dice } from '../policyProof/dice.js';
import { Capture } from './capture.js';
import { type Attempt, type InputKind, refusedBy, type Tryout } from './inputKind.js';

/** A slower input counts as hanging. Milliseconds. */
export const PATIENCE_MS = 10_000;

export interface Proof {
  readonly cases: number;
  /** Kind -> outcome -> cases: `accepted`, or the code with which inputs were refused. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Each in a sentence with kind, case and seed that reproduce it, and without personal data. */
  readonly faults: readonly string[];
}

export interface ProofOptions {
  readonly cases: number;
  readonly seed: number;
  readonly identities: Identities;
  /** Called before each case and after it, so that a hang can be named. */
  readonly onBegin?: (kind: string, index: number) => void;
  readonly onEnd?: () => void;
}

/**
 * Holds after each hostile input: it was read or refused with a code, in time; no file is half-written; and
 * no identity occurs in anything that was written or printed.
 */
export async function proveInputs(
  kinds: readonly InputKind[],
  { cases, seed, identities, onBegin, onEnd }: ProofOptions,
): Promise<Proof> {
  const countIdentities = identityCounter(identities);
  const outcomes: Record<string, Record<string, number>> = {};
  const faults: string[] = [];
  for (const [number, kind] of kinds.entries()) {
    const tryout = await kind.prepare();
    const counts: Record<string, number> = (outcomes[kind.name] = {});
    try {
      for (let index = number; index < cases; index += kinds.length) {
        onBegin?.(kind.name, index);
        const { attempt, milliseconds } = await tryOnce(tryout, new Dice(seed * 1_000_003 + index));
        onEnd?.();
        counts[attempt.outcome] = (counts[attempt.outcome] ?? 0) + 1;
        const found = [...attempt.faults];
        const leaks = attempt.published.reduce(
          (sum, text) => sum + countIdentities(Buffer.from(text as string)),
          0,
        );
        if (leaks > 0) found.push(`${leaks} identities stand in what it left or printed.`);
        if (milliseconds > PATIENCE_MS) found.push(`It took ${(milliseconds / 1000).toFixed(0)} s.`);
        faults.push(...found.map((fault) => `${kind.name}, case ${index} of seed ${seed}: ${fault}`));
      }
    } finally {
      await tryout.close();
    }
  }
  return { cases, outcomes, faults };
}

async function tryOnce(tryout: Tryout, dice: Dice): Promise<{ attempt: Attempt; milliseconds: number }> {
  const began = performance.now();
  const capture = new Capture();
  let attempt: Attempt;
  let printed: readonly (string | Uint8Array)[] = [];
  try {
    attempt = await tryout.attempt(dice);
  } catch (error) {
    attempt = refusedBy(error);
  } finally {
    printed = capture.end();
  }
  return {
    attempt: { ...attempt, published: [...attempt.published, ...printed] },
    milliseconds: performance.now() - began,
  };
}
