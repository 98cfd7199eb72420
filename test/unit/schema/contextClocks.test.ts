/**
 * @property registries/context-clocks A decision context is accepted for a bounded time, whatever the two
 * clocks show.
 * @enforcedBy schema/tokens/gatewayContext.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { trustedIssuer } from '../../../gateway/identity/trustedIssuer.js';
import type { TrustedIssuer } from '../../../schema/tokens/callerToken.js';
import { signDecisionContext, verifyDecisionContext } from '../../../schema/tokens/decisionContext.js';
import { signCompositionContext, verifyCompositionContext } from '../../../schema/tokens/gatewayContext.js';
import { contextOf, testCaller, tokenOf } from '../../city/testCaller.js';

const gateway = generateKeyPairSync('ed25519');
const issuer = generateKeyPairSync('ed25519');
const BODY = '{"query":"{ __typename }"}';
const caller = testCaller({
  recipient: 'family-services',
  roles: ['family-team-worker'],
  purposes: ['child-protection'],
});
const context = contextOf(caller);

/** Seconds by which the registry's clock is ahead of the gateway's clock. */
const accepted = [-29, -2, 0, 2, 29, 59];
const refused = [-32, -3600, 61, 3600];

describe('clocks that differ', () => {
  let trusted: TrustedIssuer;
  beforeAll(async () => {
    trusted = trustedIssuer({
      issuer: 'idp',
      audience: 'polku',
      keys: { keys: [await exportJWK(issuer.publicKey)] },
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const shiftClock = (seconds: number) =>
    jest.useFakeTimers({
      now: Date.now() + seconds * 1000,
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'performance'],
    });
  const callerToken = (lifetime: string) => tokenOf(caller, issuer.privateKey, lifetime);
  const verifyDecision = (signed: string, token: string) =>
    verifyDecisionContext(
      { context: signed, caller: token },
      { audience: 'health', body: async () => BODY, gatewayKeys: [gateway.publicKey], trusted: [trusted] },
    );
  const signDecision = () =>
    signDecisionContext(context, { audience: 'health', body: BODY, key: gateway.privateKey });

  it.each(accepted)('G14: a registry %i s ahead accepts a composition context', async (seconds) => {
    const signed = await signCompositionContext('health', gateway.privateKey);
    shiftClock(seconds);
    await expect(verifyCompositionContext(signed, 'health', [gateway.publicKey])).resolves.toBeUndefined();
  });
  it.each(refused)('G14: a registry %i s ahead refuses a composition context', async (seconds) => {
    const signed = await signCompositionContext('health', gateway.privateKey);
    shiftClock(seconds);
    await expect(verifyCompositionContext(signed, 'health', [gateway.publicKey])).rejects.toMatchObject({
      code: 'CONTEXT_REFUSED',
    });
  });

  it.each(accepted)('G14: a registry %i s ahead accepts a decision context', async (seconds) => {
    const [signed, token] = [await signDecision(), await callerToken('1h')];
    shiftClock(seconds);
    await expect(verifyDecision(signed, token)).resolves.toEqual(context);
  });
  it.each(refused)('G14: a registry %i s ahead refuses a decision context', async (seconds) => {
    const [signed, token] = [await signDecision(), await callerToken('2h')];
    shiftClock(seconds);
    await expect(verifyDecision(signed, token)).rejects.toMatchObject({ code: 'CONTEXT_REFUSED' });
  });

  it('G14: no tolerance extends the maximum life of a context', async () => {
    const now = Math.floor(Date.now() / 1000);
    const signed = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', typ: 'polku-composition+jwt' })
      .setIssuer('polku-gateway')
      .setAudience('health')
      .setIssuedAt(now)
      .setExpirationTime(now + 31)
      .sign(gateway.privateKey);
    await expect(verifyCompositionContext(signed, 'health', [gateway.publicKey])).rejects.toMatchObject({
      code: 'CONTEXT_REFUSED',
    });
  });

  it.each([
    [29, true],
    [31, false],
  ])("G14: a caller's token is accepted %i s after it has expired: %s", async (seconds, isTaken) => {
    const token = await callerToken('1 second');
    shiftClock(seconds + 1);
    const verified = signDecision().then((signed) => verifyDecision(signed, token));
    if (isTaken) await expect(verified).resolves.toEqual(context);
    else await expect(verified).rejects.toMatchObject({ code: 'CONTEXT_REFUSED' });
  });
});
