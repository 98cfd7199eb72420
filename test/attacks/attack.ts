import type { Target } from './target.js';

/** The result of an attack. Its words hold no personal data: names of probes, codes and counts only. */
export type Verdict =
  | { readonly outcome: 'held' }
  | { readonly outcome: 'broken'; readonly seen: string }
  | { readonly outcome: 'not applicable'; readonly why: string };

/** An attack that can be made on any live gateway. */
export interface Attack {
  /** Four hexadecimal digits, assigned once and never to another attack. */
  readonly id: string;
  /** The required behaviour, as one sentence. */
  readonly title: string;
  /** The origin: a CVE, an advisory, an issue, or the part of the design that it tests. */
  readonly source: string;
  run(target: Target): Promise<Verdict>;
}

/** Thrown when a gateway is broken by an attack. */
export class Breach extends Error {}

/** Thrown when neither the gateway nor the available tokens offer anything that this attack could try. */
export class NotApplicable extends Error {}

/** An attack as a function that returns when the gateway held. */
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
        // A gateway that stops answering counts as broken, too.
        return { outcome: 'broken', seen: `no answer that could be read: ${kindOf(error)}` };
      }
    },
  };
}

/** The kind of an error; its message may quote the answer. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `${error.name}, ${String(cause.code)}` : error.name;
}
