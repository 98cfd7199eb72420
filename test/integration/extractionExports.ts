import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDay } from '../../lib/calendar.js';
import { sqlText, withMemoryDatabase } from '../../lib/duckdb.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { codeAt, type CodeColumn, NO_DAY, type Table } from '../../registry-kit/columns/table.js';
import { syntheticCheckCharacter } from '../../synthetic-city/names.js';

export const SECRET = Buffer.alloc(32, 11);

function identityCode(ddmmyy: string, sign: string, number: string): string {
  return ddmmyy + sign + number + syntheticCheckCharacter(ddmmyy, number);
}

/** The people of the small exports. Anna's code was changed; Nobody is in no population register. */
export const codes = {
  anna: identityCode('010280', '-', '902'),
  annaBefore: identityCode('010280', '-', '904'),
  bertil: identityCode('150378', '-', '901'),
  cecilia: identityCode('241208', 'A', '906'),
  nobody: identityCode('020202', 'A', '903'),
} as const;

const VISIT_COLUMNS =
  'KAYNTITUNNUS;HETU;NIMI;ALKUPVM;LOPPUPVM;PALVELU;YKSIKKO;AMMATTIHENKILO;DIAGNOOSI;KIIREELLISYYS';
/** Columns that came later. They are empty, so that the rows of tests need not change with them. */
const LATER_VISIT_COLUMNS = '';

/** The file of visits: its header, and rows with the values of `VISIT_COLUMNS`. */
export function visitsFile(rows: readonly string[]): readonly string[] {
  const empty = LATER_VISIT_COLUMNS.replace(/[^;]/g, '');
  return [VISIT_COLUMNS + LATER_VISIT_COLUMNS, ...rows.map((row) => row + empty)];
}

export type Exports = Record<string, Record<string, readonly string[]>>;

/** Small exports of the departments that write CSV: registry -> file -> lines, the header first. */
export function smallExports(): Exports {
  const { anna, annaBefore, bertil, cecilia, nobody } = codes;
  return {
    population: {
      'henkilot.csv': [
        'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva',
        `${anna},Korhonen,"Anna, Maria",1980-02-01,2,fi,`,
        `${bertil},Lindström,Bertil,1978-03-15,1,sv,2015-06-30`,
        `${cecilia},Lindström,Cecilia,2008-12-24,2,sv,`,
      ],
      'huoltajuudet.csv': ['huollettava,huoltaja,alku,loppu', `${cecilia},${anna},2008-12-24,`],
      'perheet.csv': [
        'perhetunnus,henkilotunnus,rooli,alku,loppu',
        `P-1,${annaBefore},vanhempi,2008-12-24,`,
        `P-1,${cecilia},lapsi,2008-12-24,`,
        `P-2,${bertil},vanhempi,2002-01-01,2008-12-23`,
      ],
      'asuminen.csv': [
        'henkilotunnus,katuosoite,osa_alue,alku,loppu',
        `${anna},Salainenkatu 1 A 2,111,2010-01-01,`,
        `${anna},Vanhakatu 3,211,2002-01-01,2009-12-31`,
      ],
      'tunnusmuutokset.csv': ['vanha,uusi,pvm', `${annaBefore},${anna},2012-01-01`],
      'turvakiellot.csv': ['henkilotunnus,alku,loppu', `${cecilia},2014-01-01,`],
    },
    health: {
      'kaynnit.csv': visitsFile([
        `K1;${bertil};Lindström Bertil;05.02.2012;;T11;TK-1;L77;J06.9;2`,
        `K2;${anna};Korhonen Anna;03.04.2013;10.04.2013;T90;TK-2;;;`,
        `K3;${annaBefore.toLowerCase()};Korhonen Anna;01.02.2011;;T11;TK-1;L77;I10;3`,
        `K4;${nobody};Ei Kukaan;01.02.2011;;T11;TK-1;L77;;`,
        `K5;;Ei Tunnusta;01.02.2011;;T11;TK-1;L77;;`,
        `K6;${bertil.slice(0, 10)}?;Väärä Tunnus;01.02.2011;;T11;TK-1;L77;;`,
        `K7;${anna};Korhonen Anna;31.02.2011;;T11;TK-1;L77;;`,
        `K8;${anna};Korhonen Anna;02.02.2011;01.02.2011;T11;TK-1;L77;;`,
        `K9;${anna};Korhonen Anna;02.02.2011;;T00;TK-1;L77;;`,
        `K10;${anna};Korhonen Anna;02.02.2011;;;TK-1;L77;;`,
        `K1;${anna};Korhonen Anna;02.02.2011;;T11;TK-1;L77;;`,
        `K11;${anna};Korhonen; Anna;02.02.2011;;T11;TK-1;L77;;`,
        `K12;${anna};Korhonen Anna;02.02.2011;;T11;TK-1`,
        `K13;${anna};Korhonen Anna;02.02.2011;;T11;Liisa ja Matti;L77;;`,
        `K14;${cecilia};Lindström Cecilia;02.02.2011;;T21;NV-1;;;`,
      ]),
      'hoitosuhteet.csv': [
        'HETU;TYONTEKIJA;YKSIKKO;ALKUPVM;LOPPUPVM',
        `${anna};L77;;01.01.2011;`,
        `${anna};;TK-1;01.01.2010;31.12.2010`,
      ],
      'kiellot.csv': ['HETU;ALKUPVM', `${bertil};01.06.2014`],
    },
    social: {
      'contacts.csv': [
        'contact_id,client_code,client_name,start_date,end_date,service,unit,worker,kind,decision,note',
        `S1,${anna},Anna Korhonen,2012-05-14,,S10,SO-1,W1,meeting,,"Asiakas sanoi: ""en tiedä"",`,
        'ja lähti; soita 040 1234567"',
        `S2,${cecilia},Cecilia Lindström,2013-01-02,2013-01-03,S20,SO-1,W1,,granted,`,
      ],
      'child_protection.csv': [
        'step_id,client_code,step,start_date,end_date,unit',
        `1,${cecilia},notification,2013-01-01,2013-01-01,SO-1`,
      ],
      'income_support.csv': ['client_code,month,amount_eur', `${anna},2012-05,412.50`],
      'case_workers.csv': ['client_code,worker,unit,start_date,end_date', `${anna},W1,SO-1,2012-01-01,`],
      'objections.csv': ['client_code,from_date'],
    },
  };
}

