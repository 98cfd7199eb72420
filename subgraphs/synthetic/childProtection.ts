import { addYears, dayOf, PERIOD, YEAR, type Day } from './calendar.js';
import { burden } from './circumstances.js';
import { ageOn, firstDay, lastDay, type Person } from './people.js';
import { Random } from './random.js';

export type ProtectionStepKind = 'notification' | 'assessment' | 'open-care' | 'placement' | 'after-care';

export interface ProtectionStep {
  readonly kind: ProtectionStepKind;
  readonly from: Day;
  readonly until: Day | null;
}

/** From this day needs are assessed under the Social Welfare Act (1301/2014), and fewer become clients. */
const REFORM = dayOf(2015, 4, 1);

/** Notifications a child and year without burden, and how steeply burdens together raise them. */
const BASE_RATE = 0.025;
const SLOPE = 1.75;

/** Every child's steps in the period, in order of time; children without any are left out. */
export function drawProtection(
  persons: readonly Person[],
  seed: number,
): ReadonlyMap<Person, readonly ProtectionStep[]> {
  const protection = new Map<Person, readonly ProtectionStep[]>();
  for (const person of persons) {
    if (ageOn(person, firstDay(person)) >= 18) continue;
    const steps = stepsOf(person, Random.stream(seed, 'protection', person.index));
    if (steps.length > 0)
      protection.set(
        person,
        steps.sort((a, b) => a.from - b.from),
      );
  }
  return protection;
}

function stepsOf(child: Person, random: Random): ProtectionStep[] {
  const steps: ProtectionStep[] = [];
  const last = lastDay(child);
  const end = Math.min(last, addYears(child.birth, 18) - 1);
  const close = (day: Day): Day | null => (day < last ? day : last < PERIOD.last ? last : null);
  let clientUntil = -Infinity;
  for (let day = firstDay(child); day <= end; day += 30) {
    const load = burden(child.circumstances, day) + 0.8 * child.needs;
    const teenage = ageOn(child, day) >= 13 ? 1.6 : 1;
    if (!random.chance(Math.min(0.5, (BASE_RATE * teenage * Math.exp(SLOPE * load) * 30) / YEAR))) continue;
    const notified = Math.min(end, day + random.int(0, 29));
    steps.push({ kind: 'notification', from: notified, until: notified });
    if (notified < clientUntil || !random.chance(0.75)) continue;
    const assessed = notified + random.int(1, 7);
    const concluded = assessed + random.int(20, 90);
    if (assessed > end) continue;
    steps.push({ kind: 'assessment', from: assessed, until: close(concluded) });
    clientUntil = concluded;
    if (concluded >= end || !random.chance(concluded < REFORM ? 0.5 : 0.33)) continue;
    const finished = Math.min(end, concluded + 90 + Math.round(random.exponential(2 * YEAR)));
    steps.push({ kind: 'open-care', from: concluded + 1, until: close(finished) });
    clientUntil = finished;
    if (finished - concluded < 240 || !random.chance(0.2 + 0.1 * load)) continue;
    const placed = random.int(concluded + 60, finished - 90);
    const returned = Math.min(end, placed + 60 + Math.round(random.exponential(2 * YEAR)));
    steps.push({ kind: 'placement', from: placed, until: close(returned) });
    clientUntil = Math.max(clientUntil, returned);
    // Until 2020 after-care lasted to the age of 21 (417/2007 §76).
    if (ageOn(child, returned) >= 17.5 && returned < last) {
      steps.push({ kind: 'after-care', from: returned + 1, until: close(addYears(child.birth, 21)) });
    }
  }
  return steps;
}
