import { defaultDisclosure, isPossibleNoise } from '../disclosure/parameters.js';
import type { DisclosureEntry } from '../parse/policyFiles.js';
import type { DisclosureRule } from '../policyModel.js';
import type { Entry } from './compileGrant.js';
import { compilePurposeNames } from './compileNames.js';
import type { CompileContext } from './compileContext.js';

/** What an entry leaves out is as shipped. */
export function compileDisclosure(
  { content, source, path }: Entry<DisclosureEntry>,
  context: CompileContext,
): DisclosureRule {
  const { purposes, ...given } = content;
  const parameters = { ...defaultDisclosure, ...given };
  if (!isPossibleNoise(parameters.noise)) {
    const { maximum, variance } = parameters.noise;
    context.problems.error(
      source.place([...path, 'noise', 'variance']),
      `No noise of at most ${maximum} has the variance ${variance}.`,
      `Write at most ${Math.floor((maximum * (maximum + 1)) / 3)}, or a larger maximum.`,
    );
  }
  return {
    purposes: compilePurposeNames(purposes, source, [...path, 'purposes'], context),
    parameters,
  };
}
