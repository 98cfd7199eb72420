import type { Policy } from '../../../policies/engine/decide/policy.js';
import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
import type { CohortsStore } from '../../../subgraphs/cohorts/cohortsStore.js';
import { CellNoise } from '../../../subgraphs/cohorts/disclosure/cellNoise.js';
import { DisclosureControl } from '../../../subgraphs/cohorts/disclosure/disclosureControl.js';
import { recordKeys } from '../../../subgraphs/cohorts/disclosure/recordKeys.js';
import { openLedger } from '../../../subgraphs/cohorts/ledger/ledger.js';
import { registries } from '../../../subgraphs/registries.js';
import { readCodeLists } from '../../../subgraphs/registry/codes.js';

/**
 * Opens what groups are protected by: the ledger of what was answered, and noise by a secret.
 * @throws PolkuError DISCLOSURE_LEDGER_LOCKED, DISCLOSURE_LEDGER_INVALID, MAPPING_INVALID
 */
export async function openCohortsStore(
  data: string,
  secret: Buffer,
  policy: (revision: string) => Policy,
  capacity: number | undefined,
): Promise<{ store: (decision: DecisionContext) => CohortsStore; close: () => Promise<void> }> {
  const noise = new CellNoise(secret);
  const codes = await readGroupCodes();
  const ledger = await openLedger(data, noise, { capacity });
  const control = new DisclosureControl(noise, ledger);
  return {
    store: ({ revision }) => ({
      answer: (question) => control.answer(question),
      form: (group) => control.form(group),
      recordKeys: (bound) => recordKeys(secret, bound),
      parameters: (purpose, registries) => policy(revision).disclosure(purpose, registries),
      codes,
    }),
    close: () => ledger.close(),
  };
}

/**
 * The codes that groups may be formed by, by registry and list.
 * @throws PolkuError MAPPING_INVALID
 */
export async function readGroupCodes(): Promise<CohortsStore['codes']> {
  const lists = new Map<string, readonly string[]>();
  for (const { definition } of registries) {
    for (const [list, codes] of await readCodeLists(definition.name))
      lists.set(`${definition.name}.${list}`, [...codes.keys()]);
  }
  return (registry, list) => lists.get(`${registry}.${list}`) ?? [];
}
