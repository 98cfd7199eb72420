import type { PermitManifest } from '../permit/permitManifest.js';
import { datasetTerms, dcatContext, EU_AUTHORITY, inAllLanguages, legislation, typedValue } from './dcat.js';
import type { FieldEntry } from './registryEntry.js';

/**
 * An extract of a research permit as a dataset of DCAT-AP, and of HealthDCAT-AP if it has data on health. Its
 * id is a URN, because an extract is published nowhere.
 */
export function permitDataset(manifest: PermitManifest, fields: readonly FieldEntry[]): object {
  const { permit, createdAt, purpose, basis, registries, tables, expires } = manifest;
  const id = `urn:polku:permit:${encodeURIComponent(permit)}:${createdAt}`;
  const held = fields.filter(({ registry, coordinate }) => {
    const [type = '', name = ''] = coordinate.split('.');
    return registries.includes(registry) && Object.hasOwn(tables[type]?.columns ?? {}, name);
  });
  const records = Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);
  return {
    '@context': dcatContext,
    '@id': id,
    '@type': 'dcat:Dataset',
    'dct:identifier': id,
    'dct:title': inAllLanguages({
      en: `Extract for permit ${permit}`,
      fi: `Luvan ${permit} poiminta`,
      sv: `Uttag enligt tillstånd ${permit}`,
    }),
    'dct:issued': typedValue('xsd:dateTime', createdAt),
    // From when to when the permit lets it be used.
    'dct:valid': typedValue('xsd:date', expires),
    'dpv:hasPurpose': { '@type': 'dpv:Purpose', 'skos:notation': purpose },
    ...datasetTerms(id, held, basis, records),
    'dcat:distribution': Object.entries(tables).map(([type, { sha256 }]) => ({
      '@type': 'dcat:Distribution',
      'dct:title': `${type}.parquet`,
      'dcat:accessURL': { '@id': `${id}:${type}.parquet` },
      'dcat:mediaType': {
        '@id': 'https://www.iana.org/assignments/media-types/application/vnd.apache.parquet',
      },
      'dct:format': { '@id': `${EU_AUTHORITY}/file-type/PARQUET` },
      'spdx:checksum': {
        '@type': 'spdx:Checksum',
        'spdx:algorithm': { '@id': 'spdx:checksumAlgorithm_sha256' },
        'spdx:checksumValue': typedValue('xsd:hexBinary', sha256),
      },
      ...legislation(held),
    })),
  };
}
