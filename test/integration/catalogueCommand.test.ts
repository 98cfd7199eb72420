import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku } from '../city/runPolku.js';

const PUBLICATION = [
  '--address=https://data.city.example/registries',
  '--publisher=City of Example & Co <1>',
  '--contact=mailto:data@city.example',
];

interface Node {
  readonly [property: string]: unknown;
}

/** Every object of a JSON-LD document. */
function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesIn)];
}

describe('polku catalogue', () => {
  let city: TestCity;
  let empty: string;
  beforeAll(async () => {
    city = await makeCity();
    empty = await mkdtemp(join(tmpdir(), 'polku-catalogue-'));
  });
  afterAll(async () => {
    await city?.remove();
    if (empty) await rm(empty, { recursive: true });
  });

  async function jsonLd(...more: string[]): Promise<Node> {
    const { code, output, errors } = await runPolku([
      'catalogue',
      ...PUBLICATION,
      '--format=jsonld',
      ...more,
    ]);
    expect([code, errors]).toEqual([0, '']);
    return JSON.parse(output) as Node;
  }

  it('describes each registry with what DCAT-AP and HealthDCAT-AP require', async () => {
    const catalogue = await jsonLd('--data', city.data);
    expect(catalogue['@type']).toBe('dcat:Catalog');
    for (const property of ['dct:title', 'dct:description', 'dct:publisher', 'dcat:dataset'])
      expect(catalogue).toHaveProperty([property]);
    const datasets = catalogue['dcat:dataset'] as Node[];
    expect(datasets.map((dataset) => dataset['@id'])).toEqual(
      ['population', 'education', 'health', 'social'].map(
        (name) => `https://data.city.example/registries#${name}`,
      ),
    );
    for (const dataset of datasets)
      for (const property of [
        'dct:identifier',
        'dct:title',
        'dct:description',
        'dct:publisher',
        'dct:accessRights',
        'dct:modified',
        'dcatap:applicableLegislation',
        'dcat:theme',
        'dcat:distribution',
        'dpv:hasPurpose',
        'dpv:hasLegalBasis',
        'dpv:hasPersonalData',
      ])
        expect(dataset).toHaveProperty([property]);
    const onHealth = datasets.filter((dataset) => 'healthdcatap:healthCategory' in dataset);
    expect(onHealth.map((dataset) => dataset['@id'])).toEqual([
      'https://data.city.example/registries#health',
    ]);
    expect(onHealth[0]).toMatchObject({
      'healthdcatap:hasStructuredData': true,
      'healthdcatap:numberOfRecords': { '@type': 'xsd:nonNegativeInteger' },
    });
  });

  it('names fields with label and type, laws in words, and codes in three languages', async () => {
    const nodes = nodesIn(await jsonLd());
    const diagnosis = nodes.find((node) => node['csvw:name'] === 'diagnosis');
    expect(diagnosis).toMatchObject({
      '@type': 'csvw:Column',
      'csvw:datatype': 'string',
      'csvw:title': expect.arrayContaining([{ '@language': 'fi', '@value': 'Diagnoosi' }]) as unknown,
    });
    const law = nodes.find((node) => node['skos:notation'] === '417/2007');
    expect(law).toMatchObject({
      'skos:prefLabel': expect.arrayContaining([
        { '@language': 'fi', '@value': 'Lastensuojelulaki (417/2007)' },
      ]) as unknown,
    });
    const codes = nodes.filter((node) => node['@type'] === 'skos:Concept');
    expect(codes.length).toBeGreaterThan(100);
    expect(codes.every((code) => (code['skos:prefLabel'] as unknown[]).length === 3)).toBe(true);
  });

  it('declares every prefix that it uses', async () => {
    const catalogue = await jsonLd();
    const declared = Object.keys(catalogue['@context'] as Node);
    const names = nodesIn({ ...catalogue, '@context': null }).flatMap((node) => [
      ...Object.keys(node),
      ...(typeof node['@type'] === 'string' ? [node['@type']] : []),
    ]);
    const used = new Set(names.filter((name) => !name.startsWith('@')).map((name) => name.split(':')[0]));
    expect([...used].filter((prefix) => !declared.includes(prefix!))).toEqual([]);
  });

  it('says nothing of freshness without --data, and that a registry is not extracted yet', async () => {
    const nodes = nodesIn(await jsonLd());
    expect(nodes.some((node) => 'dct:modified' in node || 'healthdcatap:numberOfRecords' in node)).toBe(
      false,
    );
    const { output } = await runPolku(['catalogue', ...PUBLICATION, '--data', empty]);
    expect(output.match(/Not extracted yet\./g)).toHaveLength(4);
  });

  it.each([
    ['fi', 'Terveyspalvelut', 'Käyttötarkoitukset ja laki'],
    ['sv', 'Hälsotjänster', 'Ändamål och lag'],
    ['en', 'Health services', 'Purposes and law'],
  ])('writes a page in %s', async (language, owner, heading) => {
    const { output } = await runPolku([
      'catalogue',
      ...PUBLICATION,
      `--language=${language}`,
      '--data',
      city.data,
    ]);
    expect(output).toContain(`<html lang="${language}">`);
    expect(output).toContain(`<h2>${owner}</h2>`);
    expect(output).toContain(`<h3>${heading}</h3>`);
    expect(output).toContain('City of Example &amp; Co &lt;1&gt;');
  });

  it('refuses an address that is none', async () => {
    const { code, errors } = await runPolku([
      'catalogue',
      '--address=city',
      '--publisher=C',
      '--contact=mailto:c@city.example',
    ]);
    expect(code).toBe(2);
    expect(errors).toContain('Expected an address that begins with https: or http:.');
  });
});
