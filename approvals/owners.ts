import type { KeyObject } from 'node:crypto';
import { type Day, parseDay } from '../lib/calendar.js';
import { didYouMean } from '../lib/didYouMean.js';
import { PolkuError } from '../lib/errors.js';
import { NotRegularFileError, readRegularFile } from '../lib/regularFile.js';
import { reportViolations } from '../policies/engine/parse/parsePolicy.js';
import { fileSchemas, type OwnersFile } from '../policies/engine/parse/policyFiles.js';
import {
  collectProblems,
  formatProblems,
  type PolicySource,
  type Problems,
} from '../policies/engine/parse/problems.js';
import { SourceDocument } from '../policies/engine/parse/sourceDocument.js';
import { originFault, type Passkey, readPasskeyKey, type RelyingParty } from './passkey.js';
import { readPublicKey, writePublicKey } from './personKey.js';

/** A person who may sign policy revisions. */
export interface Approver {
  readonly id: string;
  /** The person's office, not their name. */
  readonly label: string;
  /** The Ed25519 key of the person's key file; undefined: the person signs with passkeys only. */
  readonly key: KeyObject | undefined;
  readonly passkeys: readonly Passkey[];
  /** The `sub` of the person's tokens; undefined: the person may use any login. */
  readonly login: string | undefined;
  /** The last day on which the person's signature is valid. */
  readonly until: Day | undefined;
}

/** Whose signatures are valid. It is the root of trust: each gateway and each registry has its own copy. */
export interface Owners {
  /** The text of the file. */
  readonly text: string;
  /** Where people sign with passkeys; undefined: nowhere. */
  readonly relyingParty: RelyingParty | undefined;
  readonly people: ReadonlyMap<string, Approver>;
  /** Registry -> ids of its people. */
  readonly peopleOf: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @throws PolkuError POLICY_INVALID with every fault and its place */
export async function loadOwners(file: string): Promise<Owners> {
  let text: string;
  try {
    text = await readRegularFile(file);
  } catch (cause) {
    const why = cause instanceof NotRegularFileError ? `is a ${cause.kind}, not a file` : 'cannot be read';
    const message = `${file}, which says whose signatures are valid, ${why}.`;
    throw new PolkuError('POLICY_INVALID', message, { file }, { cause });
  }
  return parseOwners({ file, text });
}

/** @throws PolkuError POLICY_INVALID with every fault and its place */
export function parseOwners(source: PolicySource): Owners {
  const { result: owners, problems } = collectProblems((found) => readOwners(source, found));
  if (owners && problems.length === 0) return owners;
  throw new PolkuError(
    'POLICY_INVALID',
    `No signature is valid until these errors are corrected:\n${formatProblems(problems)}`,
  );
}

function readOwners(file: PolicySource, problems: Problems): Owners | undefined {
  const source = SourceDocument.parse(file, problems);
  if (!source) return undefined;
  if (!fileSchemas.owners.fits(source.value)) {
    reportViolations(source, fileSchemas.owners.violations, problems);
    return undefined;
  }
  const content: OwnersFile = source.value;
  checkRelyingParty(content, source, problems);
  const people = readPeople(content, source, problems);
  const peopleOf = new Map<string, ReadonlySet<string>>();
  for (const [registry, ids] of Object.entries(content.owners)) {
    ids.forEach((id, index) => {
      if (Object.hasOwn(content.people, id)) return;
      const place = source.place(['owners', registry, index]);
      problems.error(place, `There is no person "${id}".`, didYouMean(id, Object.keys(content.people)));
    });
    peopleOf.set(registry, new Set(ids));
  }
  return { text: file.text, relyingParty: content.relyingParty, people, peopleOf };
}

function checkRelyingParty(
  { relyingParty, people }: OwnersFile,
  source: SourceDocument,
  problems: Problems,
): void {
  for (const [index, origin] of (relyingParty?.origins ?? []).entries()) {
    const fault = originFault(origin, relyingParty!.id);
    if (fault !== undefined) problems.error(source.place(['relyingParty', 'origins', index]), fault);
  }
  const holder = Object.entries(people).find(([, { passkeys }]) => passkeys !== undefined);
  if (holder && !relyingParty)
    problems.error(
      source.place(['people', holder[0], 'passkeys']),
      'Passkeys are bound to a console, and the file names none.',
      'Add "relyingParty: { id: DOMAIN, origins: [ADDRESS OF THE CONSOLE] }".',
    );
}

function readPeople(
  content: OwnersFile,
  source: SourceDocument,
  problems: Problems,
): ReadonlyMap<string, Approver> {
  const people = new Map<string, Approver>();
  const keys = new KeyReader(source, problems);
  for (const [id, { label, key: text, passkeys = [], login, until }] of Object.entries(content.people)) {
    const lastDay = until === undefined ? undefined : parseDay(until);
    if (until !== undefined && lastDay === undefined) {
      problems.error(source.place(['people', id, 'until']), `There is no day ${until}.`);
    }
    const key = text === undefined ? undefined : keys.readKey(id, text);
    const own = passkeys.flatMap((passkey, index) => keys.readPasskey(id, index, passkey) ?? []);
    if (login !== undefined) keys.readLogin(id, login);
    people.set(id, { id, label, key, passkeys: own, login, until: lastDay });
  }
  return people;
}

/** Reads the keys of people. If two ids had one key or login, one person could sign as two. */
class KeyReader {
  /** Key, id of a passkey, or login -> person. */
  readonly #holders = new Map<string, string>();

  constructor(
    private readonly source: SourceDocument,
    private readonly problems: Problems,
  ) {}

  readKey(person: string, text: string): KeyObject | undefined {
    const path = ['people', person, 'key'] as const;
    const key = readPublicKey(text);
    if (key) {
      this.#hold(writePublicKey(key), person, path);
      return key;
    }
    const fix = 'Write the line that "polku policy key" printed.';
    const message = `The key of "${person}" is not a public key (Ed25519, base64).`;
    this.problems.error(this.source.place(path), message, fix);
    return undefined;
  }

  readPasskey(
    person: string,
    index: number,
    { id, key: text, label }: { readonly id: string; readonly key: string; readonly label?: string },
  ): Passkey | undefined {
    const path = ['people', person, 'passkeys', index, 'key'] as const;
    const key = readPasskeyKey(text);
    if (key) {
      this.#hold(writePublicKey(key), person, path);
      this.#hold(`passkey ${id}`, person, ['people', person, 'passkeys', index, 'id']);
      return { id, key, label };
    }
    this.problems.error(
      this.source.place(path),
      `The key of a passkey of "${person}" is none (P-256, Ed25519 or RSA of 2048 bits, base64url).`,
      'Write the lines that the console showed.',
    );
    return undefined;
  }

  readLogin(person: string, login: string): void {
    this.#hold(`login ${login}`, person, ['people', person, 'login'], 'login');
  }

  #hold(key: string, person: string, path: readonly (string | number)[], what = 'key'): void {
    const holder = this.#holders.get(key);
    if (holder !== undefined)
      this.problems.error(
        this.source.place(path),
        `"${person}" has the ${what} of "${holder}".`,
        `Give each person a ${what} of their own, and list each ${what} once.`,
      );
    this.#holders.set(key, person);
  }
}
