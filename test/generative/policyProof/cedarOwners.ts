import { setFlagsFromString } from 'node:v8';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { isPersonal, type OwnerAnswers } from './interpreter.js';
import type { City, CityField } from './randomCity.js';
import {
  type CityRules,
  holders,
  purposes,
  type RandomRequester,
  type RandomGrant,
  TODAY,
} from './randomRules.js';

// V8 11 of Node 20 crashes in its deoptimiser when a hot function has inlined calls into WebAssembly.
setFlagsFromString('--no-turbo-inline-js-wasm-calls');

/**
 * Evaluates owners' rules with another engine: grants become Cedar's `permit`; prohibitions, ceilings and
 * permits become its `forbid`. Cedar answers yes or no, so a mask is tested by rank: "do you show it at rank
 * r, or coarser?"
 * https://docs.cedarpolicy.com
 */
export class CedarOwners implements OwnerAnswers {
  private readonly answers = new Map<string, boolean>();

  /** Evaluates the rules that {@link translateToCedar} loaded last. */
  constructor(
    private readonly rules: CityRules,
    private readonly requester: RandomRequester,
  ) {}

  shows(field: CityField): string | undefined {
    if (this.ask('whole', field)) return 'allow';
    return field.masks.findLast((_, index) => this.ask('coarse', field, { rank: index + 1 }));
  }

  releases(type: string, field: CityField): boolean {
    return this.ask('take', field, { into: type });
  }

  /** Caches answers of Cedar: lineage leads to the same owners again and again. */
  private ask(action: string, field: CityField, more: Record<string, string | number> = {}): boolean {
    const question = `${action} ${field.coordinate} ${Object.values(more).join()}`;
    let answer = this.answers.get(question);
    if (answer === undefined) this.answers.set(question, (answer = this.askCedar(action, field, more)));
    return answer;
  }

  private askCedar(action: string, field: CityField, more: Record<string, string | number>): boolean {
    const { purpose, recipient = '', permit, holding } = this.requester;
    const context = {
      rank: 0,
      into: '',
      purpose: uid('Purpose', purpose),
      recipient,
      permit: uid('Permit', permit ?? 'none'),
      holding: [...holding],
      day: dayNumber(TODAY),
      ...more,
    };
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'User', id: 'caller' },
      action: { type: 'Action', id: action },
      resource: { type: 'Field', id: field.coordinate },
      context,
      preparsedPolicySetId: POLICIES,
      entities: [...this.people(), this.resource(field)],
    });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('\n'));
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0)
      throw new Error(diagnostics.errors.map(({ error }) => error.message).join('\n'));
    return decision === 'allow';
  }

  private people(): cedar.EntityJson[] {
    const { roles, purpose } = this.requester;
    const held = roles.filter((role) => holders[role]?.includes(purpose));
    return [
      {
        uid: uid('User', 'caller').__entity,
        attrs: {},
        parents: held.map((role) => uid('Role', role).__entity),
      },
      ...Object.entries(purposes).map(([id, { output = 'none', parent }]) => ({
        uid: uid('Purpose', id).__entity,
        attrs: { output },
        parents: parent === undefined ? [] : [uid('Purpose', parent).__entity],
      })),
      ...this.rules.permits.map(({ number, recipient, purpose: of, valid }) => ({
        uid: uid('Permit', number).__entity,
        attrs: {
          recipient,
          purpose: uid('Purpose', of),
          from: dayNumber(valid.from),
          until: dayNumber(valid.until),
        },
        parents: [],
      })),
    ];
  }

  private resource(field: CityField): cedar.EntityJson {
    const { coordinate, owner } = field;
    const cap = this.rules.classified.get(coordinate);
    const sets = [
      ...this.rules.registries[owner]!.grants.flatMap((grant) => setsOf(field, grant, owner)),
      ...this.rules.registries[owner]!.prohibitions.flatMap(({ id, fields }) =>
        fields.includes(coordinate) || fields.includes(`${field.type}.*`) ? [`${owner}/${id}`] : [],
      ),
      ...this.rules.permits.flatMap(({ number, fields, population }) =>
        fields.includes(coordinate) && (population.registries?.includes(owner) ?? true)
          ? [`permit/${number}`]
          : [],
      ),
    ];
    return {
      uid: uid('Field', coordinate).__entity,
      attrs: {
        classified: this.rules.classified.has(coordinate),
        personal: isPersonal(field),
        cap: cap === undefined ? 0 : cap === 'withhold' ? WITHHELD : field.masks.indexOf(cap) + 1,
      },
      parents: sets.map((set) => uid('Fields', set).__entity),
    };
  }
}

