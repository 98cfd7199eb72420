import type { PersonKey } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { Linkage } from '../../../subgraphs/linkage/linkage.js';
import type { Scheme } from '../../../subgraphs/linkage/scheme.js';

/** Why a line is not taken, in words for whoever wrote it. */
const REASONS = {
  'missing-code': 'there is no code',
  'invalid-code': 'this is not a code of the scheme: its form, date or check character is wrong',
  'unknown-person': 'nobody here has this code',
  'unknown-family': 'nobody here has this code',
  'not-marked': 'this person has no such mark',
} as const;
export type LineFault = keyof typeof REASONS;

/** How many faults are told one by one. */
const MOST_TOLD = 50;

/**
 * The persons whose codes stand in a text, one a line; empty lines are left out.
 * @param check says of a person known why the line is not taken, if it is not
 * @throws PolkuError MARKS_REJECTED with the number of each line that is not taken, and why; never its code
 */
export function linkLines(
  text: string,
  scheme: Scheme,
  linkage: Pick<Linkage, 'findPerson'>,
  check: (person: PersonKey) => LineFault | undefined = () => undefined,
): ReadonlySet<PersonKey> {
  const people = new Set<PersonKey>();
  const faults: { line: number; reason: LineFault }[] = [];
  let lines = 0;
  for (const [index, code] of text.split('\n').entries()) {
    if (code.trim() === '') continue;
    lines += 1;
    const found = linkage.findPerson(scheme, code);
    const fault = typeof found === 'number' ? check(found) : found;
    if (fault) faults.push({ line: index + 1, reason: fault });
    else people.add(found as PersonKey);
  }
  if (lines === 0)
    throw new PolkuError('USAGE', 'Expected codes on standard input, one a line; there are none.');
  if (faults.length > 0) throw rejected(lines, faults);
  return people;
}

function rejected(lines: number, faults: readonly { line: number; reason: LineFault }[]): PolkuError {
  const told = faults.slice(0, MOST_TOLD).map(({ line, reason }) => `  line ${line}: ${REASONS[reason]}`);
  const more = faults.length > MOST_TOLD ? [`  and ${faults.length - MOST_TOLD} more`] : [];
  return new PolkuError(
    'MARKS_REJECTED',
    [`${faults.length} of ${lines} lines cannot be taken, so nothing was changed:`, ...told, ...more].join(
      '\n',
    ),
    { lines: faults },
  );
}
