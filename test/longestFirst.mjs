import Sequencer from '@jest/test-sequencer';

/**
 * Files that take a minute and more, the longest first. In a fresh clone Jest knows no times and sorts files
 * by size. If one of these ran last, one core would be busy and the other idle.
 */
const LONGEST = [
  'attacks/held',
  'attacks/heldConcealed',
  'integration/commandLine',
  'attacks/mutants',
  'e2e/console',
  'integration/onboardRegistry',
  'integration/marks',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ path }) {
  const place = LONGEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(`test/${name}.test.ts`));
  return place < 0 ? LONGEST.length : place;
}
