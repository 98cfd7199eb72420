/**
 * @property policies/two-signatures A policy is in force when two people of its owner signed it. Altered,
 * stale, expired or unsigned revisions change nothing, and no older one returns.
 * @enforcedBy approvals/signedDocument.ts, approvals/policy-revisions/verifyRevisions.ts,
 * approvals/policy-revisions/revisionStore.ts, gateway/policy/followRevisions.ts
 * @property policies/proposals
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { draftFolder } from '../../../approvals/policy-revisions/draftRevision.js';
import { verifyRevisions } from '../../../approvals/policy-revisions/verifyRevisions.js';
import { loadOwners } from '../../../approvals/owners.js';
import { signPayload } from '../../../approvals/personKey.js';
import {
  type Closure,
  closurePayload,
  type Revision,
  writeRevision,
} from '../../../approvals/policy-revisions/revision.js';
import { SeenRevision } from '../../../approvals/policy-revisions/revisionStore.js';
import { MAX_FILE_BYTES } from '../../../policies/engine/parse/sourceDocument.js';
import { signedPolicies, type SignedPolicies, tamper } from '../../city/signedPolicies.js';
import { smallGraph, smallPolicies } from '../gateway/smallPolicies.js';

// Long, because it is one catalogue: what signatures put in force, and every change by hand that does not.

const comment = (text: string) => `${text}\n# a word\n`;

describe('policy revisions', () => {
  let signed: SignedPolicies;
  let now: Date;

  beforeEach(async () => {
    now = new Date('2026-11-01T12:00:00Z');
    signed = await signedPolicies({ now: () => now, policies: smallPolicies, graph: smallGraph });
  });

  afterEach(() => signed.remove());

  const state = async (sequence: number) =>
    (await signed.revisionService.history()).revisions.find((revision) => revision.sequence === sequence)
      ?.state;
  const inForce = async () => (await signed.revisionService.history()).inForce?.sequence;
  const file = (name: string) => join(signed.store, name);

  it('come into force only when two people of every owner concerned have signed', async () => {
    const proposed = await signed.propose('city-1', await signed.sources());
    expect(proposed.missing.get('social')).toBe(1);
    expect(proposed.missing.get('health')).toBe(2);
    await signed.approve(1, 'city-2', 'health-1');
    expect(await inForce()).toBeUndefined();
    expect((await signed.approve(1, 'health-2')).state).toBe('in-force');
  });

  it('concern only the owner of the changed file', async () => {
    await signed.first();
    const { missing, files } = await signed.propose('health-1', await signed.sources('health.yaml', comment));
    expect([...files.keys()]).toEqual(['health.yaml']);
    expect([...missing]).toEqual([['health', 1]]);
    await signed.approve(2, 'health-2');
    expect([await inForce(), await state(1)]).toEqual([2, 'superseded']);
  });

  it.each(['purposes.yaml', 'roles.yaml', 'recipients.yaml'])(
    'concern every owner when they change %s',
    async (common) => {
      await signed.first();
      const { missing } = await signed.propose('city-1', await signed.sources(common, comment));
      expect(missing.get('health')).toBe(2);
      await signed.approve(2, 'city-2');
      expect(await inForce()).toBe(1);
      await signed.approve(2, 'health-1', 'health-2');
      expect(await inForce()).toBe(2);
    },
  );

  it('are not signed twice by one person', async () => {
    await signed.propose('city-1', await signed.sources());
    await expect(signed.approve(1, 'city-1')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await signed.approve(1, 'health-1');
    await expect(signed.approve(1, 'health-1')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('are not signed by people of other owners, by a stranger, or in the name of another person', async () => {
    await signed.first();
    const { payload } = await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await expect(signed.approve(2, 'city-1')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const signature = signPayload(payload, await signed.key('stranger'));
    for (const person of ['stranger', 'health-2'])
      await expect(signed.revisionService.approve(2, { person, signature })).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
      });
    await expect(
      signed.propose('city-1', await signed.sources('health.yaml', comment)),
    ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('apply to no other registry than the one in their file name', async () => {
    const sources = (await signed.sources()).filter(({ file: name }) => name !== 'health.yaml');
    const disguised = (await signed.sources()).find(({ file: name }) => name === 'health.yaml')!.text;
    const changed = sources.map((source) =>
      source.file === 'social.yaml' ? { file: 'social.yaml', text: disguised } : source,
    );
    await expect(signed.propose('city-1', changed)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });

  it('are refused when they do not compile, with every fault and its place', async () => {
    await signed.first();
    const broken = await signed.sources('health.yaml', (text) =>
      text.replace('purposes: [care]', 'purposes: [cares]'),
    );
    await expect(signed.propose('health-1', broken)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(/health\.yaml:\d+:\d+: error/),
    });
    expect(await state(2)).toBeUndefined();
  });

  it('revert with a new number: an old revision never comes back into force', async () => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await signed.approve(2, 'health-2');
    const back = await signed.rollback('health-1', 1);
    expect([back.sequence, [...back.files.keys()]]).toEqual([3, ['health.yaml']]);
    await signed.approve(3, 'health-2');
    const { revisions } = await signed.revisionService.history();
    expect(revisions.map((one) => one.state)).toEqual(['superseded', 'superseded', 'in-force']);
    expect(revisions[2]!.content.get('health.yaml')!.text).toBe(
      revisions[0]!.content.get('health.yaml')!.text,
    );
    await expect(signed.approve(1, 'city-1')).rejects.toMatchObject({ code: 'POLICY_STALE' });
  });

  it('are not approved after a newer one is in force', async () => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await signed.propose('city-1', await signed.sources('social.yaml', comment));
    await signed.approve(3, 'city-2');
    expect(await state(2)).toBe('overtaken');
    await expect(signed.approve(2, 'health-2')).rejects.toMatchObject({ code: 'POLICY_STALE' });
  });

  it('are refused when they follow a revision that is no longer in force', async () => {
    await signed.first();
    const terms = { author: 'health-1', comment: 'late', now, days: 30, renew: [] };
    const late = draftFolder(
      await signed.revisionService.history(),
      await signed.sources('health.yaml', comment),
      terms,
    );
    await signed.propose('city-1', await signed.sources('social.yaml', comment));
    await signed.approve(2, 'city-2');
    for (const revision of [late, { ...late, sequence: 3 }] satisfies Revision[]) {
      const payload = writeRevision(revision);
      const signature = signPayload(payload, await signed.key('health-1'));
      await expect(
        signed.revisionService.propose(payload, { person: 'health-1', signature }),
      ).rejects.toMatchObject({
        code: 'POLICY_STALE',
      });
    }
  });

  it('are not approved after they expire', async () => {
    await signed.propose('city-1', await signed.sources(), { days: 1 });
    now = new Date('2026-11-03T12:00:00Z');
    await expect(signed.approve(1, 'city-2')).rejects.toMatchObject({ code: 'POLICY_EXPIRED' });
  });

  it('renew a file that did not change', async () => {
    await signed.first();
    now = new Date('2026-11-20T12:00:00Z');
    await expect(signed.propose('health-1', await signed.sources())).rejects.toMatchObject({ code: 'USAGE' });
    await signed.propose('health-1', await signed.sources(), { renew: ['health.yaml'] });
    const { content } = await signed.approve(2, 'health-2');
    expect(content.get('health.yaml')!.expiresAt.toISOString()).toBe('2026-12-20T12:00:00.000Z');
    expect(content.get('social.yaml')!.expiresAt.toISOString()).toBe('2026-12-01T12:00:00.000Z');
  });

  it('cannot be proposed when an owner has fewer than two people', async () => {
    await writeFile(
      signed.owners,
      (await readFile(signed.owners, 'utf8')).replace('health: [health-1, health-2]', 'health: [health-1]'),
    );
    await expect(signed.propose('city-1', await signed.sources())).rejects.toMatchObject({
      code: 'POLICY_UNSIGNED',
      details: { owners: ['health'] },
    });
  });

  it('keep signatures of people who left, who can sign no more', async () => {
    await signed.first();
    const leave = (text: string) => text.replace('health-1: { label: Office,', '$& until: 2026-11-10,');
    await tamper(signed.owners, leave);
    expect(await inForce()).toBe(1);
    now = new Date('2026-11-11T12:00:00Z');
    await expect(
      signed.propose('health-1', await signed.sources('health.yaml', comment)),
    ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  async function proposeNumber(sequence: number): Promise<unknown> {
    const terms = { author: 'health-1', comment: 'why', now, days: 30, renew: [] };
    const sources = await signed.sources('health.yaml', (text) => `${text}\n# ${sequence}\n`);
    const payload = writeRevision({
      ...draftFolder(await signed.revisionService.history(), sources, terms),
      sequence,
    });
    const signature = signPayload(payload, await signed.key('health-1'));
    return signed.revisionService.propose(payload, { person: 'health-1', signature });
  }

  it.each([3, 1_000, 2 ** 31, Number.MAX_SAFE_INTEGER])(
    'Y06: are numbered one by one: nobody uses number %d before number 2',
    async (sequence) => {
      await signed.first();
      await expect(proposeNumber(sequence)).rejects.toMatchObject({
        code: 'POLICY_STALE',
        message: `The next revision is 2, not ${sequence}; propose again.`,
      });
      await proposeNumber(2);
      await proposeNumber(3);
    },
  );

  it('Y06: continue after a number far ahead was used', async () => {
    await signed.first();
    await proposeNumber(2);
    const { payload } = (await signed.revisionService.history()).revisions[1]!;
    const far = payload.replace('"sequence": 2', '"sequence": 9007199254740991');
    const text = {
      payload: far,
      person: 'health-1',
      signature: signPayload(far, await signed.key('health-1')),
    };
    await writeFile(file('9007199254740991.json'), JSON.stringify(text));
    await proposeNumber(3);
    await signed.approve(3, 'health-2');
    expect([await inForce(), await state(Number.MAX_SAFE_INTEGER)]).toEqual([3, 'overtaken']);
    await proposeNumber(4);
  });

  it('Y06: are withdrawn by their author, signed and with a reason, and cannot be approved then', async () => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    const closed = await signed.close('withdrawn', 2, 'health-1');
    expect(closed).toMatchObject({
      state: 'withdrawn',
      closed: { closure: 'withdrawn', person: 'health-1', comment: 'no more' },
    });
    await expect(signed.approve(2, 'health-2')).rejects.toMatchObject({
      code: 'POLICY_STALE',
      message: 'Revision 2 was withdrawn and accepts no more signatures; propose it again.',
    });
    const next = await signed.propose('health-1', await signed.sources('health.yaml', comment));
    expect(next.sequence).toBe(3);
    await signed.approve(3, 'health-2');
    expect([await inForce(), await state(2)]).toEqual([3, 'withdrawn']);
  });

  it('Y06: are rejected by another person of an owner concerned, once', async () => {
    await signed.first();
    await signed.propose('city-1', await signed.sources('purposes.yaml', comment));
    expect((await signed.close('rejected', 2, 'health-2')).state).toBe('rejected');
    for (const person of ['health-2', 'city-2'] as const)
      await expect(signed.close('rejected', 2, person)).rejects.toMatchObject({ code: 'POLICY_STALE' });
    expect(await inForce()).toBe(1);
  });

  it.each([
    ['withdrawn', 'health-2', 'by its author alone (health-1)'],
    ['rejected', 'health-1', 'by another person than its author'],
    ['rejected', 'city-1', 'signs for none of the owners'],
  ] as const)('Y06: are not %s by %s', async (closure, person, message) => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await expect(signed.close(closure, 2, person)).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
      message: expect.stringContaining(message),
    });
    expect(await state(2)).toBe('waiting');
  });

  it('Y06: are not closed by the signature of another closure, proposal, reason or person', async () => {
    await signed.first();
    const own = await signed.propose('health-1', await signed.sources('health.yaml', comment));
    const other = await signed.propose('city-1', await signed.sources('social.yaml', comment));
    const sign = async (closure: Closure, payload: string, why: string, person: 'health-2' | 'stranger') =>
      signPayload(closurePayload(closure, payload, why), await signed.key(person));
    const signatures = [
      await sign('withdrawn', own.payload, 'why', 'health-2'),
      await sign('rejected', other.payload, 'why', 'health-2'),
      await sign('rejected', own.payload, 'another', 'health-2'),
      await sign('rejected', own.payload, 'why', 'stranger'),
      signPayload(own.payload, await signed.key('health-2')),
    ];
    for (const signature of signatures) {
      const closed = { closure: 'rejected', person: 'health-2', comment: 'why', signature } as const;
      await expect(signed.revisionService.close(2, closed)).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
      });
    }
    expect(await state(2)).toBe('waiting');
  });

  it('G21: hold no identity code in a comment, in any spelling', async () => {
    await signed.first();
    const { payload } = await signed.propose('health-1', await signed.sources('health.yaml', comment));
    for (const why of ['for 131052 9982', 'for 131052\u20139982', 'for 131052-9982']) {
      await expect(signed.close('rejected', 2, 'health-2', why)).rejects.toMatchObject({
        code: 'IDENTITY_CODE_LITERAL',
      });
      const proposed = JSON.stringify({ ...(JSON.parse(payload) as object), comment: why });
      await expect(
        signed.revisionService.propose(proposed, { person: 'health-1', signature: 'x' }),
      ).rejects.toMatchObject({ code: expect.stringMatching(/IDENTITY_CODE_LITERAL|SIGNATURE_INVALID/) });
    }
    expect(await state(2)).toBe('waiting');
  });

  it.each(['', ' ', 'x'.repeat(1_001)])('Y06: are not closed without a reason: %j', async (why) => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await expect(signed.close('rejected', 2, 'health-2', why)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('Y06: stay in force when they are closed afterwards, even with the file of a closure', async () => {
    await signed.first();
    const { payload } = await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await signed.approve(2, 'health-2');
    await expect(signed.close('withdrawn', 2, 'health-1')).rejects.toMatchObject({ code: 'POLICY_STALE' });
    const signature = signPayload(closurePayload('withdrawn', payload, 'late'), await signed.key('health-1'));
    await writeFile(
      file('000002.health-1.closed'),
      JSON.stringify({ closure: 'withdrawn', comment: 'late', signature }),
    );
    expect([await inForce(), await state(2)]).toEqual([2, 'in-force']);
  });

  it('Y06: are not closed by a file that was changed by hand', async () => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await signed.close('rejected', 2, 'health-2');
    await tamper(file('000002.health-2.closed'), (text) => text.replace('no more', 'no less'));
    await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await tamper(file('000002.health-2.closed'), (text) => text.replace('rejected', 'accepted'));
    await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'POLICY_STORE_INVALID' });
  });

  it('Y06: that wait are limited for each person', async () => {
    await signed.first();
    for (let sequence = 2; sequence < 12; sequence++) await proposeNumber(sequence);
    await expect(proposeNumber(12)).rejects.toMatchObject({ code: 'POLICY_TOO_MANY' });
    await signed.close('withdrawn', 5, 'health-1');
    await proposeNumber(12);
  });

  it('Y06: sent to registries are those that were in force, not those that wait or were closed', async () => {
    await signed.first();
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await signed.close('withdrawn', 2, 'health-1');
    await signed.propose('health-1', await signed.sources('health.yaml', comment));
    await signed.approve(3, 'health-2');
    await signed.propose('health-1', await signed.sources('health.yaml', (text) => `${text}# b\n`));
    const handed = await signed.revisionService.signedInForce();
    expect(handed.map(({ sequence }) => sequence)).toEqual([1, 3]);
    const { inForce: read } = verifyRevisions(handed, await loadOwners(signed.owners));
    expect(read?.sequence).toBe(3);
  });

  it('Y05: are limited in size', async () => {
    await signed.first();
    const large = `# ${'x'.repeat(MAX_FILE_BYTES)}\n`;
    await expect(
      signed.propose('health-1', await signed.sources('health.yaml', (text) => text + large)),
    ).rejects.toMatchObject({ code: 'POLICY_TOO_LARGE' });
  });

  it('Y03: are read without waiting when a FIFO or a folder has the name of a file in the store', async () => {
    await signed.first();
    execFileSync('mkfifo', [file('000002.json')]);
    await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'POLICY_STORE_INVALID' });
    await rm(file('000002.json'));
    await mkdir(file('000001.stranger.sig'));
    await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'POLICY_STORE_INVALID' });
  });

  describe('in a store that was changed by hand', () => {
    beforeEach(async () => {
      await signed.first();
      await signed.propose('health-1', await signed.sources('health.yaml', comment));
      await signed.approve(2, 'health-2');
    });

    it.each([
      [
        'one character of a text',
        '000002.json',
        (text: string) => text.replace('a word', 'b word'),
        'SIGNATURE_INVALID',
      ],
      ['one character of a signature', '000002.health-2.sig', flip, 'SIGNATURE_INVALID'],
      [
        'an expiry',
        '000001.json',
        (text: string) => text.replace(/expiresAt(\W+)2026/, 'expiresAt$12036'),
        'SIGNATURE_INVALID',
      ],
      [
        'a number',
        '000002.json',
        (text: string) => text.replace(/sequence(\W+)2/, 'sequence$13'),
        'POLICY_STORE_INVALID',
      ],
      ['the form', '000002.json', (text: string) => text.slice(1), 'POLICY_STORE_INVALID'],
      [
        'the author',
        '000002.json',
        (text: string) => text.replace('"person": "health-1"', '"person": "health-2"'),
        'SIGNATURE_INVALID',
      ],
    ])('%s changed is found', async (_what, name, change, code) => {
      await tamper(file(name), change);
      await expect(signed.revisionService.history()).rejects.toMatchObject({ code });
    });

    it('a signature under the name of another person is found', async () => {
      await cp(file('000002.health-2.sig'), file('000002.city-1.sig'));
      await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    });

    it('a signature of another revision is found', async () => {
      await cp(file('000001.health-2.sig'), file('000002.health-2.sig'));
      await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    });

    it('a signature by a stranger is found', async () => {
      const { payload } = (await signed.revisionService.history()).revisions[1]!;
      await writeFile(file('000002.stranger.sig'), signPayload(payload, await signed.key('stranger')));
      await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    });

    it('a missing revision is found', async () => {
      await rm(file('000001.json'));
      await expect(signed.revisionService.history()).rejects.toMatchObject({ code: 'POLICY_STORE_INVALID' });
    });

    it('a missing signature takes the revision out of force', async () => {
      await rm(file('000002.health-2.sig'));
      expect([await inForce(), await state(2)]).toEqual([1, 'waiting']);
    });

    it('a partly written file is ignored', async () => {
      await writeFile(file('.000003.json.abcdef'), '{"payload": "');
      expect(await inForce()).toBe(2);
    });

    it('a reader that has seen a revision in force refuses an older store', async () => {
      const seen = new SeenRevision(join(signed.folder, 'seen', 'gateway.json'));
      const history = await signed.revisionService.history();
      await seen.check(history);
      await seen.note(history);
      await seen.check(await signed.revisionService.history());
      for (const name of ['000002.json', '000002.health-2.sig']) await rm(file(name));
      await expect(seen.check(await signed.revisionService.history())).rejects.toMatchObject({
        code: 'POLICY_STALE',
      });
      await rm(signed.store, { recursive: true });
      await expect(seen.check(await signed.revisionService.history())).rejects.toMatchObject({
        code: 'POLICY_STALE',
      });
    });
  });
});

function flip(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
}
