/**
 * @property gateway/security-events
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SignJWT } from 'jose';
import { type RefusedRequest, SecurityEvents } from '../../../schema/securityEvents.js';

const { privateKey } = generateKeyPairSync('ed25519');
const tokenOf = (kid: string, issuer = 'https://idp.example') =>
  new SignJWT({ recipient: 'health-services' })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer(issuer)
    .setSubject('employee-7')
    .sign(privateKey);

describe('security events', () => {
  let lines: string[];
  let events: SecurityEvents;
  beforeEach(() => {
    lines = [];
    events = new SecurityEvents({
      service: 'gateway',
      sink: (line) => lines.push(line),
      digest: (subject) => `digest of ${subject.length} characters`,
    });
  });
  afterEach(() => {
    events.flush();
    jest.useRealTimers();
  });
  const told = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const expired: RefusedRequest = { status: 401, code: 'UNAUTHENTICATED', reason: 'expired' };

  it('G16: hold time, reason, issuer, key and decision id of a refused token, and nothing else of it', async () => {
    const token = await tokenOf('key-1');
    events.refused({ ...expired, decisionId: 'd-1', authorization: `Bearer ${token}` });
    expect(told()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'gateway',
        event: 'refused',
        severity: 'WARN',
        outcome: 'refused',
        status: 401,
        code: 'UNAUTHENTICATED',
        reason: 'expired',
        decisionId: 'd-1',
        issuer: 'https://idp.example',
        kid: 'key-1',
      },
    ]);
    for (const part of [...token.split('.'), 'employee-7', 'health-services'])
      expect(lines[0]).not.toContain(part);
  });

  it('G16: name the caller of a verified token by a digest', async () => {
    const authorization = `Bearer ${await tokenOf('key-1')}`;
    events.refused({ status: 403, code: 'PURPOSE_NOT_HELD', authorization });
    events.refused({ status: 403, code: 'CONTEXT_REFUSED', reason: 'context-expired', authorization });
    expect(told()).toMatchObject([
      { code: 'PURPOSE_NOT_HELD', reason: 'PURPOSE_NOT_HELD', subject: 'digest of 10 characters' },
      { code: 'CONTEXT_REFUSED', reason: 'context-expired' },
    ]);
    expect(told()[1]).not.toHaveProperty('subject');
    expect(lines.join()).not.toContain('employee-7');
  });

  it('G16: are written for 401 and 403 only', () => {
    for (const status of [200, 400, 404, 429, 500, 503]) events.refused({ status, code: 'BAD_REQUEST' });
    expect(lines).toEqual([]);
  });

  it.each([
    ['a line break', 'key\n{"event":"forged"}', '(unreadable)'],
    ['an identity code', '131052-9982', '(identity code)'],
    ['a long text', 'k'.repeat(101), '(unreadable)'],
    ['a name', 'Matti Meikäläinen', '(unreadable)'],
  ])('G16: do not repeat %s as the key of a token', async (_, kid, repeated) => {
    events.refused({ ...expired, authorization: `Bearer ${await tokenOf(kid, kid)}` });
    expect(told()).toMatchObject([{ kid: repeated, issuer: repeated }]);
  });

  it.each([undefined, '', 'Bearer', 'Bearer x', 'Bearer a.b.c', 'Basic dTpw', 'Bearer e30.e30.e30'])(
    'G16: are written for the header Authorization: %s',
    (authorization) => {
      events.refused({ ...expired, authorization });
      expect(told()).toMatchObject([{ reason: 'expired' }]);
      expect(lines[0]).not.toContain('dTpw');
    },
  );

  it('G16: are summed up above a limit, for each kind separately', async () => {
    jest.useFakeTimers();
    for (let n = 0; n < 10_000; n++) {
      const authorization = n < 100 ? `Bearer ${await tokenOf(`made-up-${n}`)}` : 'Bearer x';
      events.refused({ ...expired, authorization });
    }
    events.refused({ ...expired, reason: 'signature' });
    expect(told().filter(({ reason }) => reason === 'expired')).toHaveLength(20);
    expect(told().filter(({ reason }) => reason === 'signature')).toHaveLength(1);
    jest.advanceTimersByTime(60_000);
    expect(told().slice(21)).toEqual([
      {
        time: expect.any(String),
        service: 'gateway',
        event: 'refused-more',
        severity: 'WARN',
        outcome: 'refused',
        code: 'UNAUTHENTICATED',
        reason: 'expired',
        since: told()[0]!['time'],
        count: 9_980,
      },
    ]);
    events.refused(expired);
    expect(told()).toHaveLength(23);
  });
});
