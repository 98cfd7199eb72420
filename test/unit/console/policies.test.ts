import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { challengeOf } from '../../../approvals/passkey.js';
import { closurePayload, commentPayload } from '../../../approvals/policy-revisions/revision.js';
import {
  ABOUT_PEOPLE,
  ALL,
  cellOf,
  filterMatrix,
  type ShownField,
} from '../../../console/src/policies/matrix/policyMatrix.js';
import { diffLines, nearChanges } from '../../../console/src/policies/revisions/lineDiff.js';
import { filesInForce, type ShownRevision } from '../../../console/src/policies/revisions/policyRevisions.js';
import {
  challengeFor,
  closureText,
  commentText,
} from '../../../console/src/policies/revisions/signedText.js';

describe('what a passkey signs', () => {
  it('has the challenge that the gateway expects, for every text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await challengeFor(text)).toBe(challengeOf(text));
      }),
    );
  });

  it.each(['withdrawn', 'rejected'] as const)(
    'is the text of a closure as the gateway writes it: %s',
    async (closure) => {
      const [payload, comment] = ['{\n  "sequence": 3\n}\n', 'Ei vielä: ”täydennä”'];
      expect(await closureText(closure, payload, comment)).toBe(closurePayload(closure, payload, comment));
    },
  );
});

it('signs a comment as the gateway writes it', async () => {
  const [payload, time] = ['{\n  "sequence": 3\n}\n', new Date('2026-11-30T12:00:00.123Z')];
  expect(await commentText(payload, 'Hyvä', time.toISOString())).toBe(commentPayload(payload, 'Hyvä', time));
});

describe('the difference of two texts', () => {
  const line = fc.constantFrom('a', 'b', 'c', '');
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.map((one) => `${one}\n`).join(''));

  it('has both texts, line by line', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const without = (kind: string) =>
          lines
            .filter((one) => one.kind !== kind)
            .map((one) => `${one.text}\n`)
            .join('');
        expect(without('added')).toBe(before);
        expect(without('removed')).toBe(after);
      }),
    );
  });

  it('marks the one line that changed, with its numbers', () => {
    const changed = diffLines('a\nb\nc\n', 'a\nx\nc\n').filter(({ kind }) => kind !== 'same');
    expect(changed).toEqual([
      { kind: 'removed', text: 'b', before: 2, after: undefined },
      { kind: 'added', text: 'x', before: undefined, after: 2 },
    ]);
  });

  it('leaves out what is far from a change, and marks each gap once', () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('');
    const shown = nearChanges(diffLines(before, before.replace('line 15\n', 'new\n')), 1);
    expect(shown.map((one) => one?.text)).toEqual([
      undefined,
      'line 14',
      'line 15',
      'new',
      'line 16',
      undefined,
    ]);
  });
});

describe('the files in force', () => {
  const revision = (sequence: number, more: Partial<ShownRevision>): ShownRevision => ({
    sequence,
    standing: 'SUPERSEDED',
    author: 'a',
    comment: '',
    proposedAt: '',
    signers: [],
    missing: [],
    expiresAt: '2027-01-01T00:00:00.000Z',
    files: ['health.yaml'],
    closedBy: null,
    closedBecause: null,
    comments: [],
    overruled: null,
    ...more,
  });
  const now = new Date('2026-11-15T00:00:00Z');

  it('are each of the newest revision that set them, and end with it', () => {
    const revisions = [
      revision(1, { files: ['health.yaml', 'social.yaml'] }),
      revision(2, { standing: 'REJECTED', expiresAt: '2029-01-01T00:00:00.000Z' }),
      revision(3, {
        standing: 'IN_FORCE',
        expiresAt: '2028-01-01T00:00:00.000Z',
        files: ['health.yaml', 'health.test.yaml'],
      }),
    ];
    expect(filesInForce(revisions, now)).toEqual([
      { file: 'health.yaml', sequence: 3, expiresAt: '2028-01-01T00:00:00.000Z', ending: undefined },
      { file: 'social.yaml', sequence: 1, expiresAt: '2027-01-01T00:00:00.000Z', ending: 'soon' },
    ]);
    expect(filesInForce(revisions, new Date('2027-01-01T00:00:00Z'))[1]).toMatchObject({ ending: 'expired' });
  });
});

describe('the filter of the matrix', () => {
  const field = (coordinate: string, more: Partial<ShownField> = {}): ShownField => ({
    coordinate,
    derivedType: null,
    label: null,
    category: 'diagnosis',
    special: true,
    registry: 'health',
    owner: 'Health services',
    cells: [],
    ...more,
  });
  const column = (purpose: string, role: string) => ({
    purpose,
    role,
    purposeLabel: purpose,
    roleLabel: role,
  });
  const matrix = {
    revision: 'r',
    columns: [column('care', 'clinician'), column('planning', 'planner')],
    fields: [
      field('HealthContact.diagnosis', { label: 'Diagnosis' }),
      field('HealthContact.diagnosis', { derivedType: 'Cohort' }),
      field('Query.access', { category: 'operational', registry: 'governance' }),
    ],
  };
  const all = { registry: ALL, purpose: ALL, role: ALL, category: ALL, text: '', derived: true };
  const count = (filter: object) => {
    const found = filterMatrix(matrix, { ...all, ...filter });
    return [found.fields.length, found.columns.length];
  };

  it('leaves rows and columns by every criterion', () => {
    expect(count({})).toEqual([3, 2]);
    expect(count({ derived: false })).toEqual([2, 2]);
    expect(count({ category: ABOUT_PEOPLE })).toEqual([2, 2]);
    expect(count({ registry: 'governance' })).toEqual([1, 2]);
    expect(count({ purpose: 'care' })).toEqual([3, 1]);
    expect(count({ role: 'planner', text: 'diagnosis cohort' })).toEqual([1, 1]);
  });

  it('reads a cell that is not listed as denied', () => {
    expect(cellOf(matrix.fields[0]!, matrix.columns[0]!)).toMatchObject({ effect: 'DENY', ways: [] });
  });
});
