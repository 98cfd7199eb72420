import type { PersonKey } from '../../../schema/keys.js';
import type { Days } from '../columns/days.js';
import type { Marks } from '../marks/marks.js';
import { type Shield, shields } from './deriveOverlays.js';
import type { MembershipTable } from './familyIndex.js';

/** The marks, with who is shielded by those of non-disclosure found anew: the people, and whoever has lived with them. */
export function shieldMarked(marks: Marks, memberships: MembershipTable): Marks {
  const found = new Map<PersonKey, Days[]>();
  for (const { subject, start, end } of shields(memberships, markedNonDisclosures(marks)))
    found.set(subject, [...(found.get(subject) ?? []), { start, end }]);
  return { ...marks, shields: found };
}

function* markedNonDisclosures({ people }: Marks): Iterable<Shield> {
  for (const [subject, days] of people['non-disclosure']) yield { subject, ...days };
}
