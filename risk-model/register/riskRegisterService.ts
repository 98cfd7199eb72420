import type { KeyObject } from 'node:crypto';
import type { Owners } from '../../approvals/owners.js';
import { signPayload } from '../../approvals/personKey.js';
import { digestOf, requireSigner } from '../../approvals/signedDocument.js';
import { PolkuError } from '../../lib/errors.js';
import { parseRiskModel } from '../model/riskModel.js';
import { type Act, writeEntry } from './registerEntry.js';
import {
  ownersOfStop,
  type RegisteredVersion,
  type RegisterTrust,
  RISK_OWNER,
  type Stop,
  type VerifiedRegister,
  verifyRegister,
} from './verifyRegister.js';
import type { RegisterStore } from './registerStore.js';

/** The person who acts, with their signing key; undefined: nobody signs (--dev). */
export type RegisterSigner = { readonly person: string; readonly key: KeyObject } | undefined;

export interface RiskRegisterServiceOptions {
  readonly store: RegisterStore;
  /** Read again each time, because people join and leave. */
  readonly trust: () => Promise<RegisterTrust>;
  readonly now?: () => Date;
}

/**
 * Registers, approves, stops and retires models, and puts them in shadow mode. It refuses acts that would
 * have no effect, and does not write them.
 */
export class RiskRegisterService {
  constructor(private readonly options: RiskRegisterServiceOptions) {}

  /** @throws PolkuError RISK_REGISTER_INVALID, SIGNATURE_INVALID, POLICY_INVALID */
  async register(): Promise<VerifiedRegister> {
    const { store, trust } = this.options;
    return verifyRegister(await store.entries.read(), await trust());
  }

  /** @throws PolkuError USAGE if there is no such version */
  async version(version: string): Promise<RegisteredVersion> {
    return versionIn(await this.register(), version);
  }

  /**
   * Registers a trained model. It does not serve until it is approved.
   * @returns its version
   * @throws PolkuError RISK_MODEL_INVALID, USAGE if it is registered already
   */
  async addModel(text: string): Promise<string> {
    const { version, sha256 } = parseRiskModel(text);
    const { versions } = await this.register();
    if (versions.some((known) => known.version === version))
      throw usage(`Version ${version} is registered already.`);
    // An interrupted command leaves a file without an entry. The same text is the same file.
    if (
      !(await this.options.store.addModel(version, text)) &&
      (await this.options.store.readModel(version)) !== text
    )
      throw usage(`There is another file of version ${version} already.`);
    await this.#write(() => ({ kind: 'trained', version, sha256 }), undefined);
    return version;
  }

  /**
   * Registers the evaluation of a version: a JSON file.
   * @throws PolkuError USAGE
   */
  async addEvaluation(version: string, text: string): Promise<void> {
    const { evaluation } = versionIn(await this.register(), version);
    if (evaluation !== undefined) throw usage(`Version ${version} has an evaluation already.`);
    const { store } = this.options;
    if (!(await store.addEvaluation(version, text)) && (await store.readEvaluation(version)) !== text)
      throw usage(`There is another evaluation of version ${version} already.`);
    const sha256 = digestOf(text);
    await this.#write(() => ({ kind: 'evaluated', version, sha256 }), undefined);
  }

