import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codes, type Exports, smallExports, visitsFile } from '../integration/extractionExports.js';

// The rows of small exports as resources of FHIR.

export const HETU = 'urn:oid:1.2.246.21';
const ICD = 'http://hl7.org/fhir/sid/icd-10';
const { anna, bertil, cecilia, nobody } = codes;

export const lines = (resources: readonly object[]) => resources.map((resource) => JSON.stringify(resource));
const coding = (system: string, code: string | undefined) =>
  code === undefined || code === ''
    ? undefined
    : {
        coding: [
          { system: 'urn:other', code: 'X1' },
          { system, code },
        ],
      };
const isoDay = (text: string) => (text === '' ? undefined : text.split('.').reverse().join('-'));
export const patientId = (code: string) => `p-${Object.values(codes).indexOf(code as typeof anna)}`;

export function patient(code: string, more: object = {}): object {
  const identifier = [
    { system: 'urn:other', value: 'MRN-1' },
    { system: HETU, value: code },
  ];
  const communication = [{ language: { coding: [{ code: 'fi' }] } }];
  return { resourceType: 'Patient', id: patientId(code), identifier, communication, ...more };
}

export const patients = [anna, bertil, cecilia, nobody].map((code) => patient(code));

/** A row of the export of visits as an Encounter. */
export function encounter(row: string): object {
  const [id, code = '', , start = '', end = '', service, unit, professional, diagnosis, urgency] =
    row.split(';');
  return {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    subject: { reference: `Patient/${patientId(code)}` },
    period: { start: isoDay(start), end: isoDay(end) },
    serviceType: { coding: [{ code: service }] },
    serviceProvider: { reference: `Organization/${unit}` },
    participant: professional
      ? [{ individual: { reference: `https://ehr.example/Practitioner/${professional}` } }]
      : [],
    reasonCode: [coding(ICD, diagnosis)],
    priority: urgency ? { coding: [{ code: { 1: 'EM', 2: 'UR', 3: 'R' }[urgency] }] } : undefined,
  };
}

export const VISITS = [
  `K1;${bertil};;05.02.2012;;T11;TK-1;L77;J06.9;2`,
  `K2;${anna};;03.04.2013;10.04.2013;T90;TK-2;;;`,
  `K3;${cecilia};;02.02.2011;;T21;NV-1;L8;;1`,
];
const CARE = [`${anna};L77;;01.01.2011;`, `${anna};;TK-1;01.01.2010;31.12.2010`];

/** The small exports, with these rows as health services' CSV. */
export function exportsWithHealth(): Exports {
  return {
    ...smallExports(),
    health: {
      'kaynnit.csv': visitsFile(VISITS),
      'hoitosuhteet.csv': ['HETU;TYONTEKIJA;YKSIKKO;ALKUPVM;LOPPUPVM', ...CARE],
      'kiellot.csv': ['HETU;ALKUPVM'],
    },
  };
}

export const episodes = CARE.map((row) => {
  const [code = '', employee, unit, start = '', end = ''] = row.split(';');
  return {
    resourceType: 'EpisodeOfCare',
    patient: { reference: `Patient/${patientId(code)}` },
    careManager: employee ? { reference: `Practitioner/${employee}` } : undefined,
    managingOrganization: unit ? { reference: `Organization/${unit}` } : undefined,
    period: { start: isoDay(start), end: isoDay(end) },
  };
});

/** Rows of a CSV file without quotes, as the clinic's exports are. */
async function rowsOf(file: string): Promise<Record<string, string>[]> {
  const [header = '', ...rows] = (await readFile(file, 'utf8')).trim().split('\n');
  const names = header.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at]!, cell])));
}

const only = (system: string, code: string | undefined) => ({ coding: [{ system, code }] });

/** The clinic's export as resources, in the order of its rows. */
export async function clinicResources(
  source: string,
): Promise<{ readonly encounters: readonly object[]; readonly conditions: readonly object[] }> {
  const encounters = (await rowsOf(join(source, 'encounters.csv'))).map((row) => ({
    resourceType: 'Encounter',
    id: row['Id'],
    status: 'finished',
    subject: { reference: `urn:uuid:${row['PATIENT']}` },
    period: { start: row['START'], end: row['STOP'] },
    serviceType: only('https://clinic.example/services', row['ENCOUNTERCLASS']),
    type: [only('http://snomed.info/sct', row['CODE'])],
    serviceProvider: { reference: `Organization/${row['ORGANIZATION']}` },
    participant: [{ individual: { reference: `Practitioner/${row['PROVIDER']}` } }],
  }));
  const conditions = (await rowsOf(join(source, 'conditions.csv'))).map((row) => ({
    resourceType: 'Condition',
    verificationStatus: { coding: [{ code: 'confirmed' }] },
    subject: { reference: `urn:uuid:${row['PATIENT']}` },
    encounter: { reference: `Encounter/${row['ENCOUNTER']}` },
    code: only('http://snomed.info/sct', row['CODE']),
    onsetDateTime: row['START'],
  }));
  return { encounters, conditions };
}
