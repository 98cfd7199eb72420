import { type Day, formatDay, parseDay } from '../../../lib/calendar.js';
import { didYouMean, listed } from '../../../lib/didYouMean.js';
import { canEvaluate, conditionForms, conditionsOf, parseCondition } from '../catalogue/conditions.js';
import { masks, takesType } from '../catalogue/masks.js';
import { type Condition, type MaskName, maskNames } from '../decision.js';
import type { GrantEntry } from '../parse/policyFiles.js';
import type { GraphField } from '../parse/policyGraph.js';
import type { Place, Problems } from '../parse/problems.js';
import type { Path, SourceDocument } from '../parse/sourceDocument.js';
import type { Classification, Grant } from '../policyModel.js';
import { type CompileContext, compilePurposeNames, compileRoleNames } from './compileNames.js';
import { matchPattern } from './pattern.js';

/** One entry of a registry's file, and where it is written. */
export interface PolicyEntry<Content> {
  readonly content: Content;
  readonly source: SourceDocument;
  readonly path: Path;
  readonly registry: string;
  readonly fields: ReadonlyMap<string, Classification>;
}

export function compileGrant(entry: PolicyEntry<GrantEntry>, context: CompileContext): Grant {
  const { content, source, path, registry } = entry;
  const purposes = compilePurposeNames(content.purposes, source, [...path, 'purposes'], context);
  const roles = compileRoleNames(content.roles, source, [...path, 'roles'], context);
  checkForbidden(entry, context);
  checkHolders(entry, purposes, context);
  return {
    id: `${registry}/${content.id}`,
    place: source.place([...path, 'id']),
    purposes,
    roles,
    recipients: content.recipients && new Set(content.recipients),
    needsPermit: content.permit === 'required',
    basis: content.basis,
    when: compileConditions(entry, context),
    show: compileShow(entry, context),
    derive: compileDerive(entry, context),
    ...validityOf(entry, context),
  };
}

function checkForbidden(
  { content, source, path }: PolicyEntry<GrantEntry>,
  { purposes, problems }: CompileContext,
): void {
  if (content.purposes === 'any') return;
  content.purposes.forEach((name, index) => {
    const purpose = purposes?.get(name);
    if (!purpose?.forbidden) return;
    problems.error(
      source.place([...path, 'purposes', index]),
      `Nothing can be granted for "${name}": it is forbidden (${purpose.basis.join(', ')}).`,
      'Remove the purpose.',
    );
  });
}

/** A role that may be used for none of the grant's purposes never gets anything from it. */
function checkHolders(
  { content, source, path }: PolicyEntry<GrantEntry>,
  granted: ReadonlySet<string>,
  { roles, problems }: CompileContext,
): void {
  if (content.roles === 'any') return;
  content.roles.forEach((name, index) => {
    const role = roles?.get(name);
    if (!role || granted.size === 0 || [...role.purposes].some((purpose) => granted.has(purpose))) return;
    problems.warning(
      source.place([...path, 'roles', index]),
      `"${name}" may be used for none of the purposes of this grant, so it gets nothing.`,
      `It may be used for: ${listed(role.purposes)}.`,
    );
  });
}

function compileConditions(
  { content, source, path, registry }: PolicyEntry<GrantEntry>,
  { problems }: CompileContext,
): readonly Condition[] {
  const names = content.when ?? [];
  const conditions = names.flatMap((name, index) => {
    const place = source.place([...path, 'when', index]);
    const condition = parseCondition(name);
    if (condition === undefined) {
      const fix = didYouMean(name, conditionForms) ?? `Conditions are: ${conditionForms.join(', ')}.`;
      problems.error(place, `There is no condition "${name}".`, fix);
      return [];
    }
    if (!canEvaluate(registry, condition)) {
      const known = conditionsOf(registry).join(', ');
      problems.warning(
        place,
        `${registry} has no data to decide whether "${condition}" holds, so the grant "${content.id}" never counts.`,
        known === '' ? 'Remove the condition.' : `Conditions that can hold here: ${known}.`,
      );
    }
    return [condition];
  });
  if (conditions.includes('minor') && conditions.includes('adult')) {
    problems.warning(
      source.keyPlace([...path, 'when']),
      `Nobody is "minor" and "adult" at once, so the grant "${content.id}" never counts.`,
      'Keep one of them, or make two grants.',
    );
  }
  return [...new Set(conditions)].sort();
}

/** Within one grant, a field that is named overrides a star. */
function compileShow(
  { content, source, path, registry, fields }: PolicyEntry<GrantEntry>,
  { graph, problems }: CompileContext,
): Grant['show'] {
  const shown = new Map<string, { mask: MaskName | undefined; named: boolean; line: number }>();
  for (const [pattern, effect] of Object.entries(content.show ?? {})) {
    const place = source.keyPlace([...path, 'show', pattern]);
    const maskPlace = source.place([...path, 'show', pattern, 'mask']);
    const mask = effect === 'allow' ? undefined : effect.mask;
    if (mask !== undefined && !isMaskName(mask)) {
      unknownMask(mask, maskPlace, problems);
      continue;
    }
    for (const { field, named } of matchPattern(pattern, { graph, registry, place, problems })) {
      const category = fields.get(field.coordinate)?.category;
      if (mask && category) checkMask(mask, field, category, maskPlace, problems);
      const before = shown.get(field.coordinate);
      if (before?.named === named) {
        problems.error(
          place,
          `"${field.coordinate}" is twice in this grant; first in line ${before.line}.`,
          'Keep one of them.',
        );
      }
      if (!before || named) shown.set(field.coordinate, { mask, named, line: place.line });
    }
  }
  return new Map([...shown].map(([coordinate, { mask }]) => [coordinate, mask]));
}

