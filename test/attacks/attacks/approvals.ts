import { challengeOf, isPasskeySignature } from '../../../approvals/passkey.js';
import {
  readRevision,
  type SignedRevision,
  writeRevision,
} from '../../../approvals/policy-revisions/revision.js';
import { digestOf } from '../../../approvals/signedDocument.js';
import { attack, type Attack, Breach, NotApplicable } from '../attack.js';
import { codeOf } from '../answer.js';
import { nameOf, type Requester } from '../requester.js';
import { holdsData } from '../verifyAnswer.js';
import { headersOf, type Target } from '../target.js';

const DAY_MS = 86_400_000;

const STATE = '{ policyRevisions { sequence } policySigning { people { id registries } } }';
const PROPOSE = `mutation ($payload: String!, $person: String!, $signature: String!) {
  proposePolicy(payload: $payload, person: $person, signature: $signature) { sequence }
}`;

/** Ways to bring a policy into force without the people who sign. */
export const approvalAttacks: readonly Attack[] = [
  attack(
    'A5C1',
    'The signature of a policy revision, by key file or passkey, counts for no other revision',
    'docs/decisions/living-policies.md; WebAuthn Level 3 §7.2',
    async (target) => {
      let tried = 0;
      for (const { requester, revisions } of await storesOf(target))
        for (const { person, signature } of signaturesOf(revisions)) {
          const payload = await nextRevision(target, requester, revisions, person);
          if (payload === undefined) continue;
          for (const [how, forged] of replays(signature, payload)) {
            tried += 1;
            const answer = await target.ask(requester, {
              query: PROPOSE,
              variables: { payload, person, signature: forged },
            });
            const what = `a signature ${how}, by ${nameOf(requester)}`;
            if (holdsData(answer.body.data)) throw new Breach(`${what}: a revision was proposed`);
            if (codeOf(answer) !== 'SIGNATURE_INVALID')
              throw new Breach(
                `${what}: not refused as a signature but ${codeOf(answer) ?? 'without a code'}`,
              );
          }
        }
      if (tried === 0) throw new NotApplicable('no token may read signed policies and propose others');
    },
  ),
];

interface Store {
  readonly requester: Requester;
  /** The newest last. */
  readonly revisions: readonly SignedRevision[];
}

/** The signed revisions, for each requester who gets them from the gateway. */
async function storesOf(target: Target): Promise<readonly Store[]> {
  const stores: Store[] = [];
  for (const requester of target.requesters) {
    if (requester.purpose !== 'policy-administration') continue;
    const headers = headersOf(requester);
    const { status, body } = await target.send({ method: 'GET', path: '/policies/current', headers });
    const { revisions = [] } = body as { readonly revisions?: readonly SignedRevision[] };
    if (status < 400 && revisions.length > 0) stores.push({ requester, revisions });
  }
  return stores;
}

/** One signature of each person and kind, the newest. */
function signaturesOf(revisions: readonly SignedRevision[]) {
  const all = revisions.flatMap(({ signatures }) => signatures);
  return [
    ...new Map(
      all.map((one) => [`${one.person} ${isPasskeySignature(one.signature)}`, one] as const),
    ).values(),
  ];
}

/**
 * A revision that the person could sign, and that changes nothing but a comment.
 * @returns undefined if the person signs for no file
 */
async function nextRevision(
  target: Target,
  requester: Requester,
  revisions: readonly SignedRevision[],
  person: string,
): Promise<string | undefined> {
  const { body } = await target.ask(requester, STATE);
  const { policyRevisions, policySigning } = body.data as unknown as {
    readonly policyRevisions: readonly { readonly sequence: number }[];
    readonly policySigning: { readonly people: readonly { id: string; registries: readonly string[] }[] };
  };
  const registries = policySigning.people.find(({ id }) => id === person)?.registries ?? [];
  const files = new Map(revisions.flatMap(({ payload }) => [...readRevision(payload).files]));
  const name = registries.map((registry) => `${registry}.yaml`).find((file) => files.get(file) !== undefined);
  if (name === undefined) return undefined;
  const now = new Date();
  return writeRevision({
    sequence: Math.max(...policyRevisions.map(({ sequence }) => sequence)) + 1,
    parent: digestOf(revisions.at(-1)!.payload),
    author: person,
    comment: 'A5C1',
    proposedAt: now,
    expiresAt: new Date(now.getTime() + DAY_MS),
    files: new Map([[name, `${files.get(name)!}\n# A5C1\n`]]),
    tests: new Map(),
    overruled: undefined,
  });
}

/** A signature as it is, and that of a passkey with what the browser says of it changed. */
function replays(signature: string, payload: string): readonly (readonly [how: string, signature: string])[] {
  const asItIs = ['of another revision', signature] as const;
  if (!isPasskeySignature(signature)) return [asItIs];
  const parts = parse(signature.slice('passkey:'.length));
  const client = parse(String(parts['clientDataJSON']));
  const withClient = (changes: object) =>
    `passkey:${encode({ ...parts, clientDataJSON: encode({ ...client, ...changes }) })}`;
  return [
    asItIs,
    ['whose challenge was changed', withClient({ challenge: challengeOf(payload) })],
    [
      'whose challenge and origin were changed',
      withClient({ challenge: challengeOf(payload), origin: 'https://polku.example' }),
    ],
  ];
}

function parse(encoded: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')) as Record<string, unknown>;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
