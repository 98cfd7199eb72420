import { type Day, today } from '../../../lib/calendar.js';
import { defaultDisclosure, type DisclosureParameters, strictest } from '../disclosureParameters.js';
import type {
  Classification,
  Grant,
  Permit,
  PolicyModel,
  Prohibition,
  Purpose,
  Role,
} from '../policyModel.js';
import { type Asker, permitFault, type PermitFault } from './decisionRequest.js';
import { buildDecisionTable } from './decisionTable.js';
import { Denials, type WholeCause } from './denials.js';
import { PolicyDecision, TYPENAME_NUMBER, UNKNOWN_NUMBER } from './policyDecision.js';
import { PolicyIndex } from './policyIndex.js';

/** A field that policies rule over, or an argument of one. */
export interface CoordinateInfo {
  readonly coordinate: string;
  readonly registry: string;
  /** The owner's name in English. */
  readonly owner: string;
  /** undefined: an argument, or not classified. */
  readonly classification: Classification | undefined;
}

const MILLISECONDS_AN_HOUR = 3_600_000;

/** A compiled policy: immutable, and cheap to ask. */
export class Policy {
  private readonly decisions = new Map<string, PolicyDecision>();
  /** Days on which a grant begins or has ended, in order; between two of them every decision stays the same. */
  private readonly turns: readonly Day[];
  private readonly infos: readonly CoordinateInfo[];
  private readonly index: PolicyIndex;
  /** Recipients that some grant names; all others are alike. */
  private readonly named: ReadonlySet<string>;
  private hour = { number: NaN, day: 0 };

  constructor(readonly model: PolicyModel) {
    const grants = [...model.registries.values()].flatMap((registry) => registry.grants);
    const turns = [...grants, ...model.permits.values()].flatMap(({ from, until }) => [
      ...(from === undefined ? [] : [from]),
      ...(until === undefined ? [] : [until + 1]),
    ]);
    this.turns = [...new Set(turns)].sort((a, b) => a - b);
    this.infos = [...infosOf(model)];
    this.index = new PolicyIndex(model);
    this.named = new Set(grants.flatMap(({ recipients }) => [...(recipients ?? [])]));
  }

  get revision(): string {
    return this.model.revision;
  }

  get purposes(): ReadonlyMap<string, Purpose> {
    return this.model.purposes;
  }

  get roles(): ReadonlyMap<string, Role> {
    return this.model.roles;
  }

  /** The English name of a registry's owner; undefined where the registry has no policy. */
  ownerOf(registry: string): string | undefined {
    return this.model.registries.get(registry)?.owner.en;
  }

  /** How numbers for a purpose are protected that rest on data of these registries: the strictest of what their owners say. */
  disclosure(purpose: string, registries: Iterable<string>): DisclosureParameters {
    return strictest(
      [...registries].flatMap((name) => {
        const rules = this.model.registries.get(name)?.disclosure ?? [];
        const parameters = rules
          .filter(({ purposes }) => purposes.has(purpose))
          .map((rule) => rule.parameters);
        return parameters.length > 0 ? parameters : [defaultDisclosure];
      }),
    );
  }

  /** Every field that policies rule over, and its arguments, as in the graph. Ids need no grant and are left out. */
  coordinates(): readonly CoordinateInfo[] {
    return this.infos;
  }

  /** The grants and prohibitions by their `registry/id`, as explanations name them. */
  rule(id: string): Grant | Prohibition | undefined {
    const registry = this.model.registries.get(id.split('/')[0]!);
    return [...(registry?.grants ?? []), ...(registry?.prohibitions ?? [])].find((rule) => rule.id === id);
  }

  /** The numbers of coordinates, to ask decisions of this policy about an operation again and again. */
  number(coordinates: readonly string[]): Int32Array {
    return Int32Array.from(coordinates, (coordinate) =>
      coordinate.endsWith('.__typename')
        ? TYPENAME_NUMBER
        : (this.index.numbers.get(coordinate) ?? UNKNOWN_NUMBER),
    );
  }