const POLICIES = 'city';
const WITHHELD = 99;

/** Loads the rules of a city into Cedar; every later question is about them. */
export function translateToCedar(city: City, rules: CityRules): void {
  const texts = city.registries.flatMap((registry) => {
    const { grants, prohibitions } = rules.registries[registry]!;
    return [
      ...grants.flatMap((grant) => grantPolicies(grant, registry, city)),
      ...prohibitions.map(
        ({ id, purposes: forbidden }) =>
          `forbid(principal, action, resource in Fields::"${registry}/${id}") when { ${isFor(forbidden)} };`,
      ),
    ];
  });
  const permits = rules.permits.flatMap(({ number, population: { born } }) => {
    const outside = [`!(resource in Fields::"permit/${number}")`];
    if (born) outside.push(`!context.holding.contains("born(${born.from}-${born.until})")`);
    return `forbid(principal, action, resource) when { context.permit == Permit::"${number}" && resource.personal && (${outside.join(' || ')}) };`;
  });
  const answer = cedar.preparsePolicySet(POLICIES, {
    staticPolicies: [...texts, ...permits, ...COMMON].join('\n'),
  });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('\n'));
}

const COMMON = [
  'forbid(principal, action, resource) when { !resource.classified };',
  'forbid(principal, action in [Action::"whole", Action::"coarse"], resource) when { context.purpose.output == "aggregate" && resource.personal };',
];

function grantPolicies(grant: RandomGrant, registry: string, city: City): string[] {
  const { id, roles, recipients, permit, when, valid, derive } = grant;
  const common = [
    isFor(grant.purposes),
    ...(roles === 'any' ? [] : [`(${roles.map((role) => `principal in Role::"${role}"`).join(' || ')})`]),
    ...(recipients ? [`${JSON.stringify(recipients)}.contains(context.recipient)`] : []),
    ...(permit ? ['context.permit != Permit::"none"'] : []),
    ...when.map((condition) => `context.holding.contains("${condition}")`),
    ...(valid.from === undefined ? [] : [`${dayNumber(valid.from)} <= context.day`]),
    ...(valid.until === undefined ? [] : [`context.day <= ${dayNumber(valid.until)}`]),
  ].join(' && ');
  const pseudonymised = 'context.purpose.output == "pseudonymised"';
  const ranks = new Set([...city.fields.values()].flatMap(({ masks }) => masks.map((_, index) => index + 1)));
  return [
    `permit(principal, action == Action::"whole", resource in Fields::"${registry}/${id}/0") when { ${common} && (!(${pseudonymised}) || resource.cap == 0) };`,
    ...[0, ...ranks].map(
      (rank) =>
        `permit(principal, action == Action::"coarse", resource in Fields::"${registry}/${id}/${rank}") when { ${common} && (if ${pseudonymised} then resource.cap < ${WITHHELD} && (${rank} >= context.rank || resource.cap >= context.rank) else ${rank} >= context.rank) };`,
    ),
    ...Object.keys(derive).map(
      (type) =>
        `permit(principal, action == Action::"take", resource in Fields::"${registry}/${id}>${type}") when { ${common} && context.into == "${type}" };`,
    ),
  ];
}

/**
 * The sets of a grant that include a field: that of its effect's rank, and one for each type that may use it.
 */
function setsOf(
  { coordinate, type, masks }: CityField,
  { id, show, derive }: RandomGrant,
  registry: string,
): string[] {
  const effect = show[coordinate] ?? show[`${type}.*`];
  const rank = effect === undefined || effect === 'allow' ? 0 : masks.indexOf(effect.mask) + 1;
  return [
    ...(effect === undefined ? [] : [`${registry}/${id}/${rank}`]),
    ...Object.entries(derive).flatMap(([into, fields]) =>
      fields.includes(coordinate) ? [`${registry}/${id}>${into}`] : [],
    ),
  ];
}

function isFor(named: 'any' | readonly string[]): string {
  if (named === 'any') return 'context.purpose.output != "none"';
  return `(${named.map((purpose) => `context.purpose in Purpose::"${purpose}"`).join(' || ')})`;
}

function uid(
  type: string,
  id: string,
): { readonly __entity: { readonly type: string; readonly id: string } } {
  return { __entity: { type, id } };
}

function dayNumber(date: string): number {
  return Date.parse(date) / 86_400_000;
}
