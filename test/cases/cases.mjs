// Inputs that Polku once answered wrongly, by permanent ids, and the page that lists the tests for each of them.
// A test belongs to a case when its title begins with the id: it('X05: refuses a source that is a FIFO').
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The required behaviour, by case. The tests of a case cover its whole kind. */
export const cases = {
  X01: 'No error, log or report of an extraction prints anything of a row',
  X02: 'A folder named like `name=value` changes no column of a Parquet file',
  X03: 'A list that protects people is read completely, or nothing is published',
  X04: 'A source that is much smaller than the previous snapshot, or empty, publishes nothing',
  X05: 'A source that is not a regular file is refused at once, and named by its kind',
  X06: 'Restrictions belong to one linkage store, and nothing is served or extracted with another',
  X07: 'A mapping that writes a value outside an enumeration does not compile',
  X08: 'A row whose parent record does not exist is counted as rejected',
  X09: 'Spreadsheet errors and null markers are no ids, and registers that only look people up create none',
  X10: 'No value that normalises to an identity code is stored as a code or a number',
  X11: 'Open ends and days outside the calendar reject no row whose other values are valid',
  X12: 'A header with a mapped name twice is refused',
  X13: 'Each Parquet value has one canonical text, whatever its type',
  X14: 'Keys of `values` in a mapping are texts, exactly as written',
  X15: 'Numbers are plain decimals, and a decimal comma can be declared',
  X16: 'A reject names its reason, column and rule',
  X17: 'Common forms of days, ids of several columns and constants can be mapped',
  X18: 'The lint of a mapping lists what the mapping leaves unchecked',
  X19: 'A file of another format or encoding is refused with the name of that format or encoding',
  X20: 'An id issued before two keys were merged finds the merged person',
  X21: 'A field that is too long is one malformed row',
  X22: 'Every row that was read is served or rejected',
  X23: 'A registry can be left out, and an answer names a missing column',
  Y01: 'A policy test that violates its schema is reported with its place',
  Y02: 'Names and days in a policy test are checked, and a case that asserts nothing is a fault',
  Y03: 'Hidden files next to policies are ignored, and entries that are not regular files are named',
  Y04: 'YAML aliases work, or the real reason is reported at its place',
  Y05: 'A policy with thousands of faults blocks no other request',
  Y06: 'Proposals have consecutive numbers, and can be withdrawn and rejected',
  Y07: 'A request uses one policy revision at every registry',
  Y08: 'The impact of a draft lists withheld sectors and new masks',
  Y09: 'A grant is covered when a case fails without it',
  G01: 'A registry that changes its schema gets no requests and is named in the log',
  G02: 'Every node of a group filter counts, and questions are charged before anything is scanned',
  G03: 'A page of the access log costs what a page costs',
  G04: 'The limits of the operation that runs apply',
  G05: 'Every failure is recorded under its decision id',
  G06: 'Null reaches no non-null position',
  G07: 'Media types are read as RFC 9110 says',
  G08: 'The token is verified before the body is read',
  G09: 'Rows that no permission opens are not read',
  G10: 'No assessment reveals a birth date more precisely than policy shows it',
  G11: 'Row counts do not reveal what an erasure removed',
  G12: 'A hidden criterion of a filter looks like one that does not exist',
  G13: 'Claims of a token are typed strictly, and its lifetime has a maximum',
  G14: 'Clocks may differ by 30 seconds, and a larger difference is reported',
  G15: 'Known keys work through an outage of the issuer, and new ones are noticed within seconds',
  G16: 'Every 401 and 403 is a security event',
  G17: 'A gateway that cannot write its audit log is not ready',
  G18: 'Only one of two processes on a data folder starts',
  G19: 'A copy of a running data folder starts',
  G20: 'The answers for a person whose condition fails, and for one without data, are documented',
  G21: 'A reason that holds an identity code is refused in any spelling',
  G22: 'New operations do not block other callers',
  C04: 'A ledger of group questions that is missing, truncated or changed is not opened',
  C07: 'One month has one survival, or none',
  C08: 'An undefined measure is not published',
  C09: 'Reconciling an unchanged installation finds nothing, and training is in the log of the people concerned',
  A01: 'Removals are signed, and unsigned records are reported',
  A02: 'A log that is renamed, unlinked or replaced under a gateway stops its answers',
  A03: 'A registry that had restrictions does not serve without them',
  A04: 'A witness that proves nothing is a fault',
  A05: 'Verification has different exit codes for a tampered log, an unreadable log and another key',
  A06: 'Records of a person are found under every key that the person ever had',
  A07: 'Retention removes nothing because of a jump of the clock',
  A08: 'Each writer has a chain of its own, and one verification reads them all',
  A09: 'Reconciling names surplus records on either side',
  E01: 'A field that is left out takes no other field with it',
  E02: 'Fields with different requirements each get what they require, under any condition',
  E03: 'Objects whose fields are all left out are empty, and not refused',
  E06: 'Ids and variables are checked before planning, which has limits and a deadline, and yields to other work',
};

