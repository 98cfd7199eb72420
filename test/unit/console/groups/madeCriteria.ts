import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance } from 'i18next';
import {
  CriteriaCatalogue,
  type OfferedCriterion,
  type CriterionField,
} from '../../../../console/src/groups/criteria.js';
import type { Words } from '../../../../console/src/groups/sentences.js';
import type { TextLanguage } from '../../../../console/src/texts/languages.js';
import { formatIn } from '../../../../console/src/texts/useFormat.js';
import { packageRoot } from '../../../../lib/packageRoot.js';
import type { ArgumentDefinition } from '../../../../registry-kit/criteria/criterion.js';
import { groupSources } from '../../../../subgraphs/registries.js';

/** The criteria of all registries, as the gateway describes them to a planner. */
export const described: readonly OfferedCriterion[] = groupSources.flatMap(({ registry, criteria }) =>
  Object.entries(criteria).map(([name, criterion]) => ({
    name,
    registry,
    isEvent: criterion.events !== undefined,
    arguments: Object.entries(criterion.arguments).map(([argument, definition]) =>
      fieldOf(argument, definition),
    ),
  })),
);

function fieldOf(name: string, { kind, required, list, values }: ArgumentDefinition): CriterionField {
  return {
    name,
    kind: kind.toUpperCase() as CriterionField['kind'],
    required: required === true,
    codeList: list ?? null,
    codes: values ?? (list === undefined ? null : ['A1', 'B2']),
  };
}

/** A criterion of a registry that the console has never heard of. */
const unheardOf: OfferedCriterion = {
  name: 'libraryLoans',
  registry: 'library',
  isEvent: true,
  arguments: [
    { name: 'branches', kind: 'CODES', required: true, codeList: 'branches', codes: ['L1'] },
    { name: 'days', kind: 'RANGE', required: false, codeList: null, codes: null },
    { name: 'from', kind: 'DAY', required: false, codeList: null, codes: null },
    { name: 'until', kind: 'DAY', required: false, codeList: null, codes: null },
  ],
};

const describe = (name: string, description: string) => ({ name, description });

export const criteria = new CriteriaCatalogue({
  groupCriteria: [...described, unheardOf],
  registries: [
    {
      name: 'health',
      codeLists: [{ name: 'services', codes: [{ code: 'T21', label: 'Child health clinic' }] }],
    },
  ],
  filter: {
    inputFields: [
      {
        ...describe('libraryLoans', 'Loans from a library.'),
        type: {
          inputFields: [
            describe('branches', 'Any of these branches.'),
            describe('days', 'Days of the loan.'),
          ],
        },
      },
    ],
  },
});

/** The words of a language, with the texts of the page. */
export async function wordsIn(language: TextLanguage): Promise<Words> {
  const texts = JSON.parse(
    readFileSync(join(packageRoot(), `console/src/groups/texts/${language}.json`), 'utf8'),
  ) as object;
  const i18n = createInstance();
  await i18n.init({
    lng: language,
    ns: ['groups'],
    defaultNS: 'groups',
    resources: { [language]: { groups: texts } },
    interpolation: { escapeValue: false },
  });
  return {
    t: i18n.getFixedT(language, 'groups') as unknown as Words['t'],
    format: formatIn(language, 'Europe/Helsinki'),
    criteria,
    codeName: (criterion, field, code) => criteria.labelOf(criterion, field, code) ?? code,
  };
}
