import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { errorTable } from '../../../lib/errors.js';
import { packageRoot } from '../../../lib/packageRoot.js';
import { type Requester, requestersOf, devTokens } from '../../attacks/requester.js';
import { makeCity } from '../../city/makeCity.js';
import { serveCity } from '../../city/serveCity.js';
import type { Dice } from '../policyProof/dice.js';
import type { Attempt, InputKind } from './inputKind.js';
import { mutateText } from './mutate.js';
import { identities } from './plantedPeople.js';
import { PATIENCE_MS } from './proveInputs.js';

/** A request as it goes over the wire. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Valid {
  readonly operations: readonly string[];
  readonly requesters: readonly Requester[];
  /** Ids of a person and a family, as they look in another domain. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const TOKENS = [
  ...identities.codes,
  'cohort(where: {family: {}}) { size { count } }',
  '"""',
  '$id',
  'fragment F on Query { ...F }',
];

export const operations = requests('operations', ({ headers, body }, dice) => {
  const { query, ...others } = JSON.parse(body) as { query: string };
  return { headers, body: JSON.stringify({ ...others, query: mutateText(query, dice, TOKENS) }) };
});

export const variables = requests('variables', ({ headers, body }, dice) => {
  const { variables: sent, ...others } = JSON.parse(body) as { variables: unknown };
  const mutated = mutateText(JSON.stringify(sent), dice, TOKENS);
  return { headers, body: `${JSON.stringify(others).slice(0, -1)},"variables":${mutated}}` };
});

export const headers = requests('headers', ({ headers: sent, body }, dice) => {
  const names = Object.keys(sent);
  const [name, other] = [
    dice.pick(names),
    dice.pick([...names, 'polku-partial', 'polku-break-glass', 'content-length', 'te']),
  ];
  const value = oneLine(mutateText(sent[name]!, dice, TOKENS));
  return { headers: { ...sent, [dice.once(4) ? other : name]: value }, body };
});

export const tokens = requests('tokens', ({ headers: sent, body }, dice) => {
  const parts = sent['authorization']!.slice('Bearer '.length).split('.');
  const at = dice.roll(3);
  const part = Buffer.from(parts[at]!, 'base64url').toString(at === 2 ? 'latin1' : 'utf8');
  const mutated = Buffer.from(
    mutateText(part, dice, ['"alg":"none"', '"alg":"HS256"']),
    at === 2 ? 'latin1' : 'utf8',
  );
  if (mutated.toString('base64url') === parts[at]) return undefined;
  return {
    headers: {
      ...sent,
      authorization: `Bearer ${oneLine(parts.with(at, mutated.toString('base64url')).join('.'))}`,
    },
    body,
    refused: true,
  };
});

export const bodies = requests('bodies', ({ headers, body }, dice) => ({
  headers,
  body: mutateText(body, dice, TOKENS),
}));

/**
 * Requests to a served city, each mutated in one of its parts.
 * @param spoil returns undefined when nothing has changed; `refused` when no such request may be answered
 */
function requests(
  name: string,
  spoil: (sent: Sent, dice: Dice) => (Sent & { readonly refused?: boolean }) | undefined,
): InputKind {
  return {
    name,
    async prepare() {
      const city = await makeCity();
      const served = await serveCity(city);
      const valid = await validRequests(served.url);
      return {
        async attempt(dice) {
          const spoilt = spoil(validRequest(valid, dice), dice);
          if (!spoilt) return { outcome: 'unchanged', published: [], faults: [] };
          const answer = await send(served.url, spoilt);
          return judge(answer, spoilt.refused ?? false);
        },
        async close() {
          await served.stop();
          await city.remove();
        },
      };
    },
  };
}

async function validRequests(url: URL): Promise<Valid> {
  const folder = join(packageRoot(), 'console/src/examples');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  return {
    operations: await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8'))),
    requesters: requestersOf((await devTokens(url))!),
    variables: {
      id: 'p-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      first: 3,
      asOf: '2012-Q1',
      language: 'EN',
      from: '2012-01-01',
    },
  };
}

function validRequest({ operations: texts, requesters, variables: given }: Valid, dice: Dice): Sent {
  const requester = dice.pick(requesters);
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${requester.token}`,
      'purpose-of-use': requester.purpose,
    },
    body: JSON.stringify({ query: dice.pick(texts), variables: given }),
  };
}

/** Sends bytes that no client library would send. The connection is closed after one answer. */
function send({ hostname, port }: URL, { headers: sent, body }: Sent): Promise<string> {
  const own = {
    host: 'localhost',
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
    ...sent,
  };
  const head = Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('No answer came in time.')));
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    // A server that has refused may close while the body is still being sent.
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.once('close', () => resolve(text));
    socket.write(`POST /graphql HTTP/1.1\r\n${head.join('')}\r\n${body}`);
  });
}

function judge(answer: string, refused: boolean): Attempt {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  const published = [answer];
  // Node itself answers what is not HTTP, or has too large a head.
  if ((status === 400 || status === 431) && body === '') return { outcome: 'no HTTP', published, faults: [] };
  if (status === 0)
    return { outcome: 'closed', published, faults: ['The connection was closed without an answer.'] };
  const outcomes = codesOf(body);
  const faults = outcomes.filter((code) => !(code in errorTable) || code === 'INTERNAL_SERVER_ERROR');
  return {
    outcome: outcomes[0] ?? 'accepted',
    published,
    faults: [
      ...faults.map((code) => `It was answered ${status} ${code}.`),
      ...(status >= 500 && faults.length === 0 && !serves(outcomes) ? [`It was answered ${status}.`] : []),
      ...(refused && status < 400 ? [`A token that nobody issued was answered ${status}.`] : []),
    ],
  };
}

/** Codes of the errors in a body; a body that is no GraphQL response gets a code that no table holds. */
function codesOf(body: string): string[] {
  try {
    const { errors = [] } = JSON.parse(body) as { errors?: { extensions?: { code?: string } }[] };
    return errors.map(({ extensions }) => extensions?.code ?? 'no code');
  } catch {
    return ['no JSON'];
  }
}

function serves(codes: readonly string[]): boolean {
  return codes.every((code) => errorTable[code as keyof typeof errorTable].status >= 500);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, ' ');
}
