import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign,
} from 'node:crypto';
import { type Answer, codeOf } from '../answer.js';
import { type Requester, claimsOf } from '../requester.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { headersOf, type Target } from '../target.js';

// Long, because it is a list: every way to come with a token or a purpose that is not one's own.

const QUESTION = JSON.stringify({ query: '{ access { purpose { id } roles { id } } }' });

/** Ways to impersonate another caller, or to have another purpose. */
export const tokenAttacks: readonly Attack[] = [
  attack(
    '1C3E',
    'A request without a token gets no answer, and a token is accepted in the Authorization header only',
    'docs/architecture.md',
    async (target) => {
      const { token, purpose } = anybody(target);
      const headers = { 'content-type': 'application/json', 'purpose-of-use': purpose };
      const places: readonly [string, Record<string, string>, string][] = [
        ['nowhere', {}, '/graphql'],
        ['in the address', {}, `/graphql?access_token=${token}&token=${token}`],
        ['in a cookie', { cookie: `token=${token}; authorization=Bearer ${token}` }, '/graphql'],
        [
          'in another header',
          { 'x-authorization': `Bearer ${token}`, 'proxy-authorization': `Bearer ${token}` },
          '/graphql',
        ],
        ['without its scheme', { authorization: token }, '/graphql'],
        ['under another scheme', { authorization: `Basic ${token}` }, '/graphql'],
        ['twice in one header', { authorization: `Bearer ${token}, Bearer ${token}` }, '/graphql'],
      ];
      for (const [where, more, path] of places) {
        const answer = await target.send({ headers: { ...headers, ...more }, body: QUESTION, path });
        if (answer.body.data) throw new Breach(`answered with a token ${where}`);
      }
    },
  ),
  attack('2A90', 'A token without a signature is refused (alg none)', 'RFC 8725 §2.1', (target) =>
    refusesTokens(target, (requester) =>
      ['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => {
        const head = encode({ ...headOf(requester.token), alg });
        const [, payload = '', signature = ''] = requester.token.split('.');
        return [`${head}.${payload}.`, `${head}.${payload}.${signature}`, `${head}.${payload}`];
      }),
    ),
  ),
  attack(
    '3F6B',
    'A token signed by the public key as a secret is refused (HS256)',
    'RFC 8725 §2.1',
    async (target) => {
      const keys = await publicKeys(target);
      await refusesTokens(target, (requester) =>
        keys.flatMap((secret) =>
          ['HS256', 'HS384', 'HS512'].map((alg) => {
            const text = `${encode({ ...headOf(requester.token), alg })}.${requester.token.split('.')[1] ?? ''}`;
            return `${text}.${createHmac(alg.replace('HS', 'sha'), secret).update(text).digest('base64url')}`;
          }),
        ),
      );
    },
  ),
  attack(
    '44D2',
    'A token cannot choose its key by kid, jwk, jku or x5c',
    'CVE-2018-0114, RFC 8725 §3.10',
    (target) => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const jwk = publicKey.export({ format: 'jwk' });
      const kids = [
        '../../../../dev/null',
        '/dev/null',
        "' UNION SELECT 'x",
        'http://127.0.0.1:9/keys',
        '__proto__',
        '',
      ];
      return refusesTokens(target, ({ token }) =>
        [
          { jwk },
          { jku: 'http://127.0.0.1:9/jwks.json' },
          { x5u: 'http://127.0.0.1:9/x5u' },
          { x5c: [Buffer.from(pem).toString('base64')] },
          { crit: ['polku'], polku: true },
          {},
          ...kids.map((kid) => ({ kid })),
        ].map((head) => signed({ ...headOf(token), ...head }, claimsOf(token), pem)),
      );
    },
  ),
  attack(
    '5D18',
    'Changed claims of a token are refused: purposes, roles, recipient, units, permit, person, audience, expiry',
    'docs/decisions/keys.md; forged permit',
    (target) =>
      refusesTokens(target, (requester) => {
        const [head = '', , signature = ''] = requester.token.split('.');
        const later = Math.floor(Date.now() / 1000) + 86_400;
        const wanted: readonly Record<string, unknown>[] = [
          { purposes: [requester.purpose, 'care', 'child-protection'] },
          { roles: ['clinician', 'family-team-worker', 'social-worker'] },
          { recipient: 'health-services' },
          { units: ['PT-1'], employee: 'H-2001' },
          { permit: 'forged' },
          { person: 'forged' },
          { exp: later },
          { aud: 'other' },
        ];
        const changed = wanted.map((claims) => encode({ ...claimsOf(requester.token), ...claims }));
        return changed
          .filter((payload) => payload !== encode(claimsOf(requester.token)))
          .map((payload) => `${head}.${payload}.${signature}`);
      }),
  ),
  attack(
    '69EF',
    'A token of another issuer, for another audience, expired or not yet valid is refused',
    'RFC 8725 §3.8, §3.9',
    (target) => {
      const pem = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const now = Math.floor(Date.now() / 1000);
      return refusesTokens(target, ({ token }) =>
        [
          {},
          { aud: 'elsewhere' },
          { iss: 'https://elsewhere.example' },
          { exp: now - 3600 },
          { nbf: now + 3600 },
          { exp: undefined },
        ].map((claims) => signed(headOf(token), { ...claimsOf(token), ...claims }, pem)),
      );
    },
  ),
  attack(
    '7B24',
    'A token with bytes cut, flipped, doubled or appended is refused',
    'RFC 7515 §5.2',
    (target) =>
      refusesTokens(target, ({ token }) => {
        const [head = '', payload = '', signature = ''] = token.split('.');
        const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
        return [
          `${head}.${payload}.${flipped}`,
          `${head}.${payload}.${signature.slice(0, -4)}`,
          `${head}.${payload}.${signature}AAAA`,
          `${head}.${payload}.${signature}.${signature}`,
          `${head}.${payload}.${'A'.repeat(86)}`,
          `${head}..${signature}`,
          `${payload}.${payload}.${signature}`,
        ];
      }),
  ),
  attack(
    '8815',
    'A purpose that the token does not carry is refused, in every spelling',
    'GDPR 5(1)(b); docs/policies.md',
    async (target) => {
      const all = [...new Set(target.requesters.map(({ purpose }) => purpose))];
      for (const requester of target.requesters) {
        const held = claimsOf(requester.token)['purposes'] as readonly string[];
        const foreign = [...all, 'marketing', 'insurance-credit', 'data-subject', 'oversight'].filter(
          (purpose) => !held.includes(purpose),
        );
        const odd = [
          '',
          ' ',
          '*',
          'any',
          '__proto__',
          'constructor',
          'toString',
          'null',
          `${requester.purpose} ${foreign[0]}`,
        ];
        const lists = foreign.flatMap((purpose) => [
          `${requester.purpose}, ${purpose}`,
          `${purpose},${requester.purpose}`,
          `${requester.purpose};${purpose}`,
        ]);
        const spelt = foreign.flatMap((purpose) => [
          purpose.toUpperCase(),
          `"${purpose}"`,
          encodeURIComponent(` ${purpose}`),
        ]);
        for (const purpose of [...foreign, ...odd, ...lists, ...spelt]) {
          const answer = await target.send({
            headers: { ...headersOf(requester), 'purpose-of-use': purpose },
            body: QUESTION,
          });
          if (answer.body.data)
            throw new Breach(`${requester.name} was answered for ${JSON.stringify(purpose)}`);
        }
      }
    },
  ),
  attack(
    '9A6D',
    'Headers that are repeated, padded or in another case open nothing',
    'header smuggling',
    headerSmuggling,
  ),
  attack(
    '4C8E',
    'A request without a token is refused with 401 whatever its body is, and the body is not read',
    'case G08',
    async (target) => {
      const { purpose, token } = anybody(target);
      const [head = '', payload = ''] = token.split('.');
      const bodies = {
        '1 MB of brackets': '['.repeat(1_000_000),
        'no JSON': '{',
        nothing: '',
        'more than may be sent': ' '.repeat(2_000_000),
        'an operation without end': JSON.stringify({ query: '{ a '.repeat(100_000) }),
      };
      for (const authorization of ['', 'Bearer x', `Bearer ${head}.${payload}.${'A'.repeat(86)}`])
        for (const [what, body] of Object.entries(bodies)) {
          const headers = { 'content-type': 'application/json', 'purpose-of-use': purpose, authorization };
          const answer = await target.send({ headers, body });
          if (answer.status !== 401 || codeOf(answer) !== 'UNAUTHENTICATED')
            throw new Breach(
              `${what} without a token is not refused for the token: ${answer.status} ${codeOf(answer) ?? ''}`,
            );
        }
    },
  ),
  attack(
    '7BB2',
    'Only access tokens of the expected form with a short life are accepted from the identity provider',
    'case G13; RFC 8725 §3.12; OpenID Connect Core §2',
    signedOtherwise,
  ),
  attack(
    'A77F',
    'Headers of proxies and internal headers open nothing',
    'header smuggling',
    async (target) => {
      const forged: Record<string, string> = {
        'polku-context': 'x.y.z',
        'polku-decision': 'allow',
        'polku-break-glass': 'emergency',
        'break-glass': 'emergency',
        'x-polku-roles': 'clinician',
        'x-roles': 'clinician',
        'x-forwarded-for': '127.0.0.1',
        'x-original-url': '/graphql',
        'x-http-method-override': 'GET',
        forwarded: 'for=127.0.0.1;proto=https',
        'x-apollo-operation-name': 'x',
      };
      for (const sight of await target.sights()) {
        const plain = await target.ask(sight.requester, '{ access { roles { id } fields { coordinate } } }');
        const other = await target.ask(sight.requester, {
          query: '{ access { roles { id } fields { coordinate } } }',
          headers: forged,
        });
        if (other.body.data && JSON.stringify(other.body.data) !== JSON.stringify(plain.body.data))
          throw new Breach(`${sight.requester.name} is shown other fields with headers of the inside`);
      }
    },
  ),
];