  /**
   * What a caller may see. Roles that are unknown, or may not be used for the purpose, count for nothing. The same object
   * comes back as long as nothing changes, so it may be asked at every request.
   */
  decide(asker: Asker, at: Date): PolicyDecision {
    const { purpose } = asker;
    const roles = [...new Set(asker.roles)]
      .filter((role) => this.roles.get(role)?.purposes.has(purpose))
      .sort();
    const day = this.dayOf(at);
    const found = this.purposes.get(purpose);
    const fault = permitFault(this.model, asker, day);
    const recipient =
      asker.recipient !== undefined && this.named.has(asker.recipient) ? asker.recipient : undefined;
    const permit = asker.permit === undefined ? undefined : this.model.permits.get(asker.permit);
    const key = this.keyOf({
      purpose,
      roles,
      recipient,
      permit: permit?.number,
      fault,
      period: this.period(day),
    });
    const known = this.decisions.get(key);
    if (known) return known;
    const cause = causeToDenyAll(found, roles, fault, permit);
    // What is denied whole is not kept: its purpose may be any text.
    if (!found || cause) {
      const whole = cause ?? { kind: 'no-such-purpose' };
      return new PolicyDecision(key, purpose, roles, this.model, this.index.numbers, whole);
    }
    const request = { purpose: found, roles, recipient, permit, day };
    const table = buildDecisionTable(this.model, this.index, request);
    const denials = new Denials(this.model, this.index.numbers, request, table);
    const decision = new PolicyDecision(key, purpose, roles, this.model, this.index.numbers, {
      table,
      denials,
    });
    this.decisions.set(key, decision);
    return decision;
  }

  /** Days from the given one on which some decision may change, in order. */
  turnsFrom(day: Day): readonly Day[] {
    return this.turns.filter((turn) => turn > day);
  }

  /** Recipients and permits add to the key only where they are brought. */
  private keyOf(asked: {
    readonly purpose: string;
    readonly roles: readonly string[];
    readonly recipient: string | undefined;
    readonly permit: string | undefined;
    readonly fault: PermitFault | undefined;
    readonly period: number;
  }): string {
    const { purpose, roles, recipient, permit, fault, period } = asked;
    const further = [recipient, permit, fault].some((part) => part !== undefined)
      ? `/${JSON.stringify([recipient, permit, fault])}`
      : '';
    return `${this.revision}/${purpose}/${roles.join('+')}/${period}${further}`;
  }

  private period(day: Day): number {
    return this.turns.filter((turn) => turn <= day).length;
  }

  /** A day begins on a full hour of UTC, so the day of the last hour asked for is kept: time zones are slow to ask. */
  private dayOf(at: Date): Day {
    const number = Math.floor(at.getTime() / MILLISECONDS_AN_HOUR);
    if (this.hour.number !== number) this.hour = { number, day: today(at) };
    return this.hour.day;
  }
}

function causeToDenyAll(
  purpose: Purpose | undefined,
  roles: readonly string[],
  fault: PermitFault | undefined,
  permit: Permit | undefined,
): WholeCause | undefined {
  if (!purpose) return { kind: 'no-such-purpose' };
  if (purpose.forbidden) return { kind: 'purpose-forbidden', purpose };
  if (roles.length === 0) return { kind: 'no-role' };
  return fault && { kind: 'permit', fault, permit };
}

function* infosOf({ graph, registries }: PolicyModel): Iterable<CoordinateInfo> {
  for (const field of graph.fields.values()) {
    if (field.kind !== 'governed') continue;
    const registry = registries.get(field.subgraph);
    const info = { registry: field.subgraph, owner: registry?.owner.en ?? field.subgraph };
    yield { ...info, coordinate: field.coordinate, classification: registry?.fields.get(field.coordinate) };
    for (const { coordinate } of field.arguments) yield { ...info, coordinate, classification: undefined };
  }
}
