import { LRUCache } from 'lru-cache';
import { PolkuError } from '../../lib/errors.js';
import type { SecurityEvents } from '../../schema/securityEvents.js';
import { digestOf } from '../../approvals/signedDocument.js';
import type { RiskEvaluation } from '../evaluation/evaluation.js';
import type { RiskModel } from '../model/riskModel.js';
import type { Order } from './order.js';
import { RegisterStore } from './registerStore.js';
import { readApproved, RiskRegisterService, type SignedDraft } from './riskRegisterService.js';
import { readShadowCounts, type ShadowCounts } from './shadowTable.js';
import {
  type RegisteredVersion,
  type RegisterTrust,
  resumersMissing,
  type VerifiedRegister,
} from './verifyRegister.js';

/** A model has megabytes, and people compare few versions. */
const VERSIONS_IN_MEMORY = 4;

export interface ServedRegisterOptions {
  /** The data directory. */
  readonly data: string;
  readonly trust: () => Promise<RegisterTrust>;
  /** Makes this process follow a change at once. */
  readonly onChange: () => Promise<void>;
  readonly events?: Pick<SecurityEvents, 'record'> | undefined;
}

/** The state of the register, for people who decide about it. */
export interface RegisterReport {
  readonly register: VerifiedRegister;
  /** Whether people sign. It is false with --dev only. */
  readonly isSigned: boolean;
  /** By the number of a stop: how many more people must agree to take it back. */
  readonly resumersMissing: ReadonlyMap<number, number>;
  /** If a version serves and another is in shadow mode. */
  readonly shadowCounts: ShadowCounts | undefined;
}

/** A version as its files describe it. */
export interface DescribedVersion {
  readonly model: RiskModel;
  /** undefined: it was not evaluated. */
  readonly evaluation: RiskEvaluation | undefined;
}

/** The register as a server shows and changes it. It has no private keys: people sign where they are. */
export class ServedRegister {
  readonly #store: RegisterStore;
  readonly #service: RiskRegisterService;
  readonly #described = new LRUCache<string, Promise<DescribedVersion>>({ max: VERSIONS_IN_MEMORY });

  constructor(private readonly options: ServedRegisterOptions) {
    const { data, trust, events } = options;
    this.#store = new RegisterStore(data);
    this.#service = new RiskRegisterService({ store: this.#store, trust, events });
  }

  /** @throws PolkuError RISK_REGISTER_INVALID, SIGNATURE_INVALID, POLICY_INVALID: no model serves then */
  async report(): Promise<RegisterReport> {
    return this.#report(await this.#service.register());
  }

  /**
   * Reads the files of a version. Each is read once, because a file of a registered version never changes.
   * @throws PolkuError RISK_MODEL_INVALID
   */
  describe(version: RegisteredVersion): Promise<DescribedVersion> {
    const key = `${version.sha256} ${version.evaluation}`;
    let described = this.#described.get(key);
    if (!described) {
      described = this.#readFiles(version);
      this.#described.set(key, described);
      // A file that could not be read may be restored.
      described.catch(() => this.#described.delete(key));
    }
    return described;
  }

  /**
   * The exact text to sign for an order.
   * @throws PolkuError RISK_MODEL_INVALID, SIGNATURE_INVALID, BAD_USER_INPUT
   */
  draft(order: Order, person: string | undefined): Promise<string> {
    return this.#service.draft(order, person);
  }

  /**
   * Adds a signed draft, and follows it.
   * @throws PolkuError RISK_MODEL_INVALID, RISK_REGISTER_STALE, SIGNATURE_INVALID, BAD_USER_INPUT
   */
  async accept(kind: Order['kind'], signed: SignedDraft): Promise<RegisterReport> {
    const register = await this.#service.accept(kind, signed);
    await this.options.onChange();
    return this.#report(register);
  }

  async #report(register: VerifiedRegister): Promise<RegisterReport> {
    const { data, trust: read } = this.options;
    const { serving, shadow, stops } = register;
    const trust = await read();
    const now = new Date();
    return {
      register,
      isSigned: trust !== 'unsigned',
      resumersMissing: new Map(stops.map((stop) => [stop.sequence, resumersMissing(stop, now, trust)])),
      shadowCounts:
        serving && shadow ? await readShadowCounts(data, serving.version, shadow.version) : undefined,
    };
  }

  async #readFiles(version: RegisteredVersion): Promise<DescribedVersion> {
    const model = await readApproved(this.#store, version);
    if (version.evaluation === undefined) return { model, evaluation: undefined };
    const text = await this.#store.readEvaluation(version.version);
    if (digestOf(text) === version.evaluation)
      return { model, evaluation: JSON.parse(text) as RiskEvaluation };
    throw new PolkuError(
      'RISK_MODEL_INVALID',
      `The evaluation of model ${version.version} is not the one that was registered: it was altered. Restore it from a copy.`,
      { version: version.version },
    );
  }
}