/** Each of these tokens must be refused as a token. */
async function refusesTokens(
  target: Target,
  forge: (requester: Requester) => readonly string[],
): Promise<void> {
  for (const requester of target.requesters)
    for (const token of forge(requester)) {
      const answer = await target.send({ headers: headersOf({ ...requester, token }), body: QUESTION });
      if (answer.body.data) throw new Breach(`a forged token of ${requester.name} was answered`);
      if (codeOf(answer) !== 'UNAUTHENTICATED')
        throw new Breach(
          `a forged token of ${requester.name} was not refused as one: ${answer.status} ${codeOf(answer) ?? ''}`,
        );
    }
}

/** Every token here is signed by the key of the identity provider. */
async function signedOtherwise(target: Target): Promise<void> {
  const { issuer } = target;
  if (!issuer) throw new NotApplicable('no identity provider of the gateway signs for the attacker');
  const requester = anybody(target);
  const now = Math.floor(Date.now() / 1000);
  const own = { ...claimsOf(requester.token), iat: now, exp: now + 600 };
  const answerTo = async (claims: object, head: object = {}) => {
    const token = await issuer.sign({ ...own, ...claims }, head);
    return target.send({ headers: headersOf({ ...requester, token }), body: QUESTION });
  };
  if (!(await answerTo({})).body.data)
    throw new NotApplicable('the gateway accepts no token of the identity provider');
  const claims: Readonly<Record<string, readonly unknown[]>> = {
    sub: ['', ' ', {}, ['x'], 5, null, undefined, 'x'.repeat(1_000), 'a\u202eb'],
    recipient: ['', {}, ['x'], undefined],
    roles: ['clinician', {}, [], [''], [{}], undefined],
    purposes: [requester.purpose, {}, [], undefined],
    units: ['x', {}, [5]],
    exp: [1e308, now + 10 * 365 * 86_400, 'never', null, undefined],
    iat: [now + 3_600, 'now', {}],
    nbf: [now + 3_600, 'now'],
    nonce: ['n-0S6_WzA2Mj'],
    at_hash: ['MTIzNDU2Nzg5MDEyMzQ1Ng'],
    token_use: ['id'],
    typ: ['ID', 'Refresh'],
    events: [{}],
  };
  for (const [name, values] of Object.entries(claims))
    for (const value of values)
      mustBeNoToken(await answerTo({ [name]: value }), `${name}: ${JSON.stringify(value)?.slice(0, 20)}`);
  for (const typ of ['logout+jwt', 'secevent+jwt', 'dpop+jwt'])
    mustBeNoToken(await answerTo({}, { typ }), `the type ${typ}`);
}

