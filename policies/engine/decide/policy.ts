import { type Day, today } from '../../../lib/calendar.js';
import { defaultDisclosure, type DisclosureParameters, strictest } from '../disclosureParameters.js';
import type { LocalizedText } from '../../../schema/language.js';
import type {
  Classification,
  Grant,
  Permit,
  PolicyModel,
  Prohibition,
  Purpose,
  Role,
} from '../policyModel.js';
import { permitFault, type PermitFault, type Requester } from './decisionRequest.js';
import { buildDecisionTable } from './decisionTable.js';
import { DenialExplainer, type TotalDenialReason } from './denialReasons.js';
import { registryOwner } from './denialTexts.js';
import { PolicyDecision } from './policyDecision.js';
import { PolicyIndex } from './policyIndex.js';

/** A field that policies govern, or an argument of one. */
export interface CoordinateInfo {
  readonly coordinate: string;
  readonly registry: string;
  readonly owner: LocalizedText;
  /** undefined: an argument, or not classified. */
  readonly classification: Classification | undefined;
}

const MILLISECONDS_AN_HOUR = 3_600_000;

/** A compiled policy. It is immutable. */
export class Policy {
  private readonly decisions = new Map<string, PolicyDecision>();
  /** Days on which a grant begins or has ended, in order. Between two of them no decision changes. */
  private readonly changeDays: readonly Day[];
  private readonly infos: readonly CoordinateInfo[];
  private readonly index: PolicyIndex;
  /** Recipients that some grant names. A decision is the same for all others. */
  private readonly named: ReadonlySet<string>;
  private hour = { number: NaN, day: 0 };

  constructor(readonly model: PolicyModel) {
    const grants = [...model.registries.values()].flatMap((registry) => registry.grants);
    const changeDays = [...grants, ...model.permits.values()].flatMap(({ from, until }) => [
      ...(from === undefined ? [] : [from]),
      ...(until === undefined ? [] : [until + 1]),
    ]);
    this.changeDays = [...new Set(changeDays)].sort((a, b) => a - b);
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

  /** The names of organisations that receive data, by id. */
  get recipients(): ReadonlyMap<string, LocalizedText> {
    return this.model.recipients;
  }

  /** The name of an organisation that receives data; undefined if recipients.yaml has none. */
  recipientLabel(recipient: string): LocalizedText | undefined {
    return this.model.recipients.get(recipient);
  }

  /** The name of a registry's owner; undefined where the registry has no policy. */
  ownerOf(registry: string): LocalizedText | undefined {
    return this.model.registries.get(registry)?.owner;
  }

  /**
   * How numbers for a purpose are protected if they are counted from these registries: the strictest of what
   * the owners require.
   */
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

  /** Every governed field of the graph, and its arguments. Ids need no grant and are left out. */
  coordinates(): readonly CoordinateInfo[] {
    return this.infos;
  }

  /** A grant or prohibition by its `registry/id`, as explanations name it. */
  rule(id: string): Grant | Prohibition | undefined {
    const registry = this.model.registries.get(id.split('/')[0]!);
    return [...(registry?.grants ?? []), ...(registry?.prohibitions ?? [])].find((rule) => rule.id === id);
  }

  /**
   * What a caller may see. It ignores roles that are unknown or may not be used for the purpose. It returns
   * the same object as long as nothing changes, so it may be called for every request.
   */
  decide(requester: Requester, at: Date): PolicyDecision {
    const { purpose } = requester;
    const roles = [...new Set(requester.roles)]
      .filter((role) => this.roles.get(role)?.purposes.has(purpose))
      .sort();
    const day = this.dayOf(at);
    const found = this.purposes.get(purpose);
    const fault = permitFault(this.model, requester, day);
    const recipient =
      requester.recipient !== undefined && this.named.has(requester.recipient)
        ? requester.recipient
        : undefined;
    const permit = requester.permit === undefined ? undefined : this.model.permits.get(requester.permit);
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
    const reason = totalDenialReason(found, roles, fault, permit);
    // A total denial is not cached: its purpose may be any text, so the cache could grow without end.
    if (!found || reason) {
      const whole = reason ?? { kind: 'no-such-purpose' };
      return new PolicyDecision(key, purpose, roles, this.model, this.index.numbers, whole);
    }
    const request = { purpose: found, roles, recipient, permit, day };
    const table = buildDecisionTable(this.model, this.index, request);
    const explainer = new DenialExplainer(this.model, this.index.numbers, request, table);
    const decision = new PolicyDecision(key, purpose, roles, this.model, this.index.numbers, {
      table,
      explainer,
    });
    this.decisions.set(key, decision);
    return decision;
  }

  /** Days after the given one on which some decision may change, in order. */
  changeDaysAfter(day: Day): readonly Day[] {
    return this.changeDays.filter((change) => change > day);
  }

  /** Recipients and permits are part of the key only if the caller has them. */
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
    return this.changeDays.filter((change) => change <= day).length;
  }

  /**
   * A day begins on a full hour of UTC, so the day of the last hour is cached: time zone look-ups are slow.
   */
  private dayOf(at: Date): Day {
    const number = Math.floor(at.getTime() / MILLISECONDS_AN_HOUR);
    if (this.hour.number !== number) this.hour = { number, day: today(at) };
    return this.hour.day;
  }
}

function totalDenialReason(
  purpose: Purpose | undefined,
  roles: readonly string[],
  fault: PermitFault | undefined,
  permit: Permit | undefined,
): TotalDenialReason | undefined {
  if (!purpose) return { kind: 'no-such-purpose' };
  if (purpose.forbidden) return { kind: 'purpose-forbidden', purpose };
  if (roles.length === 0) return { kind: 'no-role' };
  return fault && { kind: 'permit', fault, permit };
}

function* infosOf(model: PolicyModel): Iterable<CoordinateInfo> {
  const { graph, registries } = model;
  for (const field of graph.fields.values()) {
    if (field.kind !== 'governed') continue;
    const registry = registries.get(field.subgraph);
    const info = { registry: field.subgraph, owner: registryOwner(field.subgraph, model) };
    yield { ...info, coordinate: field.coordinate, classification: registry?.fields.get(field.coordinate) };
    for (const { coordinate } of field.arguments) yield { ...info, coordinate, classification: undefined };
  }
}
