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
import { readPublicKey, writePublicKey } from './personKey.js';

/** A person who may sign policy revisions. */
export interface Approver {
  readonly id: string;
  /** The person's office, not their name. */
  readonly label: string;
  readonly key: KeyObject;
  /** The last day on which the person's signature is valid. */
  readonly until: Day | undefined;
}

/** Whose signatures are valid. It is the root of trust: each gateway and each registry has its own copy. */
export interface Owners {
  /** The text of the file. */
  readonly text: string;
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
  if (!fileSchemas.owners(source.value)) {
    reportViolations(source, fileSchemas.owners.errors, problems);
    return undefined;
  }
  const content: OwnersFile = source.value;
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
  return { text: file.text, people, peopleOf };
}

function readPeople(
  content: OwnersFile,
  source: SourceDocument,
  problems: Problems,
): ReadonlyMap<string, Approver> {
  const people = new Map<string, Approver>();
  const holders = new Map<string, string>();
  for (const [id, { label, key: text, until }] of Object.entries(content.people)) {
    const key = readPublicKey(text);
    const lastDay = until === undefined ? undefined : parseDay(until);
    if (until !== undefined && lastDay === undefined) {
      problems.error(source.place(['people', id, 'until']), `There is no day ${until}.`);
    }
    const place = source.place(['people', id, 'key']);
    if (!key) {
      const fix = 'Write the line that "polku policy key" printed.';
      problems.error(place, `The key of "${id}" is not a public key (Ed25519, base64).`, fix);
      continue;
    }
    // If two ids had one key, one person could sign as two.
    const holder = holders.get(writePublicKey(key));
    if (holder !== undefined) {
      problems.error(place, `"${id}" has the key of "${holder}".`, 'Give each person a key of their own.');
    }
    holders.set(writePublicKey(key), id);
    people.set(id, { id, label, key, until: lastDay });
  }
  return people;
}