function compileDerive(
  { content, source, path, registry }: PolicyEntry<GrantEntry>,
  { graph, derived, problems }: CompileContext,
): Grant['derive'] {
  const released = new Map<string, ReadonlySet<string>>();
  for (const [type, patterns] of Object.entries(content.derive ?? {})) {
    const uses = derived.get(type);
    if (!uses) {
      const place = source.keyPlace([...path, 'derive', type]);
      const fix = didYouMean(type, derived.keys()) ?? `Derived types are: ${[...derived.keys()].join(', ')}.`;
      problems.error(place, `"${type}" is not a derived type.`, fix);
      continue;
    }
    const coordinates = patterns.flatMap((pattern, index) => {
      const place = source.place([...path, 'derive', type, index]);
      const matches = matchPattern(pattern, { graph, registry, place, problems });
      const used = matches.filter(({ field }) => uses.has(field.coordinate));
      for (const { field } of matches.filter((match) => match.named && !used.includes(match))) {
        problems.error(
          place,
          `${type} is not made of "${field.coordinate}".`,
          usesOf(type, registry, uses, graph),
        );
      }
      if (matches.length > 0 && used.length === 0 && !matches[0]!.named) {
        problems.error(
          place,
          `${type} is made of no field of "${pattern}".`,
          usesOf(type, registry, uses, graph),
        );
      }
      return used.map(({ field }) => field.coordinate);
    });
    released.set(type, new Set(coordinates));
  }
  return released;
}

function usesOf(
  type: string,
  registry: string,
  uses: ReadonlyMap<string, unknown>,
  graph: CompileContext['graph'],
): string {
  const own = [...uses.keys()].filter((input) => graph.fields.get(input)?.subgraph === registry);
  return own.length > 0 ? `It uses: ${own.join(', ')}.` : `${type} uses nothing from ${registry}.`;
}

function validityOf(
  { content, source, path }: PolicyEntry<GrantEntry>,
  context: CompileContext,
): Pick<Grant, 'from' | 'until'> {
  const validity = compileValidity(content.valid ?? {}, source, [...path, 'valid'], context);
  const { until } = validity;
  if (until !== undefined && until < context.day) {
    context.problems.warning(
      source.place([...path, 'valid', 'until']),
      `The grant "${content.id}" ended on ${formatDay(until)} and no longer counts.`,
      'Renew it or remove it.',
    );
  }
  return validity;
}

export function isMaskName(name: string): name is MaskName {
  return (maskNames as readonly string[]).includes(name);
}

export function unknownMask(
  name: string,
  place: Place,
  problems: Problems,
  others: readonly string[] = [],
): void {
  const known = [...others, ...maskNames];
  const fix = didYouMean(name, known) ?? `Masks are: ${known.join(', ')}.`;
  problems.error(place, `There is no mask "${name}".`, fix);
}

/** A mask must fit the type and the category of the field. */
export function checkMask(
  name: MaskName,
  field: GraphField,
  category: Classification['category'],
  place: Place,
  problems: Problems,
): void {
  const fits = (mask: MaskName) =>
    takesType(mask, field.returns) && (masks[mask].categories?.includes(category) ?? true);
  if (fits(name)) return;
  const mask = masks[name];
  const taken = `${mask.takes}${mask.categories ? ` of category ${mask.categories.join(' or ')}` : ''}`;
  const fitting = maskNames.filter(fits);
  problems.error(
    place,
    `The mask "${name}" takes ${taken}, but ${field.coordinate} is ${field.returns} of category ${category}.`,
    fitting.length > 0
      ? `Masks for it are: ${fitting.join(', ')}.`
      : 'No mask takes it: allow it or leave it out.',
  );
}

/** First and last day; undefined if it is left open or is not a date. */
export function compileValidity(
  written: { readonly from?: string; readonly until?: string },
  source: SourceDocument,
  path: Path,
  { problems }: Pick<CompileContext, 'problems'>,
): { readonly from: Day | undefined; readonly until: Day | undefined } {
  const read = (bound: 'from' | 'until') => {
    const text = written[bound];
    const parsed = text === undefined ? undefined : parseDay(text);
    if (text !== undefined && parsed === undefined) {
      problems.error(
        source.place([...path, bound]),
        `There is no date "${text}".`,
        'Write a date as 2027-12-31.',
      );
    }
    return parsed;
  };
  const [from, until] = [read('from'), read('until')];
  if (from !== undefined && until !== undefined && until < from) {
    const what = path.includes('permits') ? 'permit' : 'grant';
    problems.error(
      source.place([...path, 'until']),
      `The ${what} ends before it begins.`,
      `Write a day after ${formatDay(from)}.`,
    );
    return { from, until: undefined };
  }
  return { from, until };
}
