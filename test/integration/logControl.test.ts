/**
 * @property audit/log-control A log controller reads who asked what and how many people's data was read, by
 * policy alone. People are numbers or marks there, and no field of a registry is shown for the purpose.
 * @enforcedBy gateway/governance/loggedDecisions.ts, gateway/audit/personMarks.ts
 * @property audit/reviews Nobody reviews their own use of break-glass. A review is signed and in the log.
 * @enforcedBy gateway/governance/breakGlassReviews.ts, gateway/audit/reviews.ts
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRecords } from '../../gateway/audit/readRecords.js';
import { identifyingTexts } from '../city/identifyingTexts.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

interface Asking {
  readonly persona: string;
  readonly purpose: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly breakGlass?: string;
}

interface Answered {
  readonly decisionId: string;
  readonly data: Record<string, unknown> | null;
  /** The code of the first error. */
  readonly code: string | undefined;
  readonly text: string;
}

async function askOf(
  url: URL,
  { persona, purpose, query, variables, breakGlass }: Asking,
): Promise<Answered> {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const { token } = (await (await post('/dev/token', { persona })).json()) as { token: string };
  const response = await post(
    '/graphql',
    { query, variables },
    {
      authorization: `Bearer ${token}`,
      'purpose-of-use': purpose,
      ...(breakGlass && { 'polku-break-glass': breakGlass }),
    },
  );
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions: { code: string } }[];
  };
  return {
    decisionId: response.headers.get('polku-decision-id')!,
    data: data ?? null,
    code: errors?.[0]?.extensions.code,
    text,
  };
}

const controller = { persona: 'log-controller', purpose: 'oversight' };
const doctor = { persona: 'doctor', purpose: 'care' };
const REASON = 'unconscious at the scene';
const PAGE = `query ($person: PersonID, $mark: ID, $reader: String, $broke: Boolean, $first: Int!, $after: ID) {
  auditLog(person: $person, mark: $mark, reader: $reader, brokeGlass: $broke, first: $first, after: $after) {
    decisions { id reader recipient people outcome breakGlass lookups lookupsMissed categories coordinates }
    cursor readBackTo damaged
  }
}`;
const USES = `query ($reviewed: Boolean! = false) { breakGlassUses(reviewed: $reviewed) {
  unreviewed overdue cursor uses { isOwn isOverdue decision { id reader breakGlass } reviews { verdict comment reviewer } } } }`;
const REVIEW = `mutation ($id: ID!, $comment: String!) { reviewBreakGlass(decisionId: $id, verdict: NOT_JUSTIFIED, comment: $comment) {
  decision { id } reviews { verdict comment reviewer } } }`;

interface Page {
  readonly decisions: readonly {
    readonly id: string;
    readonly reader: string;
    readonly people: number;
    readonly lookups: number;
    readonly outcome: string;
    readonly breakGlass: string | null;
  }[];
  readonly cursor: string | null;
  readonly damaged: number;
}

interface Uses {
  readonly unreviewed: number;
  readonly uses: readonly { readonly isOwn: boolean; readonly decision: { readonly id: string } }[];
}

