import { createPublicKey } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verificationText } from '../../../cli/auditTexts.js';
import { type AuditLog, openAuditLog } from '../../../gateway/audit/auditLog.js';
import { CHAIN_START, chainLine, sha256 } from '../../../gateway/audit/chain.js';
import { listChains, segmentsOf } from '../../../gateway/audit/segments.js';
import { type Verification, verifyAuditLog } from '../../../gateway/audit/verifyAuditLog.js';
import { readWitness, WitnessWriter } from '../../../gateway/audit/witness.js';
import { record, TestLog } from '../../unit/gateway/audit/testLog.js';
import type { Dice } from '../policyProof/dice.js';
import { type InputKind, refusedBy } from './inputKind.js';
import { mutateBytes, mutateText } from './mutate.js';
import { identities } from './plantedPeople.js';

const TOKENS = [
  ...identities.codes,
  '"kind":"checkpoint"',
  '"kind":"removal"',
  '"kind":"opening"',
  '"seq":1',
  '"}\n{"',
  `,"hash":"${'0'.repeat(64)}"}`,
  '\uFFFD',
];
const HASH = /,"hash":"([0-9a-f]{64})"\}$/;
const LINE = /^\{"seq":\d+,"previous":"[0-9a-f]{64}",(.*),"hash":"[0-9a-f]{64}"\}$/s;

/** An intact log: its folder, and the lines of each chain by its name. */
interface WholeLog {
  readonly folder: string;
  readonly lines: ReadonlyMap<string, readonly string[]>;
  /** The number of each chain's last witnessed checkpoint. */
  readonly witnessed: ReadonlyMap<string, number>;
}

/**
 * One file of an audit log, mutated. A log that verifies as whole must be the log that was written:
 *
 * - Up to the last checkpoint, each line is unchanged, byte by byte.
 * - Later lines are those that were written, and count as unsigned. Another text can be there only if an
 *   attacker has recomputed the chain, which takes no key. That is why it is reported as unsigned.
 * - The end may be missing: without a witness, down to any checkpoint; with a witness, only what follows the
 *   last witnessed checkpoint. An incomplete last line counts as missing, because a running gateway may be
 *   writing it.
 *
 * A gateway opens every second log before it is verified: continuing after the mutation must not make the
 * log whole.
 */
export const auditFiles: InputKind = {
  name: 'audit files',
  async prepare() {
    const { logs, log } = await makeLogs();
    return {
      async attempt(dice) {
        const valid = dice.pick(logs);
        const folder = await copyOf(valid.folder);
        try {
          const chain = dice.pick([...valid.lines.keys()]);
          const rechained = dice.once(4);
          const spoil = rechained ? rechain : dice.once(4) ? cutEnd : mutateSegment;
          await spoil(folder, chain, dice);
          const published: string[] = [];
          const reopened = dice.once(2);
          if (reopened) await goOn(folder, log, published);
          const witnessed = reopened || dice.once(2);
          const witness = witnessed ? await readFile(join(folder, 'witness'), 'utf8') : undefined;
          const verification = await verifyAuditLog(folder, { key: publicKey(log), witness });
          published.push(verificationText(verification));
          if (verification.fault) return { outcome: verification.fault.kind, published, faults: [] };
          const faults = reopened
            ? await faultsOfReopened(folder, valid, verification)
            : await faultsOfWhole(folder, valid, verification, { witnessed, rechained });
          return { outcome: 'accepted', published, faults };
        } catch (error) {
          return refusedBy(error);
        } finally {
          await rm(folder, { recursive: true });
        }
      },
      close: () => removeLogs(logs, log),
    };
  },
};

/**
 * A mutated witness, checked against an intact log and against a truncated one. It must prove nothing that
 * the original does not prove, it must prove something, and a truncation that it still covers must be named.
 * A witness without its end proves less: it cannot be told apart from one that was copied earlier.
 */
