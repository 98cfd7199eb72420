import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { icd10Chapters } from '../../../policies/engine/catalogue/masks.js';
import { CodeCatalogue } from '../../../registry-kit/codes/codeCatalogue.js';
import { readCodeLists } from '../../../registry-kit/codes/codeLists.js';
import { familyTypes } from '../../../registry-kit/criteria/familyTypes.js';
import { joinRegistries } from '../../../registry-kit/joinedRegistries.js';
import { registries } from '../../../subgraphs/registries.js';

describe('code lists', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-codes-'));
    await mkdir(join(folder, 'health'));
    joinRegistries({ folders: new Map([['health', join(folder, 'health')]]) });
  });
  afterEach(async () => {
    joinRegistries({});
    await rm(folder, { recursive: true });
  });
  const read = async (text: string) => {
    await writeFile(join(folder, 'health', 'codes.yaml'), text);
    return readCodeLists('health');
  };

  it('keep codes as they are written', async () => {
    const lists = await read('services:\n  011: { fi: a, en: b, sv: c }\n');
    expect(lists.get('services')!.get('011')).toEqual({ fi: 'a', en: 'b', sv: 'c' });
  });

  it.each([
    [
      'a missing language',
      'services: { T1: { fi: a, en: b } }',
      /services\.T1 must have required property 'sv'/,
    ],
    ['an empty label', "services: { T1: { fi: a, en: b, sv: '' } }", /services\.T1\.sv must NOT have fewer/],
    ['an unknown property', 'services: { T1: { fi: a, en: b, sv: c, de: d } }', /\(de\)/],
    ['a list without labels', 'services: [T1]', /services must be object/],
    ['no lists', '[]', /the file must be object/],
    ['a text that is not YAML', 'services: {', /is not YAML/],
  ])('are refused with %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'MAPPING_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('tell every fault at once', async () => {
    const twice = 'services: { T1: { fi: a }, T2: { en: b, sv: c } }';
    await expect(read(twice)).rejects.toThrow(/T1.*'en'.*T1.*'sv'.*T2.*'fi'/);
  });
});

describe('the shipped code lists', () => {
  it('label every masked code, and every code of an enumeration', async () => {
    const codes = await CodeCatalogue.read(registries.map(({ definition }) => definition.name));
    const labelled = (list: string, all: Iterable<string>) =>
      [...all].filter((code) => !codes.labelsOf(list, code));
    const districts = codes.listsOf('population').get('districts')!;
    expect(labelled('health/diagnoses', icd10Chapters)).toEqual([]);
    expect(
      labelled(
        'population/areas',
        [...districts.values()].map(({ area }) => area!),
      ),
    ).toEqual([]);
    expect(labelled('population/sexes', ['female', 'male'])).toEqual([]);
    expect(labelled('population/familyTypes', familyTypes)).toEqual([]);
  });

  it('give no label for an unknown code, list or registry', async () => {
    const codes = await CodeCatalogue.read(['health']);
    for (const list of ['health/services', 'health/none', 'social/services', 'constructor/x', 'health'])
      for (const code of ['T99', '__proto__', 'toString', ''])
        expect([list, code, codes.labelsOf(list, code)]).toEqual([list, code, undefined]);
  });
});
