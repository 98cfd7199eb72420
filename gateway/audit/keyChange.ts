import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { AppendLog } from '../../lib/appendLog.js';
import { type ChainedLine, type ChainEnd, chainLine, isOldCheckpoint, isSigned } from './chain.js';
import { readEnd, seenBy } from './chainEnd.js';
import type { KeyChange } from './logEntry.js';
import { OtherChains } from './otherChains.js';
import { logLines } from './readRecords.js';
import { segmentsOf, type Writer } from './segments.js';

export interface KeyChangeOptions {
  readonly writer: Writer;
  /** The private key that has signed the chain so far. */
  readonly former: KeyObject;
  /** The private key that signs it from now on. */
  readonly next: KeyObject;
  readonly report: (fault: unknown) => void;
}

/** Whether the last checkpoint of a chain is of this key. */
export async function isContinuedBy(dataFolder: string, chain: string, key: KeyObject): Promise<boolean> {
  const { checkpoint } = await readEnd(await segmentsOf(dataFolder, chain));
  return checkpoint !== undefined && isSigned(checkpoint, key);
}

/**
 * Lets another key sign a chain from now on, by one entry. The next key signs the entry, which names the
 * former key: who trusts the next key can verify what the former has signed, and who has stolen the former
 * cannot write another past. The former key signs the next one: who trusts the former learns that its holder
 * agreed.
 *
 * The chain must have been opened and closed before, so that its end is whole and signed. The caller holds
 * its lock.
 * @throws errors of the file system
 */
export async function changeKey(dataFolder: string, options: KeyChangeOptions): Promise<void> {
  const { writer: chain, report } = options;
  const segments = await segmentsOf(dataFolder, chain);
  const found = await readEnd(segments);
  const end: ChainEnd = { seq: found.last!.seq, hash: found.last!.hash };
  const [former, next] = [publicText(options.former), publicText(options.next)];
  const change: KeyChange = {
    kind: 'key-change',
    time: new Date().toISOString(),
    chain,
    former,
    next,
    consent: sign(null, consentText(chain, end, next), options.former).toString('base64url'),
    others: await new OtherChains(dataFolder, chain, seenBy(found), report).look(),
  };
  const file = await AppendLog.open(segments.at(-1)!.path);
  try {
    await file.append(Buffer.from(chainLine(JSON.stringify(change), end, options.next).line));
  } finally {
    await file.close();
  }
}

/** The key that signed the records of a chain before another key did. */
interface KeySpan {
  /** The number of the record that changed the key. */
  readonly end: number;
  readonly key: KeyObject;
}

/** The keys of a chain. */
export class ChainKeys {
  private constructor(
    private readonly newest: KeyObject,
    private readonly spans: readonly KeySpan[],
  ) {}

  /**
   * Finds the keys that signed a chain before the newest one: those that the newest names, and those that
   * these name. A chain whose first signature is of the newest key is not read further.
   */
  static async of(dataFolder: string, chain: string, newest: KeyObject): Promise<ChainKeys> {
    const changes: { readonly record: ChainedLine; readonly change: KeyChange }[] = [];
    let hasSignature = false;
    for await (const { record } of logLines(dataFolder, chain)) {
      if (!record || record.entry.kind === 'decision' || record.entry.kind === 'people') continue;
      if (!hasSignature && (isSigned(record, newest) || isOldCheckpoint(record, newest))) {
        if (record.entry.kind !== 'key-change') break;
      }
      hasSignature = true;
      if (record.entry.kind === 'key-change') changes.push({ record, change: record.entry });
    }
    const spans: KeySpan[] = [];
    let trusted = newest;
    for (const { record, change } of changes.reverse()) {
      const former = keyOf(change, chain, record, trusted);
      if (!former) break;
      spans.unshift({ end: record.seq, key: former });
      trusted = former;
    }
    return new ChainKeys(newest, spans);
  }

  /** All keys, in the order in which they signed. */
  get all(): readonly KeyObject[] {
    return [...this.spans.map(({ key }) => key), this.newest];
  }

  /** The key that signs a record of this number. */
  at(seq: number): KeyObject {
    return this.spans.find(({ end }) => seq < end)?.key ?? this.newest;
  }
}

/** The former key of a change to a trusted key; undefined if one of the two keys did not sign the change. */
function keyOf(
  { former, next, consent }: KeyChange,
  chain: string,
  record: ChainedLine,
  trusted: KeyObject,
): KeyObject | undefined {
  if (next !== publicText(trusted) || !isSigned(record, trusted)) return undefined;
  const end = { seq: record.seq - 1, hash: record.previous };
  try {
    const key = createPublicKey({ key: Buffer.from(former, 'base64url'), type: 'spki', format: 'der' });
    const hasAgreed = verify(null, consentText(chain, end, next), key, Buffer.from(consent, 'base64url'));
    return hasAgreed ? key : undefined;
  } catch {
    return undefined;
  }
}

function consentText(chain: string, { seq, hash }: ChainEnd, next: string): Buffer {
  return Buffer.from(JSON.stringify(['polku audit key change', chain, seq, hash, next]));
}

/** A public key as it is in the log: SPKI, DER, base64url. */
function publicText(key: KeyObject): string {
  const shared = key.type === 'private' ? createPublicKey(key) : key;
  return shared.export({ type: 'spki', format: 'der' }).toString('base64url');
}
