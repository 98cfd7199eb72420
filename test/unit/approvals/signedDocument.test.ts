import { describe, expect, it } from '@jest/globals';
import { signPayload } from '../../../approvals/personKey.js';
import {
  digestOf,
  readDocument,
  readTime,
  requireSigner,
  signaturesMissing,
  signsFor,
  verifySignature,
  writeDocument,
} from '../../../approvals/signedDocument.js';
import { registerPeople, type RegisterPerson } from '../../risk/registerPeople.js';

const { owners, key, stranger } = registerPeople();
const FORMAT = 'polku-test/1';
const parent = digestOf('the document before');
const now = new Date('2026-11-01T12:00:00Z');

describe('a signed document', () => {
  const content = { sequence: 2, parent, time: now, files: { 'a.yaml': null } };
  const payload = writeDocument(FORMAT, content);

  it('is JSON text, byte for byte as documents have always been written', () => {
    expect(writeDocument(FORMAT, { sequence: 1, parent: null, time: now })).toBe(
      '{\n  "format": "polku-test/1",\n  "sequence": 1,\n  "parent": null,\n  "time": "2026-11-01T12:00:00.000Z"\n}\n',
    );
  });

  it('is read with its number, its parent and its content', () => {
    const read = readDocument(payload, FORMAT)!;
    expect([read.sequence, read.parent, read.content['files']]).toEqual([2, parent, { 'a.yaml': null }]);
    expect(readTime(read.content['time'])).toEqual(now);
  });

  it('has no parent if it is the first', () => {
    const first = writeDocument(FORMAT, { ...content, sequence: 1, parent: null });
    expect(readDocument(first, FORMAT)).toMatchObject({ sequence: 1, parent: undefined });
  });

  it.each<[string, string]>([
    ['another format', writeDocument('polku-test/2', content)],
    ['number 0', writeDocument(FORMAT, { ...content, sequence: 0 })],
    ['half a number', writeDocument(FORMAT, { ...content, sequence: 1.5 })],
    ['a number as text', writeDocument(FORMAT, { ...content, sequence: '2' })],
    ['a number too large to count', payload.replace('"sequence": 2', '"sequence": 9007199254740992')],
    ['no parent at all', writeDocument(FORMAT, { sequence: 2 })],
    ['a parent that is no digest', writeDocument(FORMAT, { ...content, parent: parent.slice(1) })],
    ['a list', '[]'],
    ['null', 'null'],
    ['text that is not JSON', payload.slice(1)],
  ])('is not read from %s', (_, text) => {
    expect(readDocument(text, FORMAT)).toBeUndefined();
  });

  it.each(['2026-11-01', '2026-11-01T12:00:00Z', '2026-13-01T12:00:00.000Z', 1_793_534_400_000, null])(
    'has no time such as %p',
    (time) => {
      expect(readTime(time)).toBeUndefined();
    },
  );
});

describe('the signature of a document', () => {
  const payload = writeDocument(FORMAT, { sequence: 1, parent: null });
  const verify = (person: string, signature: string, text = payload) =>
    verifySignature({ person, signature }, text, owners, 'document 1');

  it('is accepted from the person who made it', () => {
    expect(() => verify('risk-1', signPayload(payload, key('risk-1')))).not.toThrow();
  });

  it('is verified even after its person has left', () => {
    expect(() => verify('gone', signPayload(payload, key('gone')))).not.toThrow();
  });

  it.each<[string, string, string, string | undefined]>([
    ['of another person', 'risk-2', signPayload(payload, key('risk-1')), undefined],
    ['of another text', 'risk-1', signPayload(payload, key('risk-1')), `${payload} `],
    ['of a stranger', 'stranger', signPayload(payload, stranger), undefined],
    ['that is empty', 'risk-1', '', undefined],
    ['that is cut off', 'risk-1', signPayload(payload, key('risk-1')).slice(0, -2), undefined],
    ['under a name that every object has', 'constructor', signPayload(payload, stranger), undefined],
  ])('is rejected if it is %s', (_, person, signature, text) => {
    expect(() => verify(person, signature, text)).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID', message: expect.stringContaining('document 1') }),
    );
  });
});

describe('two people of an owner', () => {
  const missing = (owner: string, ...signers: RegisterPerson[]) =>
    signaturesMissing(owner, signers, now, owners);

  it('are enough', () => {
    expect(missing('risk')).toBe(2);
    expect(missing('risk', 'risk-1')).toBe(1);
    expect(missing('risk', 'risk-1', 'risk-3')).toBe(0);
    expect(missing('risk', 'risk-1', 'risk-2', 'risk-3', 'health-1')).toBe(0);
  });

  it('are two different people', () => {
    expect(missing('risk', 'risk-1', 'risk-1')).toBe(1);
  });

  it('are people of that very owner', () => {
    expect(missing('risk', 'risk-1', 'health-1')).toBe(1);
    expect(missing('nobody', 'risk-1', 'risk-2')).toBe(2);
  });

  it('had not left on the day', () => {
    expect(missing('risk', 'risk-1', 'gone')).toBe(1);
    const lastDay = new Date('2020-01-01T12:00:00Z');
    expect(signaturesMissing('risk', ['risk-1', 'gone'], lastDay, owners)).toBe(0);
    expect(signsFor('gone', ['risk'], new Date('2020-01-02T12:00:00Z'), owners)).toBe(false);
  });

  it('sign where one of the owners is theirs', () => {
    expect(signsFor('health-1', ['risk', 'health'], now, owners)).toBe(true);
    expect(signsFor('health-1', [], now, owners)).toBe(false);
    expect(signsFor('stranger', ['risk', 'health'], now, owners)).toBe(false);
    expect(() => requireSigner('health-1', ['risk', 'health'], now, owners)).not.toThrow();
  });

  it('are asked for by naming the owners who may decide', () => {
    expect(() => requireSigner('nobodys', owners.peopleOf.keys(), now, owners)).toThrow(
      expect.objectContaining({
        code: 'SIGNATURE_INVALID',
        message: '"nobodys" signs for none of the owners who may decide this (risk, health).',
      }),
    );
  });
});
