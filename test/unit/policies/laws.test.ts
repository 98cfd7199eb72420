import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { packageRoot } from '../../../lib/packageRoot.js';
import { citationLabel } from '../../../policies/engine/catalogue/laws.js';

describe('the words of a citation', () => {
  it.each([
    [
      'GDPR 6(1)(c)(e)',
      'General Data Protection Regulation, Article 6(1)(c) and (e)',
      'EU:n yleinen tietosuoja-asetus, 6 artiklan 1 kohdan c ja e alakohta',
      'EU:s allmänna dataskyddsförordning, artikel 6.1 c och e',
    ],
    [
      'GDPR 5(2)',
      'General Data Protection Regulation, Article 5(2)',
      'EU:n yleinen tietosuoja-asetus, 5 artiklan 2 kohta',
      'EU:s allmänna dataskyddsförordning, artikel 5.2',
    ],
    [
      'GDPR 15',
      'General Data Protection Regulation, Article 15',
      'EU:n yleinen tietosuoja-asetus, 15 artikla',
      'EU:s allmänna dataskyddsförordning, artikel 15',
    ],
    [
      '417/2007 §25-27',
      'Child Welfare Act (417/2007), sections 25–27',
      'Lastensuojelulaki (417/2007), 25–27 §',
      'Barnskyddslagen (417/2007), 25–27 §',
    ],
    [
      '552/2019 §2',
      'Act on the Secondary Use of Health and Social Data (552/2019), section 2',
      'Laki sosiaali- ja terveystietojen toissijaisesta käytöstä (552/2019), 2 §',
      'Lagen om sekundär användning av personuppgifter inom social- och hälsovården (552/2019), 2 §',
    ],
    [
      '1301/2014',
      'Social Welfare Act (1301/2014)',
      'Sosiaalihuoltolaki (1301/2014)',
      'Socialvårdslagen (1301/2014)',
    ],
  ])('%s', (citation, en, fi, sv) => {
    expect(citationLabel(citation)).toEqual({ en, fi, sv });
  });

  it.each(['1/1900', 'ABC 1', 'GDPR', 'a law of our own'])('has none for %s', (citation) => {
    expect(citationLabel(citation)).toBeUndefined();
  });

  it('has some for everything that the purposes of the city cite', () => {
    const text = readFileSync(join(packageRoot(), 'policies/purposes.yaml'), 'utf8');
    const { purposes } = parse(text) as { purposes: Record<string, { basis: readonly string[] }> };
    const citations = Object.values(purposes).flatMap(({ basis }) => basis);
    expect(citations.length).toBeGreaterThan(10);
    expect(citations.filter((citation) => !citationLabel(citation))).toEqual([]);
  });
});