export const witnessFiles: InputKind = {
  name: 'witness files',
  async prepare() {
    const { logs, log } = await makeLogs();
    const key = publicKey(log);
    const whole = logs[0]!;
    const text = await readFile(join(whole.folder, 'witness'), 'utf8');
    const written = new Set(text.split('\n'));
    const cut = await copyOf(whole.folder);
    const last = (await segmentsOf(cut, 'gateway')).at(-1)!;
    await rm(last.path);
    const ends = new Map([...whole.lines].map(([chain, lines]) => [chain, lines.length]));
    return {
      async attempt(dice) {
        const isCut = dice.once(2);
        const end = isCut ? last.first - 1 : ends.get('gateway')!;
        const mutated = mutateWitness(text, dice);
        const folder = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
        try {
          const file = join(folder, 'witness');
          await writeFile(file, mutated);
          const witness = await readFile(file, 'utf8');
          const verification = await verifyAuditLog(isCut ? cut : whole.folder, { key, witness });
          const published = [verificationText(verification)];
          const { checkpoints, foreign, unreadable } = readWitness(witness, [key]);
          const faults: string[] = [];
          const seen = await new WitnessWriter(file, () => {}).lastOf('gateway', key);
          if (seen && !written.has(seen.text))
            faults.push('A gateway takes a line for a checkpoint that nobody wrote.');
          const believed = [...checkpoints].flatMap(([chain, of]) =>
            [...of].map(([seq, { hash }]) => ({ chain, seq, hash })),
          );
          if (
            believed.some(
              ({ chain, seq, hash }) => !whole.lines.get(chain)?.[seq - 1]?.includes(`"hash":"${hash}"`),
            )
          )
            faults.push('A checkpoint is believed that the log never had.');
          const strange = witness
            .split('\n')
            .filter((line) => line.trim() !== '' && !written.has(line)).length;
          if (foreign + unreadable < strange) faults.push('Lines that nobody wrote are not counted.');
          const { kind } = verification.fault ?? {};
          const tellsOfCut = believed.some(({ chain, seq }) => chain === 'gateway' && seq > end);
          if (believed.length === 0 && !kind) faults.push('A witness without a usable line proves a log.');
          if (tellsOfCut && kind !== 'cut') faults.push('A cut that the witness tells of is not named.');
          if (!tellsOfCut && kind && kind !== 'wrong witness')
            faults.push(`A log without a fault is ${kind}.`);
          return { outcome: kind ?? 'accepted', published, faults };
        } finally {
          await rm(folder, { recursive: true });
        }
      },
      async close() {
        await rm(cut, { recursive: true });
        await removeLogs(logs, log);
      },
    };
  },
};

/**
 * Two logs, of several files and two chains: a closed one, and one of a running gateway, whose last records
 * are unsigned.
 */
async function makeLogs(): Promise<{ logs: readonly WholeLog[]; log: TestLog }> {
  const log = await TestLog.make();
  const limits = { checkpointRecords: 3, fileBytes: 4_000 };
  const gateway = await log.open({ limits });
  await append(gateway, 5);
  const permit = await log.open({ writer: 'permit', limits });
  await append(permit, 4);
  await permit.close();
  await append(gateway, 8);
  const running = await copyOf(log.folder);
  await gateway.close();
  return { logs: [await wholeLog(log.folder, log), await wholeLog(running, log)], log };
}

async function append(to: AuditLog, records: number): Promise<void> {
  for (let number = 0; number < records; number++)
    await to.append(record(`d${number}`, { people: [sha256(`person ${number}`).slice(0, 43)] }));
}

async function wholeLog(folder: string, log: TestLog): Promise<WholeLog> {
  const witness = await readFile(join(folder, 'witness'), 'utf8');
  const { fault } = await verifyAuditLog(folder, { key: publicKey(log), witness });
  if (fault) throw new Error(`The log to begin with is not whole: ${fault.message}`);
  const { checkpoints } = readWitness(witness, [publicKey(log)]);
  return {
    folder,
    lines: await linesOf(folder),
    witnessed: new Map([...checkpoints].map(([chain, seen]) => [chain, Math.max(...seen.keys())])),
  };
}

/** The complete lines of each chain, as its files hold them. */
async function linesOf(folder: string): Promise<Map<string, readonly string[]>> {
  const lines = new Map<string, readonly string[]>();
  for (const chain of await listChains(folder)) {
    const files = (await segmentsOf(folder, chain)).map(({ path }) => readFile(path, 'utf8'));
    lines.set(
      chain,
      (await Promise.all(files)).flatMap((text) => text.split('\n').slice(0, -1)),
    );
  }
  return lines;
}

async function mutateSegment(folder: string, chain: string, dice: Dice): Promise<void> {
  const { path } = dice.pick(await segmentsOf(folder, chain));
  const bytes = await readFile(path);
  await writeFile(path, dice.once(2) ? mutateBytes(bytes, dice) : mutateText(bytes.toString(), dice, TOKENS));
}

/** Leaves out the last lines of a chain, and the files that are empty then. */
async function cutEnd(folder: string, chain: string, dice: Dice): Promise<void> {
  let more = 1 + dice.roll(8);
  for (const { path } of (await segmentsOf(folder, chain)).reverse()) {
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    const left = lines.slice(0, -more || lines.length);
    more -= lines.length - left.length;
    if (left.length === 0) await rm(path);
    else await writeFile(path, left.map((line) => `${line}\n`).join(''));
  }
}

/**
 * Changes one entry and recomputes its hash, and usually all later ones, like an attacker with the files and
 * without the key.
 */
async function rechain(folder: string, chain: string, dice: Dice): Promise<void> {
  const segments = await segmentsOf(folder, chain);
  const texts = await Promise.all(segments.map(({ path }) => readFile(path, 'utf8')));
  const files = texts.map((text) => text.split('\n').slice(0, -1));
  const at = dice.roll(files.flat().length);
  const alone = dice.once(3);
  let [number, end] = [0, CHAIN_START];
  for (const [index, lines] of files.entries()) {
    const written = lines.map((line) => {
      const isChanged = number === at;
      number += 1;
      if (alone && !isChanged) end = { seq: number, hash: HASH.exec(line)![1]! };
      if (alone && !isChanged) return `${line}\n`;
      const entry = `{${LINE.exec(line)![1]!}}`;
      const chained = chainLine(isChanged ? changeEntry(entry, dice) : entry, end);
      end = chained.end;
      return chained.line;
    });
    await writeFile(segments[index]!.path, written.join(''));
  }
}

