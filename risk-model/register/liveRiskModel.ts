import { PolkuError } from '../../lib/errors.js';
import type { RiskModel } from '../model/riskModel.js';
import type { RiskModelInForce, RiskStore } from '../model/riskStore.js';
import { damagedRegister } from './registerEntry.js';
import {
  type RegisteredVersion,
  type RegisterTrust,
  type VerifiedRegister,
  verifyRegister,
} from './verifyRegister.js';
import { RegisterStore } from './registerStore.js';
import { readApproved } from './riskRegisterService.js';
import { ShadowTable } from './shadowTable.js';

export interface LiveRiskModelOptions {
  readonly data: string;
  /** Whose signatures count, read again each time. */
  readonly trust: () => Promise<RegisterTrust>;
  /** The factors that the registries here have. */
  readonly factors: ReadonlySet<string>;
}

const INVALID_REGISTER: RiskModelInForce = {
  state: 'switched-off',
  reason: 'The register of models or a model file is not valid.',
};

/**
 * The model in service, as the register says. If the register cannot be trusted, no model serves: damaging
 * the register must not disable a kill switch.
 */
export class LiveRiskModel implements RiskStore {
  readonly #store: RegisterStore;
  #inForce: RiskModelInForce = INVALID_REGISTER;
  /** Digests of the entries read so far. Others may follow them, but none of them may disappear. */
  #seen: readonly string[] = [];
  #shadow: { readonly version: string; readonly serving: string; readonly table: ShadowTable } | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(private readonly options: LiveRiskModelOptions) {
    this.#store = new RegisterStore(options.data);
  }

  inForce = (): RiskModelInForce => this.#inForce;

  /**
   * Applies the current state of the register. Running requests finish with the model that they started with.
   * @throws PolkuError RISK_REGISTER_INVALID, RISK_MODEL_INVALID, SIGNATURE_INVALID, POLICY_INVALID: then no
   * model serves
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#readNewest().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /**
   * Applies a change that was just written. A refresh that runs may have read the register before it.
   * @throws as {@link refresh}
   */
  async refreshAgain(): Promise<void> {
    await this.#refreshing?.catch(() => {});
    await this.refresh();
  }

  /** Writes the counts of the version in shadow mode. */
  async close(): Promise<void> {
    await this.#refreshing;
    await this.#shadow?.table.save();
  }

  async #readNewest(): Promise<void> {
    try {
      const register = verifyRegister(await this.#store.entries.read(), await this.options.trust());
      if (this.#seen.some((digest, at) => register.digests[at] !== digest))
        throw damagedRegister('entries have disappeared');
      this.#seen = register.digests;
      this.#inForce = await this.#read(register);
    } catch (error) {
      this.#inForce = INVALID_REGISTER;
      throw error;
    }
    await this.#shadow?.table.save();
  }

  async #read(register: VerifiedRegister): Promise<RiskModelInForce> {
    const { serving, shadow, stops } = register;
    if (!serving) {
      const stop = stops.at(-1);
      return stop ? { state: 'switched-off', reason: stop.reason } : { state: 'no-model' };
    }
    const model = await this.#model(
      serving,
      this.#inForce.state === 'serving' ? this.#inForce.model : undefined,
    );
    const approvedAt = serving.approvedAt!.toISOString();
    const table = await this.#shadowTable(serving, shadow);
    return table
      ? { state: 'serving', model, approvedAt, scoreInShadow: (child, score) => table.add(child, score) }
      : { state: 'serving', model, approvedAt };
  }

  async #model(version: RegisteredVersion, current: RiskModel | undefined): Promise<RiskModel> {
    if (current?.sha256 === version.sha256) return current;
    const model = await readApproved(this.#store, version);
    const unknown = model.factors.filter((factor) => !this.options.factors.has(factor));
    if (unknown.length === 0) return model;
    throw new PolkuError(
      'RISK_MODEL_INVALID',
      `Model ${version.version} uses factors that no registry here has: ${unknown.join(', ')}. Train a model on the available factors.`,
      { version: version.version, factors: unknown },
    );
  }

  async #shadowTable(
    serving: RegisteredVersion,
    shadow: RegisteredVersion | undefined,
  ): Promise<ShadowTable | undefined> {
    if (this.#shadow?.version === shadow?.version && this.#shadow?.serving === serving.version)
      return this.#shadow.table;
    await this.#shadow?.table.save();
    this.#shadow = undefined;
    if (!shadow) return undefined;
    const table = await ShadowTable.open(
      this.options.data,
      serving.version,
      await this.#model(shadow, undefined),
    );
    this.#shadow = { version: shadow.version, serving: serving.version, table };
    return table;
  }
}