describe('log control', () => {
  let city: TestCity;
  let served: ServedCity;
  let code: string;
  let emergency: string;

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    [code] = [...(await identifyingTexts(city.exports)).codes] as [string];
    const question = {
      ...doctor,
      query: 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id birthYear } }',
    };
    await ask({ ...question, variables: { code } });
    const broken = await ask({
      ...question,
      variables: { code },
      breakGlass: REASON,
    });
    emergency = broken.decisionId;
    await ask({
      persona: 'planner',
      purpose: 'planning',
      query: '{ persons(first: 1) { nodes { id } } }',
    });
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  const ask = (asking: Asking) => askOf(served.url, asking);

  async function page(variables: Record<string, unknown> = {}): Promise<Page> {
    const { data, code: fault } = await ask({
      ...controller,
      query: PAGE,
      variables: { first: 50, ...variables },
    });
    expect(fault).toBeUndefined();
    return data!['auditLog'] as Page;
  }

  async function uses(reviewed = false): Promise<Uses> {
    const { data } = await ask({ ...controller, query: USES, variables: { reviewed } });
    return data!['breakGlassUses'] as Uses;
  }

  it('lists decisions newest first, in pages that have each decision once', async () => {
    const all: string[] = [];
    let after: string | null = null;
    do {
      const next: Page = await page({ first: 1, after });
      all.push(...next.decisions.map(({ id }) => id));
      after = next.cursor;
    } while (after !== null && all.length < 100);
    expect(new Set(all).size).toBe(all.length);
    const written: string[] = [];
    for await (const { decisionId } of findRecords(city.data, {})) written.push(decisionId);
    expect(written.reverse().slice(-3)).toEqual(all.slice(-3));
  });

  it('finds the decisions about a person by a code that goes as a variable, and records the look-up', async () => {
    const { data } = await ask({
      ...controller,
      query: 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } }',
      variables: { code },
    });
    const { id } = data!['personByIdentityCode'] as { id: string };
    const found = await page({ person: id });
    expect(found.decisions.map(({ id: decision }) => decision)).toContain(emergency);
    const look = found.decisions.find(({ reader, lookups }) => reader === 'log-controller' && lookups === 1);
    expect(look).toMatchObject({ people: 1, outcome: 'ANSWERED' });
    const bySomebodyElse = await ask({
      ...doctor,
      query: 'query ($id: PersonID!) { person(id: $id) { birthYear } }',
      variables: { id },
    });
    expect(bySomebodyElse.code).toBe('ID_UNKNOWN');
  });

  it('shows nothing of a registry about that person', async () => {
    const { code: fault } = await ask({
      ...controller,
      query:
        'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id birthYear healthContacts { service { code } } } }',
      variables: { code },
    });
    expect(fault).toBe('PURPOSE_NOT_PERMITTED');
  });

  it('finds by reader and by break-glass, and takes a filter as text and not as a pattern', async () => {
    const broken = await page({ reader: 'doctor', broke: true });
    expect(broken.decisions).toEqual([expect.objectContaining({ id: emergency, breakGlass: REASON })]);
    for (const reader of ['.*', 'doc', 'doctor","outcome":"answered', '"', '\\', 'doctor ', '%'])
      expect((await page({ reader })).decisions).toEqual([]);
    expect((await page({ reader: 'doctor' })).decisions.length).toBeGreaterThan(1);
  });

  it('refuses an identity code as a reader, and a mark that is none', async () => {
    const asked = (variables: Record<string, unknown>) =>
      ask({ ...controller, query: PAGE, variables: { first: 5, ...variables } });
    const byCode = await asked({ reader: code });
    expect(byCode.code).toBe('BAD_USER_INPUT');
    expect(byCode.text).not.toContain(code);
    expect((await asked({ mark: 'none' })).code).toBe('ID_UNKNOWN');
    expect((await page({ mark: 'AAAAAAAAAAAAAAAAAAAAAA' })).decisions).toEqual([]);
  });

  it('reads on from a made-up cursor without leaving the log', async () => {
    const cursors = [[['gateway', 1, 3]], [['../secrets', 1, 0]], { a: 1 }, [['gateway', 1, 1e15]], 'x'];
    for (const cursor of cursors) {
      const after = Buffer.from(JSON.stringify(cursor)).toString('base64url');
      const { decisions } = await page({ after });
      for (const { id } of decisions) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('is closed to every other role and purpose, like fields that do not exist where fields are concealed', async () => {
    for (const asker of [
      doctor,
      { persona: 'planner', purpose: 'planning' },
      { persona: 'resident', purpose: 'data-subject' },
      { persona: 'data-owner', purpose: 'policy-administration' },
    ]) {
      for (const query of [
        '{ auditLog { cursor } }',
        '{ breakGlassUses { unreviewed } }',
        '{ verifyAuditLog { hasWitness } }',
      ]) {
        const { data, code: fault } = await ask({ ...asker, query });
        expect(data ?? null).toBeNull();
        expect(fault).toBe('PURPOSE_NOT_PERMITTED');
      }
      const { code: fault } = await ask({
        ...asker,
        query: REVIEW,
        variables: { id: emergency, comment: 'it was an emergency' },
      });
      expect(fault).toBe('PURPOSE_NOT_PERMITTED');
    }
    const other = await ask({
      ...controller,
      purpose: 'care',
      query: '{ auditLog { cursor } }',
    });
    expect(other.code).toBe('PURPOSE_NOT_HELD');
    expect((await uses()).uses.map(({ decision }) => decision.id)).toContain(emergency);
  });

  it('records a review by somebody else, signed and in the log', async () => {
    const before = await uses();
    expect(before.uses).toContainEqual(expect.objectContaining({ isOwn: false, isOverdue: false }));
    const reviewed = await ask({
      ...controller,
      query: REVIEW,
      variables: { id: emergency, comment: 'no emergency was found' },
    });
    const review = {
      verdict: 'NOT_JUSTIFIED',
      comment: 'no emergency was found',
      reviewer: 'log-controller',
    };
    expect(reviewed.data?.['reviewBreakGlass']).toEqual({ decision: { id: emergency }, reviews: [review] });
    expect((await uses()).unreviewed).toBe(before.unreviewed - 1);
    expect((await uses(true)).uses[0]!.decision.id).toBe(emergency);
    const verified = await runPolku(['audit', 'verify', '--data', city.data]);
    expect(verified.output).toContain('review: whole up to checkpoint');
    expect((await page()).decisions.some(({ id }) => id === reviewed.decisionId)).toBe(true);
  });

  it('refuses a review of the own use, of no use, without a reason, and with a code in it', async () => {
    const own = await ask({
      ...controller,
      query: '{ access { purpose } }',
      breakGlass: REASON,
    });
    const review = async (id: string, comment: string) => {
      const { code: fault } = await ask({
        ...controller,
        query: REVIEW,
        variables: { id, comment },
      });
      return fault;
    };
    expect(await review(own.decisionId, 'it was an emergency')).toBe('OWN_USE');
    expect(await review('00000000-0000-0000-0000-000000000000', 'it was an emergency')).toBe('ID_UNKNOWN');
    expect(await review(emergency, 'short')).toBe('BAD_USER_INPUT');
    expect(await review(emergency, `it was about ${code}`)).toBe('IDENTITY_CODE_LITERAL');
    expect((await uses()).uses.map(({ decision }) => decision.id)).toContain(own.decisionId);
  });

  it('verifies and reconciles in a thread, and says what it found', async () => {
    const { data, code: fault } = await ask({
      ...controller,
      query: `{ verifyAuditLog { hasWitness fault { kind } chains { chain checkpoint records fault { kind } } }
        reconcileAuditLog { registries count differences { registry } } }`,
    });
    expect(fault).toBeUndefined();
    expect(data!['verifyAuditLog']).toMatchObject({ hasWitness: false, fault: null });
    const { chains } = data!['verifyAuditLog'] as { chains: { chain: string }[] };
    expect(chains.map(({ chain }) => chain)).toEqual(['gateway', 'review']);
    expect(data!['reconcileAuditLog']).toMatchObject({ count: 0, differences: [] });
  });

  it('finds repeated break-glass as unusual, with its numbers', async () => {
    const question = {
      ...doctor,
      query: 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } }',
    };
    for (let use = 0; use < 3; use++) await ask({ ...question, variables: { code }, breakGlass: REASON });
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' }).format(new Date());
    const { data, code: fault } = await ask({
      ...controller,
      query: `query ($day: Date!) { unusualAccess(from: $day, until: $day) {
        isCut decisions findings { rule day reader count limit usual mark basis decisionIds } } }`,
      variables: { day: today },
    });
    expect(fault).toBeUndefined();
    const { findings } = data!['unusualAccess'] as {
      findings: { rule: string; reader: string; count: number }[];
    };
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: 'REPEATED_BREAK_GLASS', reader: 'doctor', count: 4, limit: 3 }),
    );
  });

  it('writes no identity code anywhere in the log', async () => {
    const folder = join(city.data, 'audit');
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.jsonl')) continue;
      expect((await readFile(join(folder, name), 'utf8')).includes(code)).toBe(false);
    }
  });
});