  /**
   * Approves a version. It serves after the last approval that it needs.
   * @throws PolkuError RISK_MODEL_INVALID, SIGNATURE_INVALID, USAGE
   */
  async approve(version: string, reason: string, signer: RegisterSigner): Promise<RegisteredVersion> {
    const after = await this.#write(async (register) => {
      const { sha256, missing, approvers } = this.#living(register, version);
      if (missing === 0) throw usage(`Version ${version} is approved already.`);
      if (signer && approvers.has(signer.person))
        throw usage(
          `"${signer.person}" has approved version ${version} already; another person must approve it.`,
        );
      await this.#requireSigner(signer, () => [RISK_OWNER]);
      await this.#checkFile(version, sha256);
      return { kind: 'approved', version, sha256, reason };
    }, signer);
    return versionIn(after, version);
  }

  /**
   * Runs a version in shadow mode: it scores, nobody sees the scores.
   * @throws PolkuError RISK_MODEL_INVALID, SIGNATURE_INVALID, USAGE
   */
  async shadow(version: string, reason: string, signer: RegisterSigner): Promise<void> {
    await this.#write(async (register) => {
      const { sha256, missing } = this.#living(register, version);
      if (missing === 0) throw usage(`Version ${version} is approved: it cannot run in shadow mode.`);
      if (register.shadow?.version === version) throw usage(`Version ${version} is in shadow mode already.`);
      await this.#requireSigner(signer, () => [RISK_OWNER]);
      await this.#checkFile(version, sha256);
      return { kind: 'shadow', version, sha256, reason };
    }, signer);
  }

  /** @throws PolkuError SIGNATURE_INVALID, USAGE */
  async retire(version: string, reason: string, signer: RegisterSigner): Promise<void> {
    await this.#write(async (register) => {
      this.#living(register, version);
      await this.#requireSigner(signer, () => [RISK_OWNER]);
      return { kind: 'retired', version, reason };
    }, signer);
  }

  /**
   * The kill switch. Any person of any owner can use it alone.
   * @param version undefined: any version
   * @returns the number that `resume` needs
   * @throws PolkuError SIGNATURE_INVALID, USAGE
   */
  async stop(version: string | undefined, reason: string, signer: RegisterSigner): Promise<number> {
    const { entries } = await this.#write(async (register) => {
      if (version !== undefined) this.#living(register, version);
      await this.#requireSigner(signer, ({ peopleOf }) => peopleOf.keys());
      return { kind: 'stopped', version, reason };
    }, signer);
    return entries.length;
  }

  /**
   * Agrees to take a stop back. It takes two people of the owner who stopped it.
   * @returns whether the stop is taken back now
   * @throws PolkuError SIGNATURE_INVALID, USAGE
   */
  async resume(sequence: number, reason: string, signer: RegisterSigner): Promise<boolean> {
    const { stops } = await this.#write(async (register) => {
      const stop = stopIn(register, sequence);
      if (signer && stop.resumers.has(signer.person))
        throw usage(`"${signer.person}" has agreed already; another person of the same owner must agree.`);
      await this.#requireSigner(signer, (owners) => ownersOfStop(stop, owners));
      return { kind: 'resumed', stop: sequence, reason };
    }, signer);
    return stops.every((stop) => stop.sequence !== sequence);
  }

  /** A version that is not retired. */
  #living(register: VerifiedRegister, version: string): RegisteredVersion {
    const known = versionIn(register, version);
    if (known.retired) throw usage(`Version ${version} is retired; train another.`);
    return known;
  }

  /** @throws PolkuError SIGNATURE_INVALID unless the person may sign for one of these owners today */
  async #requireSigner(signer: RegisterSigner, names: (owners: Owners) => Iterable<string>): Promise<void> {
    const trust = await this.options.trust();
    if (signer && trust !== 'unsigned') requireSigner(signer.person, names(trust), this.#now(), trust);
  }

  /** Nobody may approve a file that differs from the registered one. */
  async #checkFile(version: string, sha256: string): Promise<void> {
    await readApproved(this.options.store, { version, sha256 });
  }

  /**
   * Adds an entry at the end of the register. If another entry was added first, it verifies the register
   * again and repeats.
   */
  async #write(
    act: (register: VerifiedRegister) => Act | Promise<Act>,
    signer: RegisterSigner,
  ): Promise<VerifiedRegister> {
    const { store, trust } = this.options;
    for (;;) {
      const stored = await store.entries.read();
      const register = verifyRegister(stored, await trust());
      const sequence = stored.length + 1;
      const payload = writeEntry({
        sequence,
        parent: register.digests.at(-1),
        time: this.#now(),
        person: signer?.person,
        act: await act(register),
      });
      const entry = { sequence, payload, signature: signer && signPayload(payload, signer.key) };
      const after = verifyRegister([...stored, entry], await trust());
      if (await store.entries.add(entry)) return after;
    }
  }

  #now(): Date {
    return this.options.now?.() ?? new Date();
  }
}

/**
 * Returns the model of a version if its file is the registered one.
 * @throws PolkuError RISK_MODEL_INVALID
 */
export async function readApproved(
  store: RegisterStore,
  { version, sha256 }: Pick<RegisteredVersion, 'version' | 'sha256'>,
): Promise<ReturnType<typeof parseRiskModel>> {
  let text: string;
  try {
    text = await store.readModel(version);
  } catch (cause) {
    const message = `The file of model ${version} cannot be read.`;
    throw new PolkuError('RISK_MODEL_INVALID', message, { version }, { cause });
  }
  if (digestOf(text) !== sha256)
    throw new PolkuError(
      'RISK_MODEL_INVALID',
      `The file of model ${version} is not the one that was registered: it was altered. Restore it from a copy.`,
      { version },
    );
  return parseRiskModel(text);
}

function versionIn({ versions }: VerifiedRegister, version: string): RegisteredVersion {
  const known = versions.find((one) => one.version === version);
  if (known) return known;
  const all = versions.map((one) => one.version).join(', ');
  throw usage(`There is no version ${version}. ${all ? `There are: ${all}.` : 'No version is registered.'}`);
}

function stopIn({ stops }: VerifiedRegister, sequence: number): Stop {
  const known = stops.find((stop) => stop.sequence === sequence);
  if (known) return known;
  const all = stops.map((stop) => stop.sequence).join(', ');
  throw usage(`There is no stop ${sequence} in force. ${all ? `There are: ${all}.` : 'Nothing is stopped.'}`);
}

function usage(message: string): PolkuError {
  return new PolkuError('USAGE', message);
}
