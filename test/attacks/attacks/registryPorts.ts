import { generateKeyPairSync, sign } from 'node:crypto';
import { CLOCK_TOLERANCE_SECONDS } from '../../../schema/tokens/callerToken.js';
import { type Answer, readAnswer } from '../answer.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import type { RegistryPort, Target } from '../target.js';

const SDL = JSON.stringify({ query: 'query Sdl { _service { sdl } }' });
const ENTITIES = JSON.stringify({
  query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }',
  variables: { r: [{ __typename: 'Person', id: 1 }] },
});

/** Ways around the gateway, to a registry that listens on its own port. */
export const registryPortAttacks: readonly Attack[] = [
  attack(
    '1A3B',
    'A registry answers nothing without a context: no schema, no entity, no introspection',
    'HotChocolate#6546',
    (target) =>
      eachPort(target, async (registry) => {
        const { token } = target.requesters[0]!;
        for (const body of [
          SDL,
          ENTITIES,
          '{"query":"{ __schema { types { name } } }"}',
          '{"query":"{ __typename }"}',
          '{',
          '[]',
          '',
        ])
          for (const headers of [
            {},
            { authorization: `Bearer ${token}` },
            { authorization: `Bearer ${token}`, 'purpose-of-use': 'care' },
          ])
            mustRefuse(await send(registry, headers, body), 'a request without a context');
        const got = await fetch(new URL('?query=%7B_service%7Bsdl%7D%7D', registry.url));
        mustRefuse(await readAnswer(got), 'GET');
      }),
  ),
  attack('2B4D', 'A registry refuses a context that its gateway did not sign', 'docs/policies.md', (target) =>
    eachPort(target, async (registry) => {
      const { token, purpose } = target.requesters[0]!;
      const { privateKey } = generateKeyPairSync('ed25519');
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: 'polku-gateway',
        aud: registry.name,
        sub: 'x',
        jti: 'x',
        iat: now,
        exp: now + 30,
        purpose,
      };
      for (const head of [
        { alg: 'EdDSA', typ: 'polku-context+jwt' },
        { alg: 'EdDSA', typ: 'polku-composition+jwt' },
        { alg: 'none', typ: 'polku-context+jwt' },
      ]) {
        const text = [head, claims]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
          .join('.');
        const context = `${text}.${head.alg === 'none' ? '' : sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
        for (const body of [SDL, ENTITIES]) {
          mustRefuse(await send(registry, { 'polku-context': context }, body), 'a forged context');
          mustRefuse(
            await send(registry, { 'polku-context': context, authorization: `Bearer ${token}` }, body),
            'a forged context with a token',
          );
        }
        mustRefuse(
          await send(registry, { 'polku-context': token, authorization: `Bearer ${token}` }, ENTITIES),
          'a token as context',
        );
      }
    }),
  ),
  attack(
    '3C5E',
    'A captured context is valid for no other body, no other registry and no other caller',
    'replayed context',
    (target) =>
      eachOverheard(target, async (registry, { body, context, authorization }) => {
        const headers = { 'polku-context': context, authorization };
        for (const other of [ENTITIES, SDL, `${body} `, body.replace(/"query":"/, '"query":" ')])
          mustRefuse(await send(registry, headers, other), 'an overheard context with another body');
        for (const { token } of target.requesters)
          if (authorization !== `Bearer ${token}`)
            mustRefuse(
              await send(registry, { ...headers, authorization: `Bearer ${token}` }, body),
              "an overheard context with another caller's token",
            );
        mustRefuse(
          await send(registry, { 'polku-context': context }, body),
          'an overheard context without a token',
        );
        for (const other of target.registries)
          if (other.name !== registry.name)
            mustRefuse(await send(other, headers, body), 'a context overheard elsewhere');
      }),
  ),
  attack('4D6F', 'A captured context is refused after it expired', 'replayed context', (target) =>
    eachOverheard(target, async (registry, { body, context, authorization }) => {
      const { exp = 0 } = JSON.parse(
        Buffer.from(context.split('.')[1] ?? '', 'base64url').toString('utf8'),
      ) as { exp?: number };
      if (exp + CLOCK_TOLERANCE_SECONDS > Date.now() / 1000)
        throw new NotApplicable('what was overheard has not expired yet');
      mustRefuse(
        await send(registry, { 'polku-context': context, authorization }, body),
        'an expired context',
      );
    }),
  ),
];

async function eachPort(target: Target, check: (registry: RegistryPort) => Promise<void>): Promise<void> {
  if (target.registries.length === 0) throw new NotApplicable('no address of a registry was given');
  for (const registry of target.registries) await check(registry);
}

async function eachOverheard(
  target: Target,
  check: (registry: RegistryPort, overheard: NonNullable<RegistryPort['overheard']>) => Promise<void>,
): Promise<void> {
  const known = target.registries.flatMap((registry) =>
    registry.overheard ? [{ registry, overheard: registry.overheard }] : [],
  );
  if (known.length === 0) throw new NotApplicable('no request of the gateway to a registry was given');
  for (const { registry, overheard } of known) await check(registry, overheard);
}

async function send(registry: RegistryPort, headers: Record<string, string>, body: string): Promise<Answer> {
  return readAnswer(
    await fetch(registry.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }),
  );
}

function mustRefuse({ status, body }: Answer, what: string): void {
  if (body.data != null) throw new Breach(`${what} was answered with data`);
  if (status < 400) throw new Breach(`${what} was not refused: ${status}`);
}
