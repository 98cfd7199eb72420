import type { City, CityField } from './randomCity.js';
import {
  type CityRules,
  holders,
  partsOf,
  purposes,
  type RandomRequester,
  type RandomGrant,
  TODAY,
} from './randomRules.js';

/** The rules of owners about a field, each by itself; lineage is handled separately. */
export interface OwnerAnswers {
  /** How an owner shows a field: "allow", a mask, or undefined. */
  shows(field: CityField): string | undefined;
  /** Whether an owner releases a field to a derived type. */
  releases(type: string, field: CityField): boolean;
}

/**
 * The policy language as docs/policies.md describes it, without tables or caches: every question evaluates
 * all rules. It answers for one person and record, with known conditions.
 */
export class Interpreter {
  constructor(
    private readonly city: City,
    private readonly rules: CityRules,
    private readonly requester: RandomRequester,
    private readonly owners: OwnerAnswers = new PlainOwners(rules, requester),
    /** The same, if all conditions were true: what is withheld from everybody follows from policy alone. */
    private readonly ideal?: Interpreter,
  ) {}

  static of(
    city: City,
    rules: CityRules,
    requester: RandomRequester,
    ownersOf: (requester: RandomRequester) => OwnerAnswers = (given) => new PlainOwners(rules, given),
  ): Interpreter {
    const unconditional = { ...requester, holding: everyCondition };
    const ideal = new Interpreter(city, rules, unconditional, ownersOf(unconditional));
    return new Interpreter(city, rules, requester, ownersOf(requester), ideal);
  }

  /** How a coordinate is seen: "allow", a mask, or undefined. */
  see(coordinate: string): string | undefined {
    if (coordinate.endsWith('.__typename')) return 'allow';
    if (deniesAll(this.rules, this.requester)) return undefined;
    const [name = '', argument] = coordinate.split('(');
    if (argument !== undefined) return this.seeArgument(name, argument.replace(':)', ''));
    const [type = '', own = ''] = name.split('.');
    if (type === 'Contact') {
      const seen = this.city.contacts.map((member) => this.see(`${member}.${own}`));
      return seen.includes(undefined) ? undefined : 'allow';
    }
    const field = this.city.fields.get(name);
    if (!field || field.kind === 'feed') return undefined;
    if (field.kind === 'key') return isAggregate(this.requester) ? undefined : 'allow';
    return this.isComplete(field) ? this.owners.shows(field) : undefined;
  }

  /** How a derived type may use a field. */
  take(type: string, coordinate: string): string | undefined {
    if (deniesAll(this.rules, this.requester)) return undefined;
    const field = this.city.fields.get(coordinate)!;
    const all = [field, ...this.sourcesOf(field)];
    if (!all.every((source) => source.kind !== 'governed' || this.owners.releases(type, source)))
      return undefined;
    const repeated = [...this.city.fields.values()]
      .filter((other) => other.type === type && other.lineage)
      .flatMap(({ lineage }) => [...lineage!.exposes, ...lineage!.optional]);
    return repeated.includes(coordinate) ? this.see(coordinate) : 'allow';
  }

  /** Whether a feed is available at all. */
  flows(feed: string): boolean {
    if (deniesAll(this.rules, this.requester)) return false;
    const ideal = this.ideal ?? this;
    const { type, lineage, requires } = this.city.fields.get(feed)!;
    const taken = (input: string): boolean => ideal.take(type, input) !== undefined;
    const { exposes, computes, aggregates } = lineage!;
    return (
      [...exposes, ...computes].every(taken) &&
      (aggregates.length === 0 || aggregates.some(taken)) &&
      requires.every((name) => this.flows(`${type}.${name}`))
    );
  }

  private seeArgument(field: string, argument: string): string | undefined {
    const tests = this.city.fields.get(field)?.args.find(({ name }) => name === argument)?.tests;
    const seen = this.see(field);
    const shown = (this.ideal ?? this).see(field);
    return tests === undefined || shown === undefined ? seen : this.see(tests);
  }

  private isComplete({ type, requires, lineage }: CityField): boolean {
    const ideal = this.ideal ?? this;
    const isFeed = (name: string) => this.city.fields.get(`${type}.${name}`)!.kind === 'feed';
    const feeds = requires.filter(isFeed);
    const carried = feeds.flatMap((name) => this.city.fields.get(`${type}.${name}`)!.requires);
    const telling = feeds.filter((name) => !carried.includes(name));
    if (telling.length > 0 && !telling.some((name) => this.flows(`${type}.${name}`))) return false;
    if (!requires.every((name) => isFeed(name) || ideal.see(`${type}.${name}`) !== undefined)) return false;
    if (!lineage) return true;
    const repeated = [...lineage.exposes, ...lineage.optional];
    if (repeated.length > 0 && repeated.every((input) => ideal.see(input) === undefined)) return false;
    const computed = [...lineage.computes, ...lineage.aggregates];
    return computed.every((input) => ideal.take(type, input) !== undefined);
  }

