import { inLanguage, type Language, type LocalizedText } from '../../../schema/language.js';
import type { Policy } from '../decide/policy.js';
import { describeParameter, describeWays, inEach } from './changeSentences.js';
import type { OperationImpact } from './operationImpact.js';

/** What changes for the app that sends a stored operation, in sentences. Empty: nothing. */
export function operationSentences(impact: OperationImpact, after: Policy): readonly LocalizedText[] {
  const writers = sentencesOf(impact, after);
  return writers.map(inEach);
}

type Write = (language: Language) => string;

function sentencesOf({ change, changes, after: state }: OperationImpact, policy: Policy): Write[] {
  if (change === 'broken')
    return [
      ...state.faults.map((fault) => () => fault),
      ...state.denials.map(
        ({ coordinate, registry }): Write =>
          (language) =>
            texts[language].refused(coordinate, ownerOf(registry, policy, language)),
      ),
    ];
  if (change === 'mended') return [(language) => texts[language].mended];
  if (!changes) return [];
  const owners = (names: readonly string[], language: Language) =>
    names.map((name) => ownerOf(name, policy, language)).join(', ');
  const { lost, gained, access, groups } = changes;
  return [
    ...(lost.length > 0 ? [(language: Language) => texts[language].lost(owners(lost, language))] : []),
    ...(gained.length > 0 ? [(language: Language) => texts[language].gained(owners(gained, language))] : []),
    ...access.map(
      ({ what, was, is }): Write =>
        (language) =>
          texts[language].access(
            what.replace(' for ', ' → '),
            describeWays(was, language),
            describeWays(is, language),
          ),
    ),
    ...groups.map((group): Write => (language) => {
      const { parameter, from, to } = describeParameter(group, language);
      return texts[language].groups(parameter, from, to);
    }),
  ];
}

function ownerOf(registry: string, policy: Policy, language: Language): string {
  const owner = policy.model.registries.get(registry)?.owner;
  return owner ? inLanguage(owner, language) : registry;
}

interface OperationTexts {
  readonly refused: (coordinate: string, owner: string) => string;
  readonly mended: string;
  readonly lost: (owners: string) => string;
  readonly gained: (owners: string) => string;
  readonly access: (what: string, was: string, is: string) => string;
  readonly groups: (parameter: string, from: string, to: string) => string;
}

const texts: Readonly<Record<Language, OperationTexts>> = {
  EN: {
    refused: (coordinate, owner) => `It will be refused, because ${coordinate} is not shown (${owner}).`,
    mended: 'It was refused, and will be answered.',
    lost: (owners) => `It will be answered without: ${owners}.`,
    gained: (owners) => `It will be answered with: ${owners}.`,
    access: (what, was, is) => `${what}. Before: ${was}. Now: ${is}.`,
    groups: (parameter, from, to) => `Numbers of groups: ${parameter} changes from ${from} to ${to}.`,
  },
  FI: {
    refused: (coordinate, owner) => `Kysely hylätään, koska kenttää ${coordinate} ei näytetä (${owner}).`,
    mended: 'Kysely on hylätty tähän asti, ja siihen vastataan jatkossa.',
    lost: (owners) => `Vastauksesta jää pois: ${owners}.`,
    gained: (owners) => `Vastaukseen tulee mukaan: ${owners}.`,
    access: (what, was, is) => `${what}. Ennen: ${was}. Nyt: ${is}.`,
    groups: (parameter, from, to) => `Ryhmien luvut: ${parameter} oli ${from} ja on jatkossa ${to}.`,
  },
  SV: {
    refused: (coordinate, owner) => `Frågan avslås, eftersom fältet ${coordinate} inte visas (${owner}).`,
    mended: 'Frågan har avslagits hittills och besvaras framöver.',
    lost: (owners) => `Svaret blir utan: ${owners}.`,
    gained: (owners) => `Svaret får med: ${owners}.`,
    access: (what, was, is) => `${what}. Förut: ${was}. Nu: ${is}.`,
    groups: (parameter, from, to) => `Tal om grupper: ${parameter} var ${from} och är framöver ${to}.`,
  },
};