/** Cases that are known and not fixed: id -> the page under docs/ that describes them. */
const openCases = {
  ...Object.fromEntries(['C01', 'C02', 'C03', 'C05', 'C06', 'C10'].map((id) => [id, 'disclosure.md'])),
  ...Object.fromEntries(['E04', 'E05'].map((id) => [id, 'decisions/execution.md'])),
};

/** Matches an attack whose source names cases: id, title and the cases. */
const ATTACK = /\battack\(\s*'([0-9A-F]{4})',\s*(['"])((?:(?!\2).)+)\2,\s*'cases? ([^';]*)/g;
const TITLE = /(['"`])((?:[A-Z]\d\d)(?:, [A-Z]\d\d)*): ((?:(?!\1).)+)\1/g;

/**
 * The tests that name a case, by id of the case.
 * @param {string} root folder of the package
 * @returns {Promise<Map<string, { file: string, title: string }[]>>}
 */
export async function testsByCase(root) {
  const found = new Map();
  const entries = await readdir(join(root, 'test'), { recursive: true });
  for (const file of entries.filter((name) => name.endsWith('.test.ts')).sort()) {
    for (const [, , ids, title] of (await readFile(join(root, 'test', file), 'utf8')).matchAll(TITLE)) {
      for (const id of ids.split(', ')) {
        if (!found.has(id)) found.set(id, []);
        found.get(id).push({ file: `test/${file}`, title });
      }
    }
  }
  return found;
}

/**
 * The attacks that try a case, by id of the case.
 * @param {string} root folder of the package
 * @returns {Promise<Map<string, { id: string, title: string }[]>>}
 */
async function attacksByCase(root) {
  const found = new Map();
  const folder = join(root, 'test', 'attacks', 'attacks');
  for (const file of (await readdir(folder)).sort()) {
    for (const [, id, , title, named] of (await readFile(join(folder, file), 'utf8')).matchAll(ATTACK)) {
      for (const [tried] of named.matchAll(/[A-Z]\d\d/g)) {
        if (!found.has(tried)) found.set(tried, []);
        found.get(tried).push({ id, title });
      }
    }
  }
  return found;
}

/** The text of docs/cases.md. */
export async function casesPage(root) {
  const [found, attacks] = [await testsByCase(root), await attacksByCase(root)];
  const sections = Object.entries(cases).map(([id, holds]) => {
    const tests = (found.get(id) ?? []).map(({ file, title }) => `- [${file}](../${file}): ${title}`);
    const tried = (attacks.get(id) ?? []).map(
      (attack) => `- attack \`${attack.id}\` ([attacks.md](attacks.md)): ${attack.title}`,
    );
    return `## ${id}: ${holds}\n\n${[...tests, ...tried].join('\n')}\n`;
  });
  return `# Cases

Inputs that Polku once answered wrongly. Each represents its kind and has a permanent id. Tests of a case have its id in their
titles, and the source of an attack names the case that it tries. \`npm run jest -- -t X05\` runs the tests of one case. This page is generated (\`npm run cases\`), and a test fails when it is stale.

${sections.join('\n')}
## Open

These cases are known. Each has a page that describes it:

${Object.entries(openCases)
  .map(([id, page]) => `- ${id}: [${page}](${page})`)
  .join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..', '..');
  await writeFile(join(root, 'docs', 'cases.md'), await casesPage(root));
}
