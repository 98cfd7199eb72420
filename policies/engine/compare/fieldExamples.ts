import { applyMask, type MaskTables } from '../catalogue/masks.js';
import type { Policy } from '../decide/policy.js';
import type { Permission } from '../decision.js';
import type { AccessDifference } from './diffPolicies.js';

/**
 * What a role sees of a made-up value before and after a change, where all conditions are true and there is
 * no emergency.
 */
export interface FieldExample {
  readonly coordinate: string;
  readonly role: string;
  readonly purpose: string;
  readonly value: string;
  /** undefined: nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A district and an area that no city has. */
const tables: MaskTables = { areaOfDistrict: new Map([['D07', 'A2']]) };

/** Examples of the differences that change a value; no example names or describes a person. */
export function fieldExamples(
  differences: readonly AccessDifference[],
  before: Policy,
  after: Policy,
): FieldExample[] {
  const found = new Map<string, FieldExample>();
  for (const { key: coordinate, role, purpose, was, is } of differences) {
    const value = sampleOf(coordinate, after) ?? sampleOf(coordinate, before);
    if (value === undefined) continue;
    const [shown, shownNow] = [seenOf(value, was), seenOf(value, is)];
    if (shown === shownNow) continue;
    const example = { coordinate, role, purpose, value: String(value), before: shown, after: shownNow };
    found.set(JSON.stringify(example), example);
  }
  return [...found.values()];
}

/** Where all conditions are true the strongest permission decides. An emergency is not the usual case. */
function seenOf(value: string | number, permissions: readonly Permission[]): string | undefined {
  const strongest = permissions.find(({ conditions }) => !conditions.includes('break-glass'));
  if (!strongest) return undefined;
  const shown = applyMask(strongest.mask, value, tables);
  return shown === undefined ? undefined : String(shown);
}

/** A made-up value of a field; undefined: the field holds no single value, or an unclassified one. */
function sampleOf(coordinate: string, { model }: Policy): string | number | undefined {
  const field = model.graph.fields.get(coordinate);
  const category = field && model.registries.get(field.subgraph)?.fields.get(coordinate)?.category;
  if (!field || category === undefined) return undefined;
  switch (field.returns) {
    case 'PartialDate':
    case 'Date':
      return '2012-05-14';
    case 'Boolean':
      return 'true';
    case 'Int':
    case 'Float':
      return category === 'birth-year' ? 1984 : category === 'financial' ? 480 : 7;
    case 'Coding':
    case 'String':
      if (category === 'diagnosis') return 'J06.9';
      if (category === 'residence') return 'D07';
      return category === 'place' ? 'U12' : 'T60';
    default:
      return undefined;
  }
}
