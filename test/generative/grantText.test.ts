import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import {
  addField,
  ListHasComments,
  readGrants,
  removeField,
  setFieldMask,
  setGrantDay,
  setGrantList,
} from '../../console/src/policies/review/grantText.js';
import { packageRoot } from '../../lib/packageRoot.js';

const folder = join(packageRoot(), 'policies');
const shipped = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
  // They are written alike, and parsing them takes most of the time.
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8'), numRuns: 25 }))
  .filter(({ text }) => (readGrants(text)?.length ?? 0) > 0);

/** The same policies in forms that owners may write. */
const others = [
  {
    name: 'in block style, with comments',
    numRuns: 100,
    text: `# head
registry: x
grants:
  - # why
    id: first # who
    purposes:
      - care
      - benefit
    roles: any
    basis: [law]
    show: # what
      A.b: allow # as it is
      # the next is coarser
      A.c:
        mask: year # coarse
    # end
  - id: second
    purposes: [care] # one
    roles: [clinician]
    basis:
      - law
      - 'another: law'
    derive: { T: [A.b] }
    valid: { from: 2026-01-01, until: '2027-12-31' } # two years
  - id: third
    purposes: [care]
    roles: [clinician]
    basis: [law]
    show: { 'A.b': allow, 'A.c': { mask: year } }
    valid: # for now
      # the permit ends then
      until: 2027-12-31 # as agreed`,
  },
];

interface Content {
  readonly grants: readonly Record<string, unknown>[];
}

/** The slow oracle: change the content, and forget the text. */
function changed(text: string, id: string, change: (grant: Record<string, unknown>) => void): unknown {
  const content = parse(text) as Content;
  change(content.grants.find((grant) => grant['id'] === id)!);
  return content;
}

const comments = (text: string) => [...text.matchAll(/(?:^|\s)#.*$/gm)].map(([comment]) => comment.trim());
const effect = (mask: string | undefined) => (mask === undefined ? 'allow' : { mask });
const law = fc.oneof(
  fc.constantFrom(
    'GDPR 9(2)(h)',
    '703/2023 §11',
    "the mayor's order",
    'a: b',
    '[x',
    'one, two',
    '2023',
    '# 3',
    'null',
  ),
  // What has a hash would be counted as a comment below.
  fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('#')),
);
const masks = fc.constantFrom(undefined, 'year', 'month', 'icd10-chapter');

describe.each([...shipped, ...others])('the grants of $name', ({ text, numRuns }) => {
  const grants = readGrants(text)!;
  const shows = grants.flatMap(({ id, show }) => show.map(({ pattern }) => ({ id, pattern })));

  it('are read as they are', () => {
    const content = parse(text) as Content;
    expect(
      grants.map(({ id, show }) => [id, show.map(({ pattern, mask }) => [pattern, effect(mask)])]),
    ).toEqual(content.grants.map(({ id, show = {} }) => [id, Object.entries(show as object)]));
  });

  it('show a field in another way, and nothing else changes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shows, undefined), masks, (shown, mask) => {
        if (!shown) return;
        const { id, pattern } = shown;
        const after = setFieldMask(text, id, pattern, mask);
        expect(parse(after)).toEqual(
          changed(text, id, ({ show }) => ((show as Record<string, unknown>)[pattern] = effect(mask))),
        );
        const lost = comments(text).filter((comment) => !comments(after).includes(comment));
        // Only a comment within the replaced value goes with it.
        expect(lost.filter((comment) => comment !== '# coarse')).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('take a field in and out again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...grants), masks, ({ id }, mask) => {
        const added = addField(text, id, 'New.field', mask);
        expect(parse(added)).toEqual(
          changed(text, id, (grant) => {
            grant['show'] = { ...(grant['show'] as object), 'New.field': effect(mask) };
          }),
        );
        expect(comments(added)).toEqual(comments(text));
        expect(parse(removeField(added, id, 'New.field'))).toEqual(parse(text));
      }),
      { numRuns },
    );
  });

  it('lose any of their fields', () => {
    for (const { id, pattern } of shows)
      expect(parse(removeField(text, id, pattern))).toEqual(
        changed(text, id, (grant) => {
          const kept = Object.entries(grant['show'] as object).filter(([key]) => key !== pattern);
          if (kept.length > 0) grant['show'] = Object.fromEntries(kept);
          else delete grant['show'];
        }),
      );
  });

  it('begin and end on other days', () => {
    const days = fc.constantFrom(undefined, '2026-12-01', '2031-01-31');
    fc.assert(
      fc.property(
        fc.constantFrom(...grants),
        fc.constantFrom('from', 'until'),
        days,
        ({ id }, bound, day) => {
          const after = setGrantDay(text, id, bound, day);
          expect(parse(after)).toEqual(
            changed(text, id, (grant) => {
              const valid: Record<string, unknown> = { ...(grant['valid'] as object) };
              if (day === undefined) delete valid[bound];
              else valid[bound] = day;
              if (Object.keys(valid).length > 0) grant['valid'] = valid;
              else delete grant['valid'];
            }),
          );
          expect(readGrants(after)!.find((grant) => grant.id === id)![bound]).toBe(day);
          // A day that goes takes the comments on its lines along.
          if (day !== undefined) expect(comments(after)).toEqual(comments(text));
        },
      ),
      { numRuns },
    );
  });

  it('get other purposes, roles, conditions and laws', () => {
    const names = fc.uniqueArray(fc.constantFrom('care', 'minor', 'within-years(3)', 'clinician'));
    const choices = fc.oneof(
      fc.tuple(fc.constantFrom('purposes' as const, 'roles' as const, 'when' as const), names),
      fc.tuple(fc.constant('basis' as const), fc.array(law, { minLength: 1, maxLength: 3 })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...grants), choices, ({ id }, [key, chosen]) => {
        let after: string;
        try {
          after = setGrantList(text, id, key, chosen);
        } catch (error) {
          expect(error).toBeInstanceOf(ListHasComments);
          return;
        }
        expect(parse(after)).toEqual(
          changed(text, id, (grant) => {
            if (chosen.length > 0) grant[key] = chosen;
            else delete grant[key];
          }),
        );
        // A key that goes takes the comment on its line along.
        if (chosen.length > 0) expect(comments(after)).toEqual(comments(text));
      }),
      { numRuns },
    );
  });
});

it('writes a law without quotes where it needs none', () => {
  const after = setGrantList(others[0]!.text, 'first', 'basis', [
    '703/2023 §11',
    'GDPR 9(2)(h)',
    'a, b',
    'c # d',
  ]);
  expect(after).toContain("basis: [703/2023 §11, GDPR 9(2)(h), 'a, b', 'c # d']");
});

it('gives no grants of a text that is not such YAML', () => {
  expect(readGrants('grants: [')).toBeUndefined();
  expect(readGrants('just words')).toBeUndefined();
  expect(readGrants('grants: [a, b]')).toBeUndefined();
  expect(readGrants('grants: [{ id: x, purposes: [care] }]')).toBeUndefined();
  expect(readGrants('registry: x')).toEqual([]);
});