  private sourcesOf(field: CityField): CityField[] {
    return partsOf(field).flatMap((part) => {
      const source = this.city.fields.get(part)!;
      return [source, ...this.sourcesOf(source)];
    });
  }
}

/** An owner's own rules, read one by one. */
class PlainOwners implements OwnerAnswers {
  constructor(
    private readonly rules: CityRules,
    private readonly requester: RandomRequester,
  ) {}

  shows(field: CityField): string | undefined {
    if (this.isBarred(field) || (isAggregate(this.requester) && isPersonal(field))) return undefined;
    const effects = this.counting(field).flatMap(({ show }) => {
      const effect = show[field.coordinate] ?? show[`${field.type}.*`];
      const seen = effect && this.capped(field, effect === 'allow' ? 'allow' : effect.mask);
      return seen === undefined ? [] : [seen];
    });
    if (effects.includes('allow')) return 'allow';
    return field.masks.findLast((mask) => effects.includes(mask));
  }

  releases(type: string, field: CityField): boolean {
    return (
      !this.isBarred(field) &&
      this.counting(field).some(({ derive }) => derive[type]?.includes(field.coordinate))
    );
  }

  private isBarred(field: CityField): boolean {
    const prohibited = this.rules.registries[field.owner]!.prohibitions.some(
      ({ purposes: forbidden, fields }) =>
        isFor(forbidden, this.requester.purpose) &&
        (fields.includes(field.coordinate) || fields.includes(`${field.type}.*`)),
    );
    return prohibited || !this.rules.classified.has(field.coordinate) || this.isOutsidePermit(field);
  }

  private isOutsidePermit(field: CityField): boolean {
    const permit = this.rules.permits.find(({ number }) => number === this.requester.permit);
    if (!permit || !isPersonal(field)) return false;
    const { born, registries } = permit.population;
    return (
      !permit.fields.includes(field.coordinate) ||
      (registries !== undefined && !registries.includes(field.owner)) ||
      (born !== undefined && !this.requester.holding.includes(`born(${born.from}-${born.until})`))
    );
  }

  private counting({ owner }: CityField): readonly RandomGrant[] {
    const held = this.requester.roles.filter((role) => holders[role]?.includes(this.requester.purpose));
    return this.rules.registries[owner]!.grants.filter(
      ({ purposes: granted, roles, recipients, permit, when, valid }) =>
        isFor(granted, this.requester.purpose) &&
        (roles === 'any' ? held.length > 0 : held.some((role) => roles.includes(role))) &&
        (!recipients || recipients.includes(this.requester.recipient ?? '')) &&
        (!permit || this.requester.permit !== undefined) &&
        when.every((condition) => this.requester.holding.includes(condition)) &&
        (valid.from ?? '0') <= TODAY &&
        TODAY <= (valid.until ?? '9'),
    );
  }

  private capped(field: CityField, effect: string): string | undefined {
    const cap = this.rules.classified.get(field.coordinate);
    if (purposes[this.requester.purpose]?.output !== 'pseudonymised' || cap === undefined) return effect;
    if (cap === 'withhold') return undefined;
    return field.masks.indexOf(effect) > field.masks.indexOf(cap) ? effect : cap;
  }
}

/** Whether the requester gets nothing, whatever the rules: a purpose or permit that does not fit. */
export function deniesAll(
  rules: CityRules,
  { roles, purpose, recipient, permit: number }: RandomRequester,
): boolean {
  if (!roles.some((role) => holders[role]?.includes(purpose))) return true;
  if (number === undefined) return false;
  const permit = rules.permits.find((known) => known.number === number);
  if (!permit || permit.recipient !== recipient || permit.purpose !== purpose) return true;
  return permit.valid.from > TODAY || permit.valid.until < TODAY;
}

function isFor(named: 'any' | readonly string[], purpose: string): boolean {
  const parent = purposes[purpose]?.parent;
  if (named === 'any' ? purposes[purpose]?.output !== undefined : named.includes(purpose)) return true;
  return parent !== undefined && isFor(named, parent);
}

export function isAggregate({ purpose }: RandomRequester): boolean {
  return purposes[purpose]?.output === 'aggregate';
}

/** Every condition except the state of the registry is about single persons. */
export function isPersonal({ type, returns }: CityField): boolean {
  return type !== 'State' && returns !== 'State';
}

export const everyCondition = [
  'care-relationship',
  'not-objected',
  'own-unit',
  'within-years(5)',
  'minor',
  'born(1990-2000)',
];
