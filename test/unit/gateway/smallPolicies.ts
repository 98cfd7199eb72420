import { buildPolicyGraph } from '../../../policies/engine/parse/buildPolicyGraph.js';
import type { PolicySource } from '../../../policies/engine/parse/problems.js';

/** Two registries with one field each. */
export const smallGraph = buildPolicyGraph(
  ['health', 'social'].map((name) => ({ name, sdl: `type Query { ${name}: String }` })),
);

const registry = (name: string) => `registry: ${name}
owner: { en: ${name}, fi: ${name}, sv: ${name} }
fields:
  Query.${name}: { category: operational }
grants:
  - id: care
    purposes: [care]
    roles: [clinician]
    basis: [703/2023]
    show:
      Query.${name}: allow
`;

export const smallPolicies: readonly PolicySource[] = [
  { file: 'health.yaml', text: registry('health') },
  {
    file: 'purposes.yaml',
    text: 'purposes:\n  care: { label: { en: C, fi: H, sv: V }, basis: [703/2023], use: primary, output: identified }\n',
  },
  { file: 'recipients.yaml', text: 'recipients:\n  clinic: { en: C, fi: K, sv: K }\n' },
  {
    file: 'roles.yaml',
    text: 'roles:\n  clinician: { label: { en: C, fi: H, sv: V }, purposes: [care] }\n',
  },
  { file: 'social.yaml', text: registry('social') },
];
