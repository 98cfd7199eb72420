import { formatDay } from '../../../lib/calendar.js';
import { describeCondition } from '../catalogue/conditions.js';
import { masks } from '../catalogue/masks.js';
import type { DenialReason, DeniedInput } from '../decide/denialReasons.js';
import type { Policy } from '../decide/policy.js';
import type { PolicyDecision } from '../decide/policyDecision.js';
import type { Permission } from '../decision.js';
import type { Grant } from '../policyModel.js';

export interface FieldQuestion {
  /** `Type.field` or `Type.field(argument:)` */
  readonly coordinate: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
  readonly at?: Date;
}

/**
 * Explains, in sentences, which rule decides on a field and in which line it is. For a derived field it names
 * the owners who withhold a part.
 */
export function explain(
  policy: Policy,
  { coordinate, at = new Date(), ...requester }: FieldQuestion,
): string {
  const { roles, purpose } = requester;
  const decision = policy.decide(requester, at);
  const asked = `${coordinate} for ${roles.join(', ') || 'no role'}, purpose "${purpose}", revision ${policy.revision}`;
  const denial = decision.denialReason(coordinate);
  const lines = denial
    ? [`Denied. ${decision.explain(coordinate).reason.en}`, ...reasonLines(denial, policy)]
    : [
        'Shown:',
        ...decision.show(coordinate).flatMap((permission) => permissionLines(permission, policy)),
        ...withheldFeedLines(coordinate, decision, policy),
      ];
  return [asked, ...lines, ...derivationLines(coordinate, decision, policy)].join('\n') + '\n';
}

function permissionLines({ mask, conditions: needed, grant }: Permission, policy: Policy): readonly string[] {
  const value =
    mask === undefined ? 'the value itself' : `under the mask "${mask}" (${masks[mask].description.en})`;
  const when = needed.map((condition) => describeCondition(condition).en).join(' and ');
  return [`- ${value}${when ? `, if ${when}` : ''}`, ...grantLines(grant, policy)];
}

/** Where the grants are written. A value of a derived type may need two grants. */
function grantLines(ids: string, policy: Policy): readonly string[] {
  return ids.split(' + ').flatMap((id) => {
    const rule = policy.rule(id);
    if (!rule)
      return [
        `  needs no grant: ${id === 'schema/key' ? 'an id, or a part of a key' : 'the name of a type'}`,
      ];
    const basis = 'basis' in rule ? ` (${rule.basis.join(', ')})` : '';
    return [`  by grant ${id}, ${rule.place.file}:${rule.place.line}${basis}`];
  });
}

function reasonLines(reason: DenialReason, policy: Policy): readonly string[] {
  switch (reason.kind) {
    case 'prohibited':
      return [
        `- ${reason.prohibition.id} is in ${reason.prohibition.place.file}:${reason.prohibition.place.line}`,
      ];
    case 'not-granted':
      return reason.others.map((grant) => nearMiss(grant));
    case 'inputs':
      return reason.inputs.flatMap((input) => inputLines(input, policy));
    case 'elsewhere':
      return reasonLines(reason.reason, policy);
    default:
      return [];
  }
}

function nearMiss({ id, place, roles, recipients, needsPermit, from, until }: Grant): string {
  const time = [
    ...(from === undefined ? [] : [`from ${formatDay(from)}`]),
    ...(until === undefined ? [] : [`until ${formatDay(until)}`]),
  ].join(' ');
  const to = [
    [...roles].join(', '),
    ...(recipients ? [`at ${[...recipients].join(' or ')}`] : []),
    ...(needsPermit ? ['under a permit'] : []),
    ...(time ? [time] : []),
  ].join(', ');
  return `- grant ${id}, ${place.file}:${place.line}, gives it to ${to}`;
}

function inputLines({ coordinate, type, reason }: DeniedInput, policy: Policy): readonly string[] {
  if (reason.kind === 'inputs') return reason.inputs.flatMap((input) => inputLines(input, policy));
  const registry = policy.model.graph.fields.get(coordinate)?.subgraph ?? 'no registry';
  const what = type === undefined ? 'not shown' : `not released to ${type}`;
  return [
    `- ${coordinate} (${registry}) is ${what}: ${words[reason.kind]}`,
    ...indented(reasonLines(reason, policy)),
  ];
}

/** The feeds that a derived field is answered without. */
function withheldFeedLines(coordinate: string, decision: PolicyDecision, policy: Policy): readonly string[] {
  const requires = policy.model.graph.fields.get(coordinate)?.requires ?? [];
  return requires.flatMap((feed) => {
    const inputs = decision.deniedInputs(feed);
    if (inputs.length === 0) return [];
    const lines = inputs.flatMap((input) => inputLines(input, policy));
    return [`It is answered without ${feed}:`, ...new Set(lines)];
  });
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

const words: Record<Exclude<DenialReason['kind'], 'inputs'>, string> = {
  'no-such-field': 'there is no such field in the graph',
  'no-such-purpose': 'there is no such purpose',
  'purpose-forbidden': 'the purpose is forbidden',
  'no-role': 'no role may be used for the purpose',
  permit: 'the permit does not apply',
  'outside-permit': 'the permit does not cover it',
  internal: 'it is internal to the graph',
  unclassified: 'its owner has not classified it',
  prohibited: 'its owner prohibits it',
  'aggregate-only': 'the purpose shows only group results',
  'quasi-identifier': 'it could identify somebody',
  'not-granted': 'no grant covers it',
  'clashing-masks': 'its grants contradict each other',
  elsewhere: 'it depends on another field',
};

/** Which derived types may be made of the field. */
function derivationLines(coordinate: string, decision: PolicyDecision, policy: Policy): readonly string[] {
  return [...policy.model.derived].flatMap(([type, uses]) => {
    if (!uses.has(coordinate)) return [];
    const denial = decision.derivationDenialReason(type, coordinate);
    if (denial) return [`${type} may not use it: ${reasonOf(denial)}.`, ...reasonLines(denial, policy)];
    return [
      `${type} may use it:`,
      ...decision.derive(type, coordinate).flatMap((permission) => permissionLines(permission, policy)),
    ];
  });
}

function reasonOf(reason: DenialReason): string {
  return reason.kind === 'inputs' ? 'it is made of withheld data' : words[reason.kind];
}
