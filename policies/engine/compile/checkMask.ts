import { masks } from '../catalogue/masks.js';
import { type MaskName, maskNames } from '../decision.js';
import { didYouMean } from '../parse/didYouMean.js';
import type { GraphField } from '../parse/policyGraph.js';
import type { Place } from '../parse/policySource.js';
import type { Problems } from '../parse/problems.js';
import type { Classification } from '../policyModel.js';

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

/** A mask must take the type and the category of the field. */
export function checkMask(
  name: MaskName,
  field: GraphField,
  category: Classification['category'],
  place: Place,
  problems: Problems,
): void {
  const fits = (mask: MaskName) =>
    masks[mask].takes === field.returns && (masks[mask].categories?.includes(category) ?? true);
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