/** A folder for one test: exports in it, and the data directory next to them. */
export class ExtractionSite {
  private constructor(private readonly folder: string) {}

  static async create(exports: Exports = smallExports()): Promise<ExtractionSite> {
    const site = new ExtractionSite(await mkdtemp(join(tmpdir(), 'polku-extraction-')));
    await site.write(exports);
    return site;
  }

  get source(): string {
    return join(this.folder, 'exports');
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  async write(exports: Exports): Promise<void> {
    for (const [registry, files] of Object.entries(exports)) {
      await mkdir(join(this.source, registry), { recursive: true });
      for (const [file, lines] of Object.entries(files)) {
        await writeFile(join(this.source, registry, file), `${lines.join('\n')}\n`);
      }
    }
  }

  /** Writes one of early education's files from the rows of a SELECT. */
  async writeParquet(registry: string, file: string, select: string): Promise<void> {
    await mkdir(join(this.source, registry), { recursive: true });
    const path = join(this.source, registry, file);
    await withMemoryDatabase((connection) =>
      connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet)`),
    );
  }

  linkage(): Promise<Linkage> {
    return Linkage.open({ dir: join(this.data, 'linkage'), secret: SECRET, expectedPersons: 100 });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * The rows of a table as texts, persons by their names in `codes`, in the table's order within each person.
 */
export function readable(table: Table, linkage: Linkage): Record<string, unknown>[] {
  const names = new Map(
    Object.entries(codes)
      .reverse()
      .map(([name, code]) => [linkage.findPerson(hetu, code), name]),
  );
  return Array.from({ length: table.rows }, (_, row) => {
    const cells = Object.entries(table.columns).flatMap(([name, column]) => {
      if (column instanceof BigUint64Array) return [];
      if (column instanceof Int32Array)
        return column[row] === NO_DAY ? [] : [[name, formatDay(column[row]!)]];
      if (column instanceof Float64Array) return Number.isNaN(column[row]) ? [] : [[name, column[row]]];
      if (column instanceof Uint32Array) return [[name, names.get(column[row]!) ?? column[row]]];
      const code = codeAt(column as CodeColumn, row);
      return code === undefined ? [] : [[name, code]];
    });
    return Object.fromEntries([['subject', names.get(table.subject[row]!)], ...cells]) as Record<
      string,
      unknown
    >;
  });
}
