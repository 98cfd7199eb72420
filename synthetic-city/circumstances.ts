import { type Day, PERIOD, YEAR } from './calendar.js';
import type { Random } from './random.js';

/** One latent strain: during a spell it has its level in 0..1, and outside of it a quarter of that. */
export interface Strain {
  readonly level: number;
  readonly from: Day;
  readonly until: Day;
}

/** Latent strains: no registry records them, but they change the number of contacts in all of them. */
export interface Circumstances {
  readonly economy: Strain;
  readonly mentalHealth: Strain;
  readonly substances: Strain;
  readonly conflict: Strain;
}

/** The strains correlate through one common factor, because burdens accumulate in the same households. */
export function drawCircumstances(random: Random, arrival: Day, loneParent: boolean): Circumstances {
  const common = random.normal();
  const draw = (offset: number): Strain => drawStrain(random, arrival, offset + 1.2 * common);
  return {
    economy: draw(loneParent ? -1.4 : -2.8),
    mentalHealth: draw(-2.9),
    substances: draw(-3.9),
    conflict: draw(loneParent ? -2.2 : -3.1),
  };
}

/** A child's own developmental needs, 0..1; independent of the household. */
export function drawNeeds(random: Random): number {
  return 1 / (1 + Math.exp(2.6 - 1.3 * random.normal()));
}

export function strength(strain: Strain, day: Day): number {
  return day >= strain.from && day <= strain.until ? strain.level : strain.level / 4;
}

/** All strains together, weighted by their effect on a child. */
export function burden(circumstances: Circumstances, day: Day): number {
  return (
    0.8 * strength(circumstances.economy, day) +
    strength(circumstances.mentalHealth, day) +
    1.3 * strength(circumstances.substances, day) +
    strength(circumstances.conflict, day)
  );
}

function drawStrain(random: Random, arrival: Day, logit: number): Strain {
  const level = 1 / (1 + Math.exp(-logit - random.normal()));
  const from = Math.round(random.between(arrival - 2 * YEAR, PERIOD.last));
  return { level, from, until: from + Math.round(random.exponential(5 * YEAR)) };
}
