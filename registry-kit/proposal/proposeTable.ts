import { type ColumnProfile, LONGEST_LIST } from './columnProfile.js';
import type { Sample } from './sample.js';
import { subjectOfPath } from './samplePaths.js';

/** A column of the proposed table, and the column of the source that it is read from. */
export interface ProposedColumn {
  readonly name: string;
  readonly kind: 'day' | 'partial-day' | 'code' | 'number' | 'record';
  readonly from: string | readonly string[];
  readonly profile: ColumnProfile | undefined;
  /** The name of its code list, if the values are few. */
  readonly list: string | undefined;
  readonly optional: boolean;
}

/** What a file becomes: a table, and what is left out. */
export interface ProposedTable {
  readonly name: string;
  readonly source: string;
  /** What a mapping calls the source. */
  readonly sourceKind: Sample['kind'];
  /** The column of the data subject's code. */
  readonly subject: ColumnProfile;
  readonly columns: readonly ProposedColumn[];
  /** The columns that are not read, and why. */
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
}

const SUBJECT =
  /^(?:patient|person|client|customer|child|subject|resident|potilas|asiakas|henkilo|hetu|lapsi)/i;
const ID = /(?:^|_)(?:id|uuid|key|number|nro|tunnus)$|Id$|tunnus$/i;
const START = /(start|begin|from|alku|date|day|pvm|opened|admitted|arriv)/i;
const END = /(stop|end|until|thru|loppu|paatty|closed|discharg)/i;
const SERVICE = /(service|class|type|category|palvelu|laji|luokka|kind)/i;
const UNIT = /(unit|serviceProvider|organi[sz]ation|facility|department|clinic|ward|yksik|toimip|osasto)/i;
const PROFESSIONAL =
  /(provider|professional|practitioner|individual|careManager|performer|worker|employee|doctor|nurse|staff|ammatti|tyontekija|hoitaja)/i;
/** Names of columns that are about who somebody is, or free text, whatever their values look like. */
const IDENTIFYING =
  /(name|nimi|first|last|maiden|prefix|suffix|address|osoite|street|city|county|state|country|zip|postal|posti|phone|puh|mail|ssn|passport|driver|licen[cs]e|birth|death|synty|kuol|\blat\b|\blon\b|^lat$|^lon$|photo)/i;
const FREE_TEXT = /(text|display|note|descr|comment|remark|selite|huom|teksti|kuvaus|muistio)/i;

/** A table whose rows the rows of another file may belong to. */
export interface ParentTable {
  readonly name: string;
  readonly ids: ReadonlyMap<string, number>;
}

/**
 * Says which column of a file is for what: by names, and by what the values look like.
 * @param parent the contacts, for a file that is not the first
 * @returns a sentence if it cannot be a table
 */
