import type { KeyObject } from 'node:crypto';
import { signPayload } from '../../approvals/personKey.js';
import { digestOf, requireLogin } from '../../approvals/signedDocument.js';
import { PolkuError } from '../../lib/errors.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import { parseRiskModel } from '../model/riskModel.js';
import {
  checkOrder,
  checkReason,
  type Order,
  readDraft,
  requirePerson,
  staleDraft,
  versionIn,
} from './order.js';
import { type Act, type RegisterEntry, writeEntry } from './registerEntry.js';
import {
  type RegisteredVersion,
  type RegisterTrust,
  type VerifiedRegister,
  verifyRegister,
} from './verifyRegister.js';
import type { RegisterStore } from './registerStore.js';

/** A draft is signed within this time, so that nobody signs as of a time before they left. */
const DRAFT_MS = 15 * 60_000;

/** The names of orders in the log of security events: those of the commands. */
const ACTIONS: Readonly<Record<Order['kind'], string>> = {
  approved: 'approve',
  shadow: 'shadow',
  retired: 'retire',
  stopped: 'stop',
  resumed: 'resume',
};

/** The person who acts, with their signing key; undefined: nobody signs (--dev). */
export type RegisterSigner = { readonly person: string; readonly key: KeyObject } | undefined;

/** A draft as it comes back from its person. */
export interface SignedDraft {
  readonly payload: string;
  /** undefined: nobody signs (--dev). */
  readonly signature: string | undefined;
  /** The `sub` of the token of the caller who sends it. */
  readonly login: string;
}

export interface RiskRegisterServiceOptions {
  readonly store: RegisterStore;
  /** Read again each time, because people join and leave. */
  readonly trust: () => Promise<RegisterTrust>;
  readonly now?: () => Date;
  /** Receives each draft that was accepted. */
  readonly events?: Pick<SecurityEvents, 'record'> | undefined;
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
    return versionIn(await this.#sign({ kind: 'approved', version, reason }, signer), version);
  }

  /**
   * Runs a version in shadow mode: it scores, nobody sees the scores.
   * @throws PolkuError RISK_MODEL_INVALID, SIGNATURE_INVALID, USAGE
   */
  async shadow(version: string, reason: string, signer: RegisterSigner): Promise<void> {
    await this.#sign({ kind: 'shadow', version, reason }, signer);
  }

  /**
   * Takes a version out of service, or out of shadow mode, permanently.
   * @throws PolkuError SIGNATURE_INVALID, USAGE
   */
  async retire(version: string, reason: string, signer: RegisterSigner): Promise<void> {
    await this.#sign({ kind: 'retired', version, reason }, signer);
  }

  /**
   * The kill switch. Any person of any owner can use it alone.
   * @param version undefined: any version
   * @returns the number that `resume` needs
   * @throws PolkuError SIGNATURE_INVALID, USAGE
   */
  async stop(version: string | undefined, reason: string, signer: RegisterSigner): Promise<number> {
    const { entries } = await this.#sign({ kind: 'stopped', version, reason }, signer);
    return entries.length;
  }

  /**
   * Agrees to take a stop back. It takes two people of the owner who stopped it.
   * @returns whether the stop is taken back now
   * @throws PolkuError SIGNATURE_INVALID, USAGE
   */
  async resume(sequence: number, reason: string, signer: RegisterSigner): Promise<boolean> {
    const { stops } = await this.#sign({ kind: 'resumed', stop: sequence, reason }, signer);
    return stops.every((stop) => stop.sequence !== sequence);
  }

  /**
   * Drafts the next entry, for a person to sign elsewhere.
   * @param person undefined: nobody signs (--dev)
   * @returns the exact text to sign
   * @throws PolkuError RISK_MODEL_INVALID, SIGNATURE_INVALID, BAD_USER_INPUT
   */
  async draft(order: Order, person: string | undefined): Promise<string> {
    return answered(async () => {
      checkReason(order.reason);
      const trust = await this.options.trust();
      requirePerson(person, trust);
      const stored = await this.options.store.entries.read();
      const register = verifyRegister(stored, trust);
      const act = await this.#actOf(order, register, person, trust);
      return writeNext(register, { time: this.#now(), person, act });
    });
  }

  /**
   * Adds a drafted entry that its person has signed. It checks everything again.
   * @param kind the only kind of order that it accepts
   * @throws PolkuError RISK_MODEL_INVALID, RISK_REGISTER_STALE, SIGNATURE_INVALID, BAD_USER_INPUT
   */
  async accept(kind: Order['kind'], { payload, signature, login }: SignedDraft): Promise<VerifiedRegister> {
    return answered(async () => {
      const { store, events } = this.options;
      const trust = await this.options.trust();
      const { time, person, act, order } = readDraft(payload, kind);
      requirePerson(person, trust);
      if (trust !== 'unsigned' && signature === undefined)
        throw new PolkuError('SIGNATURE_INVALID', `"${person}" has not signed the text.`);
      if (trust !== 'unsigned' && person !== undefined) requireLogin(person, login, trust);
      const stored = await store.entries.read();
      const register = verifyRegister(stored, trust);
      if (Math.abs(this.#now().getTime() - time.getTime()) > DRAFT_MS) throw staleDraft();
      // The draft must be what would be drafted now, so that another register or another file is noticed.
      const next = await this.#actOf(order, register, person, trust);
      if (writeNext(register, { time, person, act: next }) !== payload) throw staleDraft();
      const entry = { sequence: stored.length + 1, payload, signature: person && signature };
      const after = verifyRegister([...stored, entry], trust);
      if (!(await store.entries.add(entry))) throw staleDraft();
      events?.record('risk-model', {
        action: ACTIONS[kind],
        version: 'version' in act ? act.version : undefined,
        serving: after.serving?.version,
      });
      return after;
    });
  }

  #sign(order: Order, signer: RegisterSigner): Promise<VerifiedRegister> {
    return this.#write(
      async (register) => this.#actOf(order, register, signer?.person, await this.options.trust()),
      signer,
    );
  }

  /**
   * What an order does to a register. Nobody may approve a file that differs from the registered one.
   * @throws PolkuError RISK_MODEL_INVALID, SIGNATURE_INVALID, USAGE
   */
  async #actOf(
    order: Order,
    register: VerifiedRegister,
    person: string | undefined,
    trust: RegisterTrust,
  ): Promise<Act> {
    checkOrder(order, register, { person, trust, now: this.#now() });
    if (order.kind !== 'approved' && order.kind !== 'shadow') return order;
    const { kind, version, reason } = order;
    const { sha256 } = versionIn(register, version);
    await readApproved(this.options.store, { version, sha256 });
    return { kind, version, sha256, reason };
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
      const payload = writeNext(register, {
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

/** Faults of a command are faults of the request if the register is asked through the gateway. */
async function answered<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PolkuError) || error.code !== 'USAGE') throw error;
    throw new PolkuError('BAD_USER_INPUT', error.message, {}, { cause: error });
  }
}

function usage(message: string): PolkuError {
  return new PolkuError('USAGE', message);
}

function writeNext(
  { digests }: VerifiedRegister,
  entry: Pick<RegisterEntry, 'time' | 'person' | 'act'>,
): string {
  return writeEntry({ sequence: digests.length + 1, parent: digests.at(-1), ...entry });
}
