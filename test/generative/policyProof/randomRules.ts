import type { PolicySource } from '../../../policies/engine/parse/problems.js';
import type { Dice } from './dice.js';
import type { City } from './randomCity.js';

/** The rules of one registry's file, as YAML has them. */
export interface Rules {
  readonly grants: readonly RandomGrant[];
  readonly prohibitions: readonly RandomProhibition[];
}

export interface RandomGrant {
  readonly id: string;
  readonly purposes: 'any' | readonly string[];
  readonly roles: 'any' | readonly string[];
  readonly recipients?: readonly string[];
  readonly permit?: 'required';
  readonly basis: readonly string[];
  readonly when: readonly string[];
  readonly show: Readonly<Record<string, 'allow' | { readonly mask: string }>>;
  readonly derive: Readonly<Record<string, readonly string[]>>;
  readonly valid: { readonly from?: string; readonly until?: string };
}

export interface RandomProhibition {
  readonly id: string;
  readonly purposes: 'any' | readonly string[];
  readonly fields: readonly string[];
}

export interface RandomPermit {
  readonly number: string;
  readonly recipient: string;
  readonly purpose: string;
  readonly basis: readonly string[];
  readonly valid: { readonly from: string; readonly until: string };
  readonly fields: readonly string[];
  readonly population: {
    readonly born?: { readonly from: number; readonly until: number };
    readonly registries?: readonly string[];
  };
}

/** All policies of a city. */
export interface CityRules {
  readonly registries: Readonly<Record<string, Rules>>;
  readonly permits: readonly RandomPermit[];
  /**
   * Field -> the mask under which pseudonymised purposes see it, or `withhold`; a missing field is
   * unclassified.
   */
  readonly classified: ReadonlyMap<string, string | undefined>;
}

/** One question: the requester, the purpose, and the conditions that are true for the person and record. */
export interface RandomRequester {
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
  readonly holding: readonly string[];
}

// The vocabulary of every city.
export const purposes: Readonly<Record<string, { output?: string; use?: string; parent?: string }>> = {
  care: { output: 'identified', use: 'primary' },
  service: { output: 'identified', use: 'primary' },
  protection: { output: 'identified', use: 'primary', parent: 'service' },
  emergency: { output: 'identified', use: 'primary', parent: 'protection' },
  research: { output: 'pseudonymised', use: 'secondary' },
  management: { output: 'aggregate', use: 'secondary' },
  marketing: {},
};
export const holders: Readonly<Record<string, readonly string[]>> = {
  nurse: ['care'],
  worker: ['service', 'protection', 'emergency'],
  scholar: ['research'],
  manager: ['management', 'research'],
};
const conditions = ['care-relationship', 'not-objected', 'own-unit', 'within-years(5)', 'minor'];
const recipients = ['city', 'university'];
const BORN = { from: 1990, until: 2000 };
export const TODAY = '2026-06-15';

export function randomRules(dice: Dice, city: City): CityRules {
  const governed = [...city.fields.values()].filter(({ kind }) => kind === 'governed');
  const classified = new Map<string, string | undefined>();
  for (const { coordinate, masks } of governed) {
    if (dice.once(25)) continue;
    classified.set(coordinate, dice.once(3) ? dice.pick([...masks, 'withhold']) : undefined);
  }
  const sources = sourcesOf(city);
  const registries = city.registries.map((registry): [string, Rules] => {
    const own = governed.filter(({ owner }) => owner === registry);
    const grants = Array.from({ length: 1 + dice.roll(4) }, (_, index): RandomGrant => {
      const show: Record<string, 'allow' | { mask: string }> = {};
      for (const type of new Set(own.map((field) => field.type)))
        if (dice.once(2)) show[`${type}.*`] = 'allow';
      for (const { coordinate, masks } of own)
        if (dice.once(3))
          show[coordinate] = masks.length > 0 && dice.once(2) ? { mask: dice.pick(masks) } : 'allow';
      const derive: Record<string, readonly string[]> = {};
      for (const type of city.derived) {
        const inputs = own.map(({ coordinate }) => coordinate).filter((name) => sources.get(type)!.has(name));
        const released = inputs.filter(() => !dice.once(4));
        if (released.length > 0 && !dice.once(5)) derive[type] = released;
      }
      return {
        id: `grant-${index}`,
        purposes: dice.once(5)
          ? 'any'
          : dice.few(Object.keys(purposes).filter((name) => name !== 'marketing')),
        roles: dice.once(4) ? 'any' : dice.few(Object.keys(holders)),
        ...(dice.once(6) && { recipients: dice.few(recipients) }),
        ...(dice.once(8) && { permit: 'required' as const }),
        basis: ['x'],
        when: dice.once(2) ? [] : dice.few(conditions),
        show,
        derive,
        valid: dice.pick([
          {},
          {},
          {},
          { until: '2026-06-14' },
          { from: TODAY, until: TODAY },
          { from: '2026-06-16' },
        ]),
      };
    });
    const prohibitions = Array.from({ length: own.length > 0 ? dice.roll(2) : 0 }, (_, index) => ({
      id: `prohibition-${index}`,
      purposes: dice.once(6) ? ('any' as const) : dice.few(Object.keys(purposes)),
      fields: dice.few(own.map(({ coordinate, type }) => (dice.once(4) ? `${type}.*` : coordinate))),
    }));
    return [registry, { grants, prohibitions }];
  });
  const permits = Array.from({ length: dice.roll(3) }, (_, index): RandomPermit => ({
    number: `p${index}`,
    recipient: dice.pick(recipients),
    purpose: dice.pick(['research', 'research', 'management']),
    basis: ['x'],
    valid: dice.pick([
      { from: '2026-01-01', until: '2026-12-31' },
      { from: TODAY, until: TODAY },
      { from: '2025-01-01', until: '2026-06-14' },
      { from: '2026-06-16', until: '2027-01-01' },
    ]),
    fields: governed.filter(() => !dice.once(5)).map(({ coordinate }) => coordinate),
    population: {
      ...(dice.once(3) && { born: BORN }),
      ...(dice.once(3) && { registries: dice.few(city.registries) }),
    },
  }));
  return { registries: Object.fromEntries(registries), permits, classified };
}

