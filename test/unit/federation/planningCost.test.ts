import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { defaultLimits } from '../../../federation/execution/limits.js';
import { normalForm } from '../../../federation/execution/prepare.js';
import { buildSupergraph } from '../../../federation/supergraph/supergraph.js';
import { packageRoot } from '../../../lib/packageRoot.js';

const supergraph = buildSupergraph(
  readFileSync(join(packageRoot(), 'schema/supergraph.graphql'), 'utf8'),
  new Map(),
);

function costOf(text: string): number {
  const { planningCost } = supergraph;
  return planningCost.of(normalForm(parse(text), undefined, supergraph), defaultLimits.planning);
}

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

/** A path, and in each of its steps the path of the person, and so on. */
function pathsIn(levels: number, fields = ''): string {
  const inner = levels === 0 ? 'service' : `person { ${fields} ${pathsIn(levels - 1, fields)} }`;
  return `servicePath { ${fields && 'withheld'} steps { ${inner} } }`;
}

/** As many paths in each step as there are branches. */
function branchingPaths(branches: number, levels: number): string {
  if (levels === 0) return 'service';
  return repeat(
    branches,
    (i) =>
      `b${i}: person { servicePath(from: "201${i}-01-01") { steps { ${branchingPaths(branches, levels - 1)} } } }`,
  );
}

const WHOLE_RISK = `childProtectionRisk(asOf: "2007-Q1") { status withheld probability interval { from until }
  percentile score base contributions { registries factors { id label } logOdds } missing
  calibration { from until children predicted observed } model { version } }`;
const CONTACTS =
  'educationContacts { id } healthContacts { id } socialContacts { id } birthYear childProtection { id }';

describe('the planning cost', () => {
  it.each([
    ['E06', `{ ${repeat(20, (i) => `a${i}: family(id: "x") { ${pathsIn(5)} }`)} }`],
    ['E06 by persons', `{ ${repeat(20, (i) => `a${i}: person(id: "x") { ${pathsIn(5, CONTACTS)} }`)} }`],
    [
      'E06 in a fragment',
      `{ ${repeat(20, (i) => `a${i}: family(id: "x") { ...F }`)} }
      fragment F on Family { ${pathsIn(5, 'birthYear')} }`,
    ],
    ['branches', `{ family(id: "x") { servicePath { steps { ${branchingPaths(3, 4)} } } } }`],
    ['assessments', `{ ${repeat(20, (i) => `a${i}: person(id: "x") { ${WHOLE_RISK} }`)} }`],
    [
      'assessments of a list',
      `{ persons(first: 1) { nodes { ${repeat(10, (i) => `a${i}: childProtectionRisk(asOf: "200${i}-Q1") { status score probability missing percentile child { ${CONTACTS} } }`)} } } }`,
    ],
  ])('E06: refuses %s', (_, text) => {
    expect(costOf(text)).toBeGreaterThan(defaultLimits.planning);
  });

  const folder = join(packageRoot(), 'console/src/examples');
  it.each([
    ...readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .map((file): [string, string] => [file, readFileSync(join(folder, file), 'utf8')]),
    ['everything of a person', `{ person(id: "x") { ${CONTACTS} ${WHOLE_RISK} ${pathsIn(0)} } }`],
    [
      'everything of a list of persons',
      `{ persons(first: 100) { nodes { ${CONTACTS} ${WHOLE_RISK} ${pathsIn(0)} } } }`,
    ],
    [
      'ten families',
      `{ ${repeat(10, (i) => `a${i}: family(id: "x") { members { person { ${CONTACTS} } } ${pathsIn(0, 'birthYear')} }`)} }`,
    ],
    [
      'twenty persons by their contacts',
      `{ ${repeat(20, (i) => `a${i}: person(id: "x") { ${CONTACTS} }`)} }`,
    ],
    ['the paths of a path', `{ family(id: "x") { ${pathsIn(2, 'birthYear')} } }`],
    [
      'a wide operation of one registry',
      `{ ${repeat(20, (i) => `a${i}: person(id: "x") { families { family { members { person { birthYear sex } } } } }`)} }`,
    ],
  ])('leaves room for %s', (_, text) => {
    expect(costOf(text)).toBeLessThan(defaultLimits.planning / 2);
  });

  it('stops counting above the limit, whatever an operation multiplies', () => {
    const bomb = `{ ${repeat(20, (i) => `a${i}: family(id: "x") { ...F0 }`)} }
      fragment F0 on Family { servicePath { steps { person { ...P0 } } } }
      ${repeat(9, (i) => `fragment P${i} on Person { ${repeat(3, (j) => `b${j}: servicePath { steps { person { ...P${i + 1} } } }`)} }`)}
      fragment P9 on Person { birthYear }`;
    expect(costOf(bomb)).toBeLessThan(10 * defaultLimits.planning);
  });
});
