import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  askedSentence,
  protectionSentences,
  questionFacts,
} from '../../../../console/src/groups/describeQuestion.js';
import {
  type CriterionPart,
  type FilterPart,
  readFilterVariable,
} from '../../../../console/src/groups/filterModel.js';
import { blankAsked } from '../../../../console/src/groups/question.js';
import { partSentence, type Words } from '../../../../console/src/groups/sentences.js';
import { type TextLanguage, languages } from '../../../../console/src/texts/languages.js';
import { described, wordsIn } from './madeCriteria.js';

const part = (variable: object): FilterPart => {
  const group = readFilterVariable(variable);
  return group.parts.length === 1 ? group.parts[0]! : group;
};
const spaces = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('sentences about groups', () => {
  const words = new Map<TextLanguage, Words>();
  beforeAll(async () => {
    for (const language of languages) words.set(language, await wordsIn(language));
  });
  const say = (variable: object, language: TextLanguage) =>
    spaces(partSentence(part(variable), words.get(language)!));

  it.each<[object, Record<TextLanguage, string>]>([
    [
      { birthYear: { between: { from: 2004, until: 2010 } } },
      {
        en: 'born between 2004 and 2010',
        fi: 'syntynyt vuosina 2004–2010',
        sv: 'född åren 2004–2010',
      },
    ],
    [
      { birthYear: { between: { from: 2004, until: 2004 } } },
      { en: 'born in 2004', fi: 'syntynyt vuonna 2004', sv: 'född år 2004' },
    ],
    [
      { age: { between: { until: 6 }, atEndOf: 2014 } },
      {
        en: 'aged at most 6 at the end of 2014',
        fi: 'iältään enintään 6 vuotta vuoden 2014 lopussa',
        sv: 'högst 6 år i slutet av 2014',
      },
    ],
    [
      { healthContacts: { services: ['T21'], atLeast: 2, from: '2012-01-01', until: '2014-12-31' } },
      {
        en: 'used health services, service Child health clinic, at least 2 times, between 1 Jan 2012 and 31 Dec 2014',
        fi: 'käytti terveyspalveluja, palvelu Child health clinic, vähintään 2 kertaa, aikavälillä 1.1.2012 – 31.12.2014',
        sv: 'använde hälsovårdstjänster, tjänst Child health clinic, minst 2 gånger, mellan 1 jan. 2012 och 31 dec. 2014',
      },
    ],
    [
      { district: { atEndOf: 2014 } },
      {
        en: 'living in the city at the end of 2014',
        fi: 'asui kaupungissa vuoden 2014 lopussa',
        sv: 'bosatt i staden i slutet av 2014',
      },
    ],
    [
      { not: { any: [{ sex: { in: ['A1'] } }, { incomeSupport: {} }] } },
      {
        en: 'not (A1 or received income support)',
        fi: 'ei (A1 tai sai toimeentulotukea)',
        sv: 'inte (A1 eller fick utkomststöd)',
      },
    ],
    [
      { sequence: { first: { socialContacts: {} }, next: { childProtection: {} }, withinMonths: 12 } },
      {
        en: 'first had contact with social services, then within 12 months was in child protection',
        fi: 'ensin asioi sosiaalipalveluissa, sitten 12 kuukauden kuluessa oli lastensuojelussa',
        sv: 'först hade kontakt med socialtjänsten, sedan inom 12 månader var inom barnskyddet',
      },
    ],
    [
      {
        family: {
          member: 'PARENT',
          atEndOf: 2014,
          where: { any: [{ incomeSupport: {} }, { healthContacts: {} }] },
        },
      },
      {
        en: 'a parent in the family at the end of 2014: (received income support or used health services)',
        fi: 'perheen vanhempi vuoden 2014 lopussa: (sai toimeentulotukea tai käytti terveyspalveluja)',
        sv: 'en förälder i familjen i slutet av 2014: (fick utkomststöd eller använde hälsovårdstjänster)',
      },
    ],
  ])('say %j in three languages', (variable, expected) => {
    for (const language of languages) expect(say(variable, language)).toBe(expected[language]);
  });

  it('describe a criterion that the console does not know in the words of the schema', () => {
    const loans = { libraryLoans: { branches: ['L1'], days: { from: 3 }, from: '2012-01-01' } };
    expect(say(loans, 'en')).toBe(
      'Loans from a library, Any of these branches: L1, Days of the loan: at least 3, from 1 Jan 2012 on',
    );
    expect(say(loans, 'fi')).toContain('Loans from a library, Any of these branches: L1');
  });

  it('have words of their own for every criterion and argument of the registries', () => {
    for (const language of languages)
      for (const { name, arguments: fields } of described) {
        const { t } = words.get(language)!;
        expect([name, t(`criterion.${name}`, { defaultValue: '' })]).not.toContain('');
        expect([name, t(`sentence.criterion.${name}`, { defaultValue: '' })]).not.toContain('');
        for (const field of fields)
          expect([field.name, t(`field.${field.name}`, { defaultValue: '' })]).not.toContain('');
      }
  });

  it('show what is still missing', () => {
    const unfinished: FilterPart = { kind: 'criterion', name: 'age', values: {} };
    expect(partSentence(unfinished, words.get('en')!)).toBe('aged … at the end of …');
    const sequence: FilterPart = {
      kind: 'sequence',
      first: undefined,
      next: undefined,
      withinMonths: undefined,
    };
    expect(partSentence(sequence, words.get('en')!)).toBe('first …, then within … months …');
  });

  it('describe a whole question for files', () => {
    const where = readFilterVariable({ incomeSupport: {} });
    const comparedWith = readFilterVariable({ all: [] });
    const asked = { ...blankAsked.differences, comparedWith, atEndOf: 2014 };
    expect(questionFacts({ where, asked }, words.get('en')!)).toEqual([
      ['Group', 'received income support'],
      ['Question', 'How do they differ from another group?'],
      ['Details', 'Characteristics at the end of year: 2014'],
      ['Compared with', 'everybody in the city'],
    ]);
  });

  it('name both events of a time to an event', () => {
    const event = (name: string): CriterionPart => ({ kind: 'criterion', name, values: {} });
    const asked = {
      ...blankAsked.timeToEvent,
      start: event('incomeSupport'),
      event: event('childProtection'),
    };
    expect(askedSentence(asked, words.get('en')!)).toBe(
      'How long from one event to another? received income support → was in child protection.',
    );
    expect(askedSentence(blankAsked.size, words.get('en')!)).toBe('How many people are in it?');
  });

  it('state the protection without promising more than it gives', () => {
    const stated = {
      minimum: 8,
      families: 3,
      familyShare: 0.5,
      noiseMaximum: 6,
      noiseVariance: 6,
      smallestCount: 14,
      questionsLeft: 10,
    };
    const text = protectionSentences(stated, words.get('en')!).join(' ');
    expect(text).toContain('at most 6 people up or down');
    expect(text).toContain('95 % of counts are off by at most 5');
    expect(text).toContain('No count below 14 is published');
    expect(text).toContain('at least 8 people and 3 families');
  });
});
