import type { Attack } from './attack.js';
import { approvalAttacks } from './attacks/approvals.js';
import { cacheAttacks } from './attacks/caches.js';
import { derivedAttacks } from './attacks/derived.js';
import { exhaustionAttacks } from './attacks/exhaustion.js';
import { predictedNeedAttacks } from './attacks/predictedNeed.js';
import { groupQuestionAttacks } from './attacks/groupQuestions.js';
import { hiddenCriteriaAttacks } from './attacks/hiddenCriteria.js';
import { hiddenFieldAttacks } from './attacks/hiddenFields.js';
import { hiddenSchemaAttacks } from './attacks/hiddenSchema.js';
import { httpAttacks } from './attacks/http.js';
import { identityCodeAttacks } from './attacks/identityCodes.js';
import { idAttacks } from './attacks/ids.js';
import { imposterAttacks } from './attacks/imposters.js';
import { logControlAttacks } from './attacks/logControl.js';
import { oracleAttacks } from './attacks/oracles.js';
import { policyAttacks } from './attacks/policies.js';
import { registryPortAttacks } from './attacks/registryPorts.js';
import { tokenAttacks } from './attacks/tokens.js';

/** Attacks by subject, in the order in which they run: the one that uses up look-ups comes last. */
export const attackClasses: readonly { readonly title: string; readonly attacks: readonly Attack[] }[] = [
  { title: 'Hidden fields', attacks: hiddenFieldAttacks },
  { title: 'Hidden names', attacks: [...hiddenSchemaAttacks, ...hiddenCriteriaAttacks] },
  { title: 'Tokens, purposes and headers', attacks: tokenAttacks },
  { title: 'Requests', attacks: httpAttacks },
  { title: 'Pseudonyms', attacks: idAttacks },
  { title: 'Derived results', attacks: derivedAttacks },
  { title: 'Predicted need', attacks: predictedNeedAttacks },
  { title: 'Caches', attacks: cacheAttacks },
  { title: 'Oracles', attacks: oracleAttacks },
  { title: 'Exhaustion', attacks: exhaustionAttacks },
  { title: 'Questions about groups', attacks: groupQuestionAttacks },
  { title: 'Policies', attacks: [...policyAttacks, ...approvalAttacks] },
  { title: 'Log control', attacks: logControlAttacks },
  { title: 'Registries by themselves', attacks: registryPortAttacks },
  { title: 'Registries of attackers', attacks: imposterAttacks },
  { title: 'Identity codes', attacks: identityCodeAttacks },
];

export const attacks: readonly Attack[] = attackClasses.flatMap((group) => group.attacks);