export function proposeTable(
  name: string,
  { source, kind: sourceKind }: Pick<Sample, 'source' | 'kind'>,
  profiles: readonly ColumnProfile[],
  parent: ParentTable | undefined,
): ProposedTable | string {
  const free = new Set(profiles);
  const take = (fits: (profile: ColumnProfile) => boolean): ColumnProfile | undefined => {
    const found = [...free].find(fits);
    if (found) free.delete(found);
    return found;
  };
  const named = (pattern: RegExp, ...kinds: readonly ColumnProfile['kind'][]) =>
    take((one) => kinds.includes(one.kind) && pattern.test(one.name));
  const leftOut: { column: string; reason: string }[] = [];
  for (const profile of profiles) {
    const reason = reasonToLeaveOut(profile);
    if (reason === undefined) continue;
    free.delete(profile);
    leftOut.push({ column: profile.name, reason });
  }
  const subject = take(({ kind }) => kind === 'identity') ?? named(SUBJECT, 'code');
  if (!subject)
    return `${source} has no column of identity codes, and none whose name says whose row it is (patient, client, person).`;
  const owner = parent && take((one) => belongsTo(one, parent));
  const id = named(ID, 'code') ?? take((one) => one.kind === 'code' && isUnique(one) && one.rows > 1);
  const start = named(START, 'day') ?? take((one) => one.kind === 'day' && !END.test(one.name));
  if (!start) return `${source} has no column of days, and every row needs the day on which it began.`;
  const end = named(END, 'day');
  const isContacts = parent === undefined;
  const unit = named(UNIT, 'code');
  const professional = isContacts ? named(PROFESSIONAL, 'code') : undefined;
  const service = isContacts
    ? (take((one) => isList(one) && SERVICE.test(one.name)) ??
      take((one) => one.kind === 'word') ??
      take(isList))
    : undefined;
  const column = (
    column: string,
    kind: ProposedColumn['kind'],
    profile: ColumnProfile,
    more: Partial<ProposedColumn> = {},
  ): ProposedColumn => ({
    name: column,
    kind,
    from: profile.name,
    profile,
    list: undefined,
    optional: profile.filled < profile.rows,
    ...more,
  });
  const columns: ProposedColumn[] = [
    ...(owner ? [column('parent', 'record', owner, { optional: false })] : []),
    ...(id
      ? [column('id', 'record', id, { optional: false })]
      : isContacts
        ? [idOfSeveral([subject, start, ...(service ? [service] : []), ...(unit ? [unit] : [])])]
        : []),
    column('start', 'day', start, { optional: false }),
    ...(end ? [column('end', 'day', end, { optional: true })] : []),
    ...(service ? [column('service', 'code', service, { list: 'services', optional: false })] : []),
    ...(unit ? [column('unit', 'code', unit)] : []),
    ...(professional ? [column('professional', 'code', professional)] : []),
  ];
  const taken = new Set([
    ...columns.map((one) => one.name),
    'subject',
    'record',
    'parent',
    'unit',
    'service',
  ]);
  for (const profile of free) {
    const kind = profile.kind === 'word' ? 'code' : profile.kind;
    if (kind !== 'code' && kind !== 'number' && kind !== 'day' && kind !== 'partial-day') {
      leftOut.push({ column: profile.name, reason: 'another column says whose row it is' });
      continue;
    }
    const name = distinctName(profile.name, taken);
    columns.push(column(name, kind, profile, { list: profile.kind === 'word' ? listName(name) : undefined }));
  }
  return { name, source, sourceKind, subject, columns, leftOut };
}

function reasonToLeaveOut({ name, kind }: ColumnProfile): string | undefined {
  if (kind === 'empty') return 'it is empty';
  if (kind === 'text') return 'free text, names or mixed values';
  if (kind === 'identity' || SUBJECT.test(name)) return undefined;
  if (FREE_TEXT.test(name)) return 'its name says that it is free text';
  return IDENTIFYING.test(name) ? 'its name says that it identifies somebody' : undefined;
}

function isUnique({ counts, filled, rows }: ColumnProfile): boolean {
  return filled === rows && counts.size === rows;
}

/** Whether a column has so few codes that each can have a label, as services must. */
function isList({ kind, counts, filled }: ColumnProfile): boolean {
  return kind === 'word' || (kind === 'code' && counts.size <= Math.min(LONGEST_LIST, filled / 10));
}

/** Whether nearly all values are ids of records of another table. */
function belongsTo({ kind, counts }: ColumnProfile, { ids }: ParentTable): boolean {
  if (kind !== 'code') return false;
  let found = 0;
  for (const value of counts.keys()) if (ids.has(value)) found++;
  return found >= counts.size * 0.9;
}

function idOfSeveral(profiles: readonly ColumnProfile[]): ProposedColumn {
  const from = profiles.map(({ name }) => name);
  return { name: 'id', kind: 'record', from, profile: undefined, list: undefined, optional: false };
}

/** The name of a column in the style of registry.yaml. */
export function distinctName(source: string, taken: Set<string>): string {
  const words = subjectOfPath(source)
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9 ]/g, '')
    .trim()
    .toLowerCase()
    .split(' ');
  const joined = words
    .map((word, at) => (at === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('');
  const base = (/^[a-z]/.test(joined) ? joined : `column${joined}`).slice(0, 36);
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
  taken.add(name);
  return name;
}

/** A plural for a code list. */
function listName(column: string): string {
  return /[sxz]$/.test(column) ? `${column}es` : `${column}s`;
}
