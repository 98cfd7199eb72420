import { type GraphQLSchema, getNamedType, isLeafType, isListType, isObjectType } from 'graphql';
import { PolkuError } from '../../lib/errors.js';
import { type CodeLists, readCodeLists } from '../../registry-kit/codes/codeLists.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { CODING_TYPE } from '../../policies/engine/parse/policyGraph.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Classification, Purpose } from '../../policies/engine/policyModel.js';
import type { LocalizedText } from '../../schema/language.js';

/** A field of a registry as the outside may know it. */
export interface FieldEntry extends Pick<Classification, 'category' | 'special' | 'quasi' | 'label'> {
  readonly registry: string;
  /** `Type.field` */
  readonly coordinate: string;
  /** What it means, in English; from the registry's contract. */
  readonly description: string | undefined;
  /** The name of its GraphQL type, such as PartialDate. */
  readonly type: string;
  /** Whether it has one value, and leads to no other record. */
  readonly isValue: boolean;
}

/** A purpose for which the owner lets somebody use data of the registry. */
export interface ServedPurpose extends Pick<Purpose, 'id' | 'label' | 'use' | 'output'> {
  /** What the purpose and the owner's grants for it cite. */
  readonly basis: readonly string[];
}

/** When the data was extracted, and how much there is. */
export interface Freshness {
  /** ISO 8601, UTC. */
  readonly extractedAt: string;
  /** Rows over all tables. */
  readonly records: number;
}

/** One registry of the catalogue. */
export interface RegistryEntry {
  readonly name: string;
  readonly owner: LocalizedText;
  readonly fields: readonly FieldEntry[];
  readonly purposes: readonly ServedPurpose[];
  readonly codeLists: CodeLists;
  /** undefined: not asked for. */
  readonly freshness: Freshness | 'not extracted' | undefined;
}

/**
 * Describes a registry from its policy, its fields and its code lists.
 * @param fields those of all registries
 * @param data the folder of snapshots, whose manifest says how fresh the registry is; no table is read
 * @throws PolkuError MAPPING_INVALID (of codes.yaml), SNAPSHOT_INVALID, SNAPSHOT_NEWER
 */
export async function describeRegistry(
  definition: RegistryDefinition,
  policy: Policy,
  fields: readonly FieldEntry[],
  data: string | undefined,
): Promise<RegistryEntry> {
  const { name } = definition;
  return {
    name,
    owner: policy.ownerOf(name) ?? { en: name, fi: name, sv: name },
    fields: fields.filter(({ registry }) => registry === name),
    purposes: purposesOf(name, policy),
    codeLists: await readCodeLists(name),
    freshness: data === undefined ? undefined : await freshnessOf(data, definition),
  };
}

/** Every classified field of an answer. Entry points such as Query.person hold nothing themselves. */
export function fieldEntries(policy: Policy, api: GraphQLSchema): readonly FieldEntry[] {
  return policy.coordinates().flatMap(({ coordinate, registry, classification }) => {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = api.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
    if (!classification || !field || type === api.getQueryType()) return [];
    const { category, special, quasi, label } = classification;
    const named = getNamedType(field.type);
    const isValue = !isListType(field.type) && (isLeafType(named) || named.name === CODING_TYPE);
    const description = field.description ?? undefined;
    return [
      { registry, coordinate, category, special, quasi, label, description, type: named.name, isValue },
    ];
  });
}

function purposesOf(name: string, policy: Policy): ServedPurpose[] {
  const grants = policy.model.registries.get(name)?.grants ?? [];
  return [...policy.purposes.values()].flatMap(({ id, label, use, output, basis }) => {
    const granting = grants.filter(({ purposes }) => purposes.has(id));
    if (granting.length === 0) return [];
    const cited = new Set([...basis, ...granting.flatMap((grant) => grant.basis)]);
    return [{ id, label, use, output, basis: [...cited] }];
  });
}

async function freshnessOf(
  data: string,
  definition: RegistryDefinition,
): Promise<Freshness | 'not extracted'> {
  try {
    const { createdAt, tables } = await readManifest(data, definition);
    const records = Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
    return { extractedAt: createdAt, records };
  } catch (error) {
    if (error instanceof PolkuError && error.code === 'SNAPSHOT_MISSING') return 'not extracted';
    throw error;
  }
}
