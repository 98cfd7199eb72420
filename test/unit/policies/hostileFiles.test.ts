/**
 * @property policies/proposals A proposal of one person can neither stop a gateway nor take the last number.
 * A signed word ends it, and the policy in force stays.
 * @enforcedBy policies/engine/parse/sourceDocument.ts, approvals/policy-revisions/compileApart.ts,
 * approvals/policy-revisions/revisionService.ts
 */
import { describe, expect, it } from '@jest/globals';
import type { Problem } from '../../../policies/engine/parse/problems.js';
import { MAX_FILE_BYTES } from '../../../policies/engine/parse/sourceDocument.js';
import { cityPolicy, compileCity } from '../../spec/smallCity.js';

const grant = (purposes: string) => `
  - { id: g, purposes: ${purposes}, roles: [nurse], basis: [x], show: { Visit.service: allow } }`;
const lines = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => line(number)).join('\n');
const problemsOf = (text: string, file = 'clinic.yaml') => compileCity({ [file]: text }).problems;
const errors = (problems: readonly Problem[]) => problems.filter(({ severity }) => severity === 'error');

describe('a file with aliases', () => {
  it('Y04: may use one anchor a thousand times', () => {
    const policy = cityPolicy({
      'clinic.yaml': `grants:\n${lines(
        1_000,
        (number) =>
          `  - { id: g-${number}, purposes: ${number === 0 ? '&purposes [care]' : '*purposes'}, roles: [nurse], basis: [x], show: { Visit.service: allow } }`,
      )}`,
    });
    const { grants } = policy.model.registries.get('clinic')!;
    expect(grants.map(({ purposes }) => [...purposes])).toEqual(Array(1_000).fill(['care']));
  });

  it('Y04: may define an anchor again; an alias refers to the last definition before it', () => {
    const { grants } = cityPolicy({
      'clinic.yaml': `grants:
  - { id: a, purposes: &p [care], roles: [nurse], basis: [x], show: { Visit.service: allow } }
  - { id: b, purposes: *p, roles: [nurse], basis: [x], show: { Visit.service: allow } }
  - { id: c, purposes: &p [care, service], roles: [nurse], basis: [x], show: { Visit.service: allow } }
  - { id: d, purposes: *p, roles: [nurse], basis: [x], show: { Visit.service: allow } }`,
    }).model.registries.get('clinic')!;
    expect(grants.map(({ purposes }) => purposes.size)).toEqual([1, 1, 3, 3]);
  });

  it('Y04: that expands to billions of values is refused at the alias that exceeds the limit', () => {
    const level = (number: number) =>
      `      - &l${number} [${Array(10)
        .fill(number === 0 ? 'x' : `*l${number - 1}`)
        .join(', ')}]`;
    const text = `grants:\n  - id: g\n    purposes: [care]\n    roles: [nurse]\n    show: { Visit.service: allow }\n    basis:\n${lines(40, level)}`;
    expect(problemsOf(text)).toMatchObject([
      { line: 23, message: expect.stringContaining('aliases written out') },
    ]);
  });

  it('Y04: may not nest deeper by aliases than the limit', () => {
    const level = (number: number) =>
      `      - &l${number} ${'['.repeat(9)}${number === 0 ? 'x' : `*l${number - 1}`}${']'.repeat(9)}`;
    const text = `grants:\n  - id: g\n    purposes: [care]\n    roles: [nurse]\n    show: { Visit.service: allow }\n    basis:\n${lines(40, level)}`;
    expect(problemsOf(text)).toMatchObject([{ message: 'Values are nested more than 64 levels deep.' }]);
  });
});

describe('a file with too many faults', () => {
  it.each([
    ['unknown keys', (number: number) => `key${number}: 1`],
    ['unknown types', (number: number) => `  T${number}.a: { category: place }`],
  ])('Y05: %s: lists the first hundred, and reports that there are more', (_, line) => {
    const found = errors(
      problemsOf(`registry: clinic\nowner: { en: C, fi: C, sv: C }\nfields:\n${lines(15_000, line)}`),
    );
    expect(found).toHaveLength(101);
    expect(found.at(-1)!.message).toBe('There are more errors after these.');
  });

  it('Y05: lists faults before warnings', () => {
    const ended = (number: number) =>
      `  - { id: g-${number}, purposes: [care], roles: [nurse], basis: [x], show: { Visit.service: allow }, valid: { until: 2020-01-01 } }`;
    const { policy, problems } = compileCity({
      'clinic.yaml': `grants:\n${lines(300, ended)}${grant('[caer]')}`,
    });
    expect(policy).toBeUndefined();
    expect(errors(problems)).toMatchObject([{ message: 'There is no purpose "caer".' }]);
    expect(problems.filter(({ severity }) => severity === 'warning')).toHaveLength(101);
  });

  it('Y05: passes when it has too many warnings only', () => {
    const ended = (number: number) =>
      `  - { id: g-${number}, purposes: [care], roles: [nurse], basis: [x], show: { Visit.service: allow }, valid: { until: 2020-01-01 } }`;
    expect(compileCity({ 'clinic.yaml': `grants:\n${lines(300, ended)}` }).policy).toBeDefined();
  });

  it('Y05: is not read when it is too large', () => {
    const [found] = problemsOf(`# ${'x'.repeat(MAX_FILE_BYTES)}\n`);
    expect(found).toMatchObject({
      line: 1,
      message: `The file has ${MAX_FILE_BYTES + 3} bytes; a file may have ${MAX_FILE_BYTES}.`,
    });
  });

  it('Y05: has its texts quoted in part only', () => {
    const [found] = problemsOf(`registry: ${'x'.repeat(100_000)}\n`);
    expect(found!.message.length).toBeLessThan(3_000);
  });

  it.each([
    ['lists in brackets', '['.repeat(200_000)],
    ['braces', '{ a: '.repeat(90_000)],
    ['lists on one line', '- '.repeat(200_000)],
    ['keys with a question mark', '? '.repeat(200_000)],
    ['lines further and further in', lines(900, (number) => `${' '.repeat(number)}a:`)],
  ])('Y05: %s nested deeper than a parser can follow are a fault', (_, text) => {
    expect(problemsOf(`fields:\n  ${text}`)).toMatchObject([
      { file: 'clinic.yaml', message: 'Values are nested more than 64 levels deep.' },
    ]);
  });
});
