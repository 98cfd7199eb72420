/**
 * @property groups/bounded-filters Gateway and registries bound a group's filter. Work about groups is
 * charged before it begins and never delays others.
 * @enforcedBy registry-kit/criteria/groupFilter.ts, registry-kit/criteria/cohortQuestion.ts,
 * registry-kit/enforcement/enforce.ts, disclosure-control/disclosureControl.ts, lib/cooperativeScheduler.ts
 */
import { describe, expect, it } from '@jest/globals';
import {
  parseQuestion,
  readQuestion,
  writeQuestion,
} from '../../../../registry-kit/criteria/cohortQuestion.js';

const leaf = { healthContacts: {} };
const family = (where: object) => ({ family: { member: 'anyone', atEndOf: 2010, where } });
const many = (length: number, part: (index: number) => object) => Array.from({ length }, (_, i) => part(i));
/** `all` within `all`; each level has this many entries. */
const tree = (levels: number, width: number): object =>
  levels === 0 ? { any: [] } : { all: many(width, () => tree(levels - 1, width)) };

describe('a filter', () => {
  it.each([
    ['a family filter that everybody meets', family({ all: [] })],
    ['a family filter that nobody meets', family({ any: [] })],
    ['a family filter within a family filter that everybody meets', family(family({ all: [] }))],
    [
      'a family filter without a criterion next to one with a criterion',
      { all: [family(leaf), family({ not: { any: [] } })] },
    ],
  ])('G02: is refused if it has %s', (_, where) => {
    expect(() => readQuestion({ where })).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  it.each([
    [
      'family filters without a criterion',
      { all: many(1_000, (i) => family({ not: family({ all: [] }), all: many(i, () => ({})) })) },
    ],
    [
      'family filters with a criterion',
      { all: many(41, (i) => ({ family: { member: 'child', atEndOf: 1900 + i, where: leaf } })) },
    ],
    ['criteria', { any: many(41, (i) => ({ healthContacts: { atLeast: i + 1 } })) }],
    ['entries without a criterion', { all: many(201, () => ({ any: [] })) }],
    ['negations', { all: many(101, () => ({ not: { any: [] } })) }],
    ['entries on many levels', tree(5, 3)],
    ['levels', many(13, () => leaf).reduce<object>((inner) => ({ all: [inner, leaf] }), leaf)],
  ])('G02: is refused if it has too many %s', (_, where) => {
    expect(() => readQuestion({ where })).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(?:OPERATION_TOO_LARGE|BAD_USER_INPUT)$/),
      }),
    );
  });

  it('G02: shares its limits with the comparison group and with events', () => {
    const where = { any: many(30, (i) => ({ healthContacts: { atLeast: i + 1 } })) };
    const comparedWith = { any: many(11, (i) => ({ socialContacts: { atLeast: i + 1 } })) };
    const timeTo = { from: leaf, event: leaf, until: 15_000 };
    expect(readQuestion({ where, comparedWith: { not: where.any[0] }, timeTo })).toBeDefined();
    expect(() => readQuestion({ where, comparedWith })).toThrow(
      expect.objectContaining({ code: 'OPERATION_TOO_LARGE', details: { limit: 'criteria', maximum: 40 } }),
    );
  });

  it('G02: is checked against its limits again by every registry', () => {
    const text = JSON.stringify({ where: family({ all: [] }) });
    expect(() => parseQuestion(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    const fine = writeQuestion(readQuestion({ where: { all: [family(leaf), leaf] } }));
    expect(writeQuestion(parseQuestion(fine))).toBe(fine);
  });
});
