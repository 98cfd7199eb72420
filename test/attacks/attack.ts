import type { Target } from './target.js';

/** What came of an attack. No personal data is in any of its words: names of probes, codes and counts only. */
export type Verdict =
  | { readonly outcome: 'held' }
  | { readonly outcome: 'broken'; readonly seen: string }
  | { readonly outcome: 'not applicable'; readonly why: string };

/** An attack that can be made on any live gateway. */
export interface Attack {
  /** Four hexadecimal digits, given once and never to another attack. */
  readonly id: string;
  /** What must hold, as one sentence. */
  readonly title: string;
  /** Where it was seen: a CVE, an advisory, an issue, or what of the design it tries. */
  readonly source: string;
  run(target: Target): Promise<Verdict>;
}

/** Thrown where a gateway gives way. */
export class Breach extends Error {}

/** Thrown where a gateway, or the tokens at hand, offer nothing that this attack could try. */
export class NotApplicable extends Error {}

/** An attack as a function that returns where the gateway held. */
export function attack(
  id: string,
  title: string,
  source: string,
  attempt: (target: Target) => Promise<void>,
): Attack {
  return {
    id,
    title,
    source,
    async run(target) {
      try {
        await attempt(target);
        return { outcome: 'held' };
      } catch (error) {
        if (error instanceof NotApplicable) return { outcome: 'not applicable', why: error.message };
        if (error instanceof Breach) return { outcome: 'broken', seen: error.message };
        // A gateway that stops answering has given way, too.
        return { outcome: 'broken', seen: `no answer that could be read: ${kindOf(error)}` };
      }
    },
  };
}

/** The kind of an error; its message may quote what was answered. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `${error.name}, ${String(cause.code)}` : error.name;
}
