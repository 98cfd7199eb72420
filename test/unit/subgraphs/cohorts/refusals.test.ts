import { describe, expect, it } from '@jest/globals';
import { acceptedLanguage } from '../../../../schema/language.js';
import { Feed } from '../../../../schema/feed.js';
import { answered } from '../../../../subgraphs/cohorts/group/groupFacts.js';
import { checkReleased } from '../../../../subgraphs/cohorts/results/groupTable.js';

describe('the refusal of a question about groups', () => {
  it.each([
    ['fi', 'Rekisterin health omistaja ei luovuta', 'Väestörekisteri ei luovuta ulottuvuuden sex'],
    ['sv', 'Ägaren av registret health lämnar inte ut', 'Befolkningsregistret lämnar inte ut'],
    ['en', 'The owner of health does not release', 'The population register does not release'],
  ])('is in the language of the request: %s', (header, ofRegistry, ofDimension) => {
    const language = acceptedLanguage(header);
    const withheld = new Map([['health', Feed.withheld]]);
    expect(() => answered(withheld, 'health', language)).toThrow(ofRegistry);
    expect(() => checkReleased({ has: () => false, language }, 'sex')).toThrow(ofDimension);
  });
});