function mustBeNoToken(answer: Answer, what: string): void {
  if (answer.body.data || codeOf(answer) !== 'UNAUTHENTICATED')
    throw new Breach(`a token with ${what} is not refused as one: ${answer.status} ${codeOf(answer) ?? ''}`);
}

/** Headers that proxies and servers read differently: all must read the same value, or refuse the request. */
async function headerSmuggling(target: Target): Promise<void> {
  const [first] = target.requesters;
  const other = target.requesters.find(
    ({ name, purpose }) => name !== first?.name && purpose !== first?.purpose,
  );
  if (!first || !other) throw new NotApplicable('this takes tokens of two users with different purposes');
  const request = (lines: readonly string[], body = QUESTION): string =>
    [
      'POST /graphql HTTP/1.1',
      `Host: ${target.url.host}`,
      'Content-Type: application/json',
      ...lines,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n');
  const token = `Authorization: Bearer ${first.token}`;
  const foreign = `Authorization: Bearer ${other.token}`;
  const purpose = `Purpose-Of-Use: ${first.purpose}`;
  const variants: readonly [string, readonly string[]][] = [
    ['two tokens', [token, foreign, purpose]],
    ['two tokens, the other first', [foreign, token, purpose]],
    ['two purposes', [token, purpose, `Purpose-Of-Use: ${other.purpose}`]],
    [
      'two purposes, the other first',
      [token, `purpose-of-use: ${other.purpose}`, `PURPOSE-OF-USE: ${first.purpose}`],
    ],
    ['a space before the colon', [token, `Purpose-Of-Use : ${first.purpose}`]],
    ['a folded line', [token, `Purpose-Of-Use: ${other.purpose}\r\n ${first.purpose}`]],
    ['a line break by itself', [token, `Purpose-Of-Use: ${other.purpose}\nPurpose-Of-Use: ${first.purpose}`]],
    ['two lengths', [token, purpose, 'Content-Length: 5']],
    ['a length and chunks', [token, purpose, 'Transfer-Encoding: chunked']],
    ['chunks spelt otherwise', [token, purpose, 'Transfer-Encoding: xchunked']],
  ];
  for (const [what, lines] of variants) {
    const answer = await target.sendBytes(request(lines));
    if (/"data":\{"access"/.test(answer))
      throw new Breach(`${what}: answered, though two readers may differ about it`);
  }
}

function anybody(target: Target): Requester {
  const [first] = target.requesters;
  if (!first) throw new NotApplicable('there is no token');
  return first;
}

function headOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signed(head: object, claims: object, pem: string): string {
  const text = `${encode(head)}.${encode(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), createPrivateKey(pem)).toString('base64url')}`;
}

/** The keys of the issuer in every form that a careless verifier may use as a secret. */
async function publicKeys(target: Target): Promise<readonly (string | Buffer)[]> {
  const answer = await target.send({ method: 'GET', path: '/.well-known/jwks.json', headers: {} });
  const { keys } = answer.body as { keys?: readonly JsonWebKey[] };
  if (!keys) throw new NotApplicable("the issuer's public keys are not at the gateway");
  return keys.flatMap((jwk) => {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const pem = String(key.export({ type: 'spki', format: 'pem' }));
    return [
      pem,
      pem.trim(),
      key.export({ type: 'spki', format: 'der' }),
      Buffer.from(jwk.x ?? '', 'base64url'),
      jwk.x ?? '',
      JSON.stringify(jwk),
      '',
    ];
  });
}