/**
 * Half of those who could act under a permit of the city do; the others have none, or one that does not fit.
 */
export function randomRequester(dice: Dice, permits: readonly RandomPermit[]): RandomRequester {
  const roles = dice.some([...Object.keys(holders), 'king']);
  const held = roles.flatMap((role) => holders[role] ?? []);
  const purpose =
    held.length > 0 && !dice.once(6) ? dice.pick(held) : dice.pick([...Object.keys(purposes), 'fun']);
  const fitting = permits.filter((permit) => permit.purpose === purpose);
  if (fitting.length > 0 && dice.once(2)) {
    const { number: permit, recipient } = dice.pick(fitting);
    return { roles, purpose, recipient, permit, holding: randomHolding(dice) };
  }
  return {
    roles,
    purpose,
    ...(!dice.once(3) && { recipient: dice.pick([...recipients, 'elsewhere']) }),
    ...(dice.once(purpose === 'research' ? 2 : 12) && { permit: dice.pick(['p0', 'p1', 'forged']) }),
    holding: randomHolding(dice),
  };
}

function randomHolding(dice: Dice): string[] {
  return [...conditions, `born(${BORN.from}-${BORN.until})`].filter(() => !dice.once(3));
}

/** Derived type -> all its inputs, over any chain. */
export function sourcesOf({ fields, derived }: City): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    derived.map((type) => {
      const direct = [...fields.values()]
        .filter((field) => field.type === type)
        .flatMap((field) => inputsOf(field.lineage));
      const found = new Set<string>();
      const gather = (coordinate: string): void => {
        const field = fields.get(coordinate)!;
        if (field.kind === 'governed') found.add(coordinate);
        for (const part of partsOf(field)) gather(part);
      };
      for (const input of direct) gather(input);
      return [type, found] as const;
    }),
  );
}

/** The direct inputs of a field. */
export function partsOf(field: {
  readonly type: string;
  readonly requires: readonly string[];
  readonly lineage?: Readonly<Record<string, readonly string[]>>;
}): string[] {
  return [...field.requires.map((name) => `${field.type}.${name}`), ...inputsOf(field.lineage)];
}

export function inputsOf(lineage: Readonly<Record<string, readonly string[]>> | undefined): string[] {
  return Object.values(lineage ?? {}).flat();
}

/** The files that owners would write; JSON is YAML. */
export function filesOf(city: City, rules: CityRules): PolicySource[] {
  const label = { en: 'x', fi: 'x', sv: 'x' };
  const file = (name: string, content: object) => ({ file: name, text: JSON.stringify(content) });
  const purposesFile = Object.entries(purposes).map(([id, entry]) => [
    id,
    { label, basis: ['x'], ...entry, ...(entry.output === undefined && { forbidden: true }) },
  ]);
  const rolesFile = Object.entries(holders).map(([id, held]) => [id, { label, purposes: held }]);
  return [
    file('purposes.yaml', { purposes: Object.fromEntries(purposesFile) }),
    file('roles.yaml', { roles: Object.fromEntries(rolesFile) }),
    file('permits.yaml', { permits: rules.permits }),
    ...city.registries.map((registry) => {
      const own = [...rules.classified].filter(
        ([coordinate]) => city.fields.get(coordinate)!.owner === registry,
      );
      const fields = own.map(([coordinate, quasi]) => [
        coordinate,
        { category: city.fields.get(coordinate)!.category, ...(quasi !== undefined && { quasi }) },
      ]);
      const { grants, prohibitions } = rules.registries[registry]!;
      return file(`${registry}.yaml`, {
        registry,
        owner: { en: registry.toUpperCase(), fi: 'x', sv: 'x' },
        fields: Object.fromEntries(fields),
        grants: grants.filter(
          ({ show, derive }) => Object.keys(show).length + Object.keys(derive).length > 0,
        ),
        prohibitions,
      });
    }),
  ];
}
