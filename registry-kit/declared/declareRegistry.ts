import { contactRegistry } from '../feeds/contactRegistry.js';
import type { DepartmentRegistry } from '../subgraph/departmentRegistry.js';
import { type Declaration, readDeclaration } from './declaration.js';
import { declareGroupCriteria } from './declareGroupCriteria.js';
import { declareFactors } from './declareFactors.js';
import { declareTypes } from './declareTypes.js';

/**
 * The registry that a folder declares: what a registry in TypeScript exports.
 * @throws PolkuError REGISTRY_INVALID with every fault and its place
 */
export async function readDeclaredRegistry(folder: string): Promise<DepartmentRegistry> {
  return declareRegistry(await readDeclaration(folder));
}

/** @throws PolkuError REGISTRY_INVALID */
export function declareRegistry(declaration: Declaration): DepartmentRegistry {
  const { definition, tables, faults } = declaration;
  const [contacts] = tables;
  const source = declareFactors(declaration);
  faults.throwIfAny();
  return contactRegistry({
    definition,
    contactType: contacts!.type,
    contactsField: contacts!.field,
    criteria: declareGroupCriteria(declaration),
    ...(source && { predictionFeatures: { source } }),
    ...declareTypes(declaration),
  });
}
