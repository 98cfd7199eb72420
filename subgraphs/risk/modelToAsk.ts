import type { Feed } from '../../schema/feed.js';
import type { RiskModelInForce } from './riskStore.js';

/** Why nothing is foretold, whoever is asked about. */
export type Silence = 'NO_MODEL' | 'SWITCHED_OFF' | 'WITHHELD';

type Serving = Extract<RiskModelInForce, { readonly state: 'serving' }>;

/** The model that may be asked about what these feeds tell, or why none may: neither depends on a child. */
export function modelToAsk(
  inForce: RiskModelInForce,
  feeds: readonly (readonly [registry: string, Feed])[],
): Serving | Silence {
  if (inForce.state === 'no-model') return 'NO_MODEL';
  if (inForce.state === 'switched-off') return 'SWITCHED_OFF';
  return feeds.some(([, { state }]) => state === 'withheld') ? 'WITHHELD' : inForce;
}
