import { auditFiles, witnessFiles } from './auditInputs.js';
import { configuration, riskModels } from './configurationInputs.js';
import { csvFiles, mappings, parquetFiles } from './extractionInputs.js';
import type { InputKind } from './inputKind.js';
import { ledgerFiles } from './ledgerInputs.js';
import { restrictionLists } from './markInputs.js';
import { policies, policyTests } from './policyInputs.js';
import { bodies, headers, operations, tokens, variables } from './requestInputs.js';

/** Everything that Polku reads from untrusted people, or from disks that can fail. */
export const inputKinds: readonly InputKind[] = [
  csvFiles,
  parquetFiles,
  mappings,
  policies,
  policyTests,
  operations,
  variables,
  headers,
  tokens,
  bodies,
  riskModels,
  configuration,
  auditFiles,
  witnessFiles,
  ledgerFiles,
  restrictionLists,
];
