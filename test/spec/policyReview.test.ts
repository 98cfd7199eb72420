/**
 * @property policies/review People who sign a change of policies see what it changes for every role and
 * purpose, which tests fail, and which stored operations of apps change.
 * @enforcedBy gateway/policy-review/reviewPolicies.ts, gateway/policy-review/policyDrafts.ts
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commentPayload, readRevision } from '../../approvals/policy-revisions/revision.js';
import { signPayload } from '../../approvals/personKey.js';
import { policiesFolder } from '../../cli/options.js';
import { committedApi, loadOperations } from '../../cli/runtime/loadOperations.js';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { failedTests, PolicyDrafts } from '../../gateway/policy-review/policyDrafts.js';
import { type ReviewBasis, reviewPolicies } from '../../gateway/policy-review/reviewPolicies.js';
import { loadPolicyFolder, loadPolicyTests } from '../../policies/engine/parse/loadPolicyFolder.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';

const TEST = 'health: a clinician reads the record of a patient in care';
const client = { caller: 'health-1' };

/** Health services show the care team only the chapter of a diagnosis. */
const coarser = (text: string) =>
  text.replace('HealthContact.*: allow', '$&\n      HealthContact.diagnosis: { mask: icd10-chapter }');

describe('the review of a change of policies', () => {
  let basis: ReviewBasis;
  let signed: SignedPolicies;
  let drafts: PolicyDrafts;
  let health: string;

  beforeAll(async () => {
    basis = { graph: await committedGraph(), api: await committedApi() };
    signed = await signedPolicies({ graph: basis.graph });
    await signed.first();
    drafts = new PolicyDrafts({
      revisionService: signed.revisionService,
      folder: () => loadPolicyFolder(policiesFolder),
      tests: () => loadPolicyTests(policiesFolder),
      operations: () => loadOperations(join(policiesFolder, 'operations')),
      thread: { review: async (task) => reviewPolicies(basis, task) },
    });
    health = (await drafts.files(undefined)).find(({ name }) => name === 'health.yaml')!.text;
  });

  afterAll(() => signed?.remove());

  it('says in three languages who sees less, with a made-up example and the operations concerned', async () => {
    const draft = await drafts.reviewDraft(new Map([['health.yaml', coarser(health)]]), client);
    const { changes, examples, operations } = draft.review;
    expect(changes).toMatchObject([
      {
        effect: 'narrows',
        registry: 'health',
        role: 'clinician',
        purpose: 'care',
        coordinates: ['HealthContact.diagnosis'],
      },
    ]);
    const { en, fi, sv } = changes[0]!.sentence;
    expect(en).toMatch(/^The role Clinician will see less of .* Now: only the chapter of ICD-10, if/);
    expect(fi).toMatch(/^Rooli .* vähemmän kuin ennen.* Nyt: vain ICD-10-luokituksen pääluokka, jos/);
    expect(sv).toMatch(/^Rollen .* mindre av .* Nu: bara kapitlet i ICD-10, om/);
    expect(examples).toEqual([
      {
        coordinate: 'HealthContact.diagnosis',
        role: 'clinician',
        purpose: 'care',
        value: 'J06.9',
        before: 'J06.9',
        after: 'J00-J99',
      },
    ]);
    expect(operations).toMatchObject([{ app: 'care-app', change: 'less' }]);
    expect(draft.owners).toEqual([{ registry: 'health', count: 2 }]);
  });

  it('names the tests that fail, and writes them into what is signed if they are overruled', async () => {
    const draft = await drafts.reviewDraft(new Map([['health.yaml', coarser(health)]]), client);
    const tests = failedTests(draft.review);
    expect(tests).toEqual([TEST]);
    const terms = { author: 'health-1', comment: 'because', days: 30 };
    expect(readRevision(draft.payload!(terms)).overruled).toBeUndefined();
    const overruled = { tests, reason: 'the test is out of date' };
    expect(readRevision(draft.payload!({ ...terms, overruled })).overruled).toEqual(overruled);
  });

  it('runs the tests of the draft instead of those that are installed', async () => {
    const tests = (await drafts.files(undefined)).find(({ name }) => name === 'health.test.yaml')!.text;
    const changed = tests.replace(
      '{startedAt,unit,diagnosis,urgency}: allow',
      '{startedAt,unit,urgency}: allow',
    );
    expect(changed).not.toBe(tests);
    const draft = await drafts.reviewDraft(
      new Map([
        ['health.yaml', coarser(health)],
        ['health.test.yaml', changed],
      ]),
      client,
    );
    expect(failedTests(draft.review)).toEqual([]);
    expect(draft.files).toEqual([
      { name: 'health.yaml', before: health, after: coarser(health) },
      { name: 'health.test.yaml', before: tests, after: changed },
    ]);
    const { files, tests: signedTests } = readRevision(
      draft.payload!({ author: 'health-1', comment: 'because', days: 30 }),
    );
    expect([...files.keys(), ...signedTests.keys()]).toEqual(['health.yaml', 'health.test.yaml']);
  });

  it('sets a file again that only shall expire later, and shows that nothing changes', async () => {
    const draft = await drafts.reviewDraft(new Map(), client, ['health.yaml']);
    expect(draft.files).toEqual([{ name: 'health.yaml', before: health, after: health }]);
    expect(draft.owners).toEqual([{ registry: 'health', count: 2 }]);
    expect(draft.review).toMatchObject({ compiles: true, changes: [], operations: [], examples: [] });
    const { files, expiresAt, proposedAt } = readRevision(
      draft.payload!({ author: 'health-1', comment: 'for another year', days: 365 }),
    );
    expect([...files]).toEqual([['health.yaml', health]]);
    expect(expiresAt.getTime() - proposedAt.getTime()).toBe(365 * 86_400_000);
    for (const name of ['nothing.yaml', 'health.test.yaml'])
      await expect(drafts.reviewDraft(new Map(), client, [name])).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
      });
  });

  it('needs the people of an owner whose tests a draft changes', async () => {
    const draft = await drafts.reviewDraft(
      new Map([
        ['health.yaml', `${health}\n# a remark\n`],
        ['social.test.yaml', 'registry: social\ncases: []\n'],
      ]),
      client,
    );
    expect(draft.owners.map(({ registry }) => registry).sort()).toEqual(['health', 'social']);
  });

  it('lists every problem with its place, and nothing else, if a draft does not compile', async () => {
    const broken = health.replace('purposes: [care]', 'purposes: [cares]');
    const { review } = await drafts.reviewDraft(new Map([['health.yaml', broken]]), client);
    expect(review).toMatchObject({ compiles: false, changes: [], tests: [], operations: [] });
    expect(review.problems[0]).toMatchObject({ file: 'health.yaml', severity: 'error' });
  });

  it.each<[string, string, string | undefined, string]>([
    ['owners.yaml', 'owners.yaml', 'people: {}', 'BAD_USER_INPUT'],
    ['a path', '../secrets.yaml', 'a: 1', 'BAD_USER_INPUT'],
    ['a huge file', 'health.yaml', 'x'.repeat(600 * 1024), 'POLICY_TOO_LARGE'],
  ])('refuses a draft with %s', async (_, name, text, code) => {
    await expect(drafts.reviewDraft(new Map([[name, text]]), client)).rejects.toMatchObject({ code });
  });

  it('compares a waiting revision with the one in force, and a rollback with what it restores', async () => {
    const { sequence } = await signed.propose('health-1', await signed.sources('health.yaml', coarser));
    const waiting = await drafts.reviewRevision(sequence, client);
    expect(waiting.comparedWith).toBe(1);
    expect(waiting.files).toEqual([{ name: 'health.yaml', before: health, after: coarser(health) }]);
    expect(waiting.review.changes).toMatchObject([{ effect: 'narrows' }]);
    expect(waiting.owners).toEqual([{ registry: 'health', count: 1 }]);
    await signed.approve(sequence, 'health-2');
    const back = await drafts.reviewRollback(1, client);
    expect(back.comparedWith).toBe(sequence);
    expect(back.files).toEqual([{ name: 'health.yaml', before: coarser(health), after: health }]);
    expect(back.review.changes).toMatchObject([{ effect: 'widens' }]);
    expect(readRevision(back.payload!({ author: 'health-1', comment: 'back', days: 30 })).sequence).toBe(
      sequence + 1,
    );
    await signed.rollback('health-1', 1).then((one) => signed.approve(one.sequence, 'health-2'));
  });

  it('keeps signed comments of the owners next to a waiting revision', async () => {
    const { sequence, payload } = await signed.propose(
      'health-1',
      await signed.sources('health.yaml', (text) => `${text}\n# a remark\n`),
    );
    const { revisionService } = signed;
    const say = async (person: 'health-2' | 'city-1', comment: string, text = comment) => {
      const time = new Date();
      const signature = signPayload(commentPayload(payload, text, time), await signed.key(person));
      return revisionService.comment(sequence, { person, comment, time, signature });
    };
    await say('health-2', 'Which clinics asked for this?');
    await say('health-2', 'I asked them.');
    await expect(say('health-2', 'Good.', 'Bad.')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(say('city-1', 'Me too.')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(say('health-2', ' ')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const comments = await revisionService.comments(await revisionService.history());
    expect(comments.get(sequence)).toMatchObject([
      { person: 'health-2', comment: 'Which clinics asked for this?' },
      { person: 'health-2', comment: 'I asked them.' },
    ]);
  });
});