/** One letter or digit is replaced, or any other mutation is applied. */
function changeEntry(entry: string, dice: Dice): string {
  if (dice.once(3)) return `{${mutateText(entry.slice(1, -1), dice, TOKENS).replaceAll('\n', ' ')}}`;
  const { index } = dice.pick([...entry.matchAll(/[a-z0-9]/g)]);
  return `${entry.slice(0, index)}${dice.pick([...'abcxyz0189'])}${entry.slice(index + 1)}`;
}

/** A gateway opens the log, answers one request and is stopped. */
async function goOn(folder: string, log: TestLog, published: string[]): Promise<void> {
  const report = (fault: unknown) => void published.push(...refusedBy(fault).published.map(String));
  const options = {
    writer: 'gateway',
    signingKey: log.privateKey,
    witness: join(folder, 'witness'),
    report,
  } as const;
  const opened = await openAuditLog(folder, options);
  try {
    await opened.append(record('later'));
  } finally {
    await opened.close();
  }
}

/** Each chain as it was written, as it is now, and as it was verified. */
async function comparedChains(folder: string, lines: WholeLog['lines'], chains: Verification['chains']) {
  const found = await linesOf(folder);
  return [...lines].map(([chain, written]) => ({
    chain,
    written,
    now: found.get(chain) ?? [],
    verified: chains.find((other) => other.chain === chain),
  }));
}

async function faultsOfWhole(
  folder: string,
  { lines, witnessed: seen }: WholeLog,
  { chains }: Verification,
  { witnessed, rechained }: { readonly witnessed: boolean; readonly rechained: boolean },
): Promise<string[]> {
  const faults: string[] = [];
  for (const { chain, written, now, verified } of await comparedChains(folder, lines, chains)) {
    const signed = verified?.checkpoint?.seq ?? 0;
    const same = now.findIndex((line, index) => line !== written[index]);
    const changedAt = same < 0 ? Infinity : same;
    if (changedAt < signed) faults.push(`The chain "${chain}" verifies whole, and what is signed differs.`);
    else if (changedAt < Infinity && !rechained)
      faults.push(`The chain "${chain}" verifies whole, and its end differs.`);
    if (verified?.unsigned !== now.length - signed)
      faults.push(`Not all that is unsigned in "${chain}" is said to be.`);
    if (witnessed && signed < (seen.get(chain) ?? 0))
      faults.push(`A witnessed end of "${chain}" is gone, and nothing names it.`);
  }
  return faults;
}

/** A gateway that continued after a mutated end must have reported what it found. */
async function faultsOfReopened(
  folder: string,
  { lines, witnessed }: WholeLog,
  { chains }: Verification,
): Promise<string[]> {
  const faults: string[] = [];
  for (const { chain, written, now, verified } of await comparedChains(folder, lines, chains)) {
    let same = 0;
    while (same < now.length && now[same] === written[same]) same += 1;
    const admitsLoss = (verified?.behindWitness ?? 0) > 0;
    if (same < (witnessed.get(chain) ?? 0) && !admitsLoss)
      faults.push(`A gateway has gone on behind a cut end of "${chain}", and says nothing.`);
    const strange = now
      .slice(same)
      .some((line) => line.includes('"kind":"decision"') && !line.includes('"later"'));
    if (strange && verified?.unproven.records === 0)
      faults.push(`A gateway has signed records of "${chain}" that nobody wrote, and says nothing.`);
  }
  return faults;
}

/** One in three is rewritten by an attacker who can hash a line and cannot sign it. */
function mutateWitness(text: string, dice: Dice): string | Buffer {
  if (!dice.once(3))
    return dice.once(2) ? mutateBytes(Buffer.from(text), dice) : mutateText(text, dice, TOKENS);
  const lines = text.split('\n');
  const at = dice.pick([...lines.keys()].filter((index) => lines[index] !== ''));
  const [, content] = /^(.*),"hash":"[0-9a-f]{64}"\}$/s.exec(lines[at]!)!;
  const rewritten = mutateText(content!, dice, TOKENS).replaceAll('\n', ' ');
  return lines.with(at, `${rewritten},"hash":"${sha256(rewritten)}"}`).join('\n');
}

async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'polku-hostile-'));
  for (const name of await readdir(folder))
    await cp(join(folder, name), join(copy, name), { recursive: true });
  return copy;
}

async function removeLogs(logs: readonly WholeLog[], log: TestLog): Promise<void> {
  for (const { folder } of logs.slice(1)) await rm(folder, { recursive: true });
  await log.remove();
}

function publicKey(log: TestLog) {
  return createPublicKey(log.privateKey);
}
