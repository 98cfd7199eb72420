import type { Identities } from '../../city/searchIdentities.js';
import { codes } from '../../integration/extractionExports.js';

/** The people in the valid inputs. They are fictitious, and nothing about them may occur in an output. */
export const identities: Identities = {
  codes: new Set(Object.values(codes)),
  texts: new Set([
    'Korhonen',
    'Lindström',
    'Anna, Maria',
    'Salainenkatu',
    'Vanhakatu',
    'Ei Kukaan',
    'Ei Tunnusta',
    '040 1234567',
  ]),
};

const { cecilia, nobody } = codes;

/** Early education's files about them: the rows of a SELECT, by file. */
export const children: Readonly<Record<string, string>> = {
  'attendance.parquet': `SELECT * FROM (VALUES
      ('R1', '${cecilia}', 'Cecilia Lindström', DATE '2012-02-01', 'PK-11', 'V10', 'O1', 120.5, 2),
      ('R2', '${nobody}', 'Ei Kukaan', DATE '2012-02-01', 'PK-11', 'V10', 'O1', 100, 0),
      ('R3', '${cecilia}', 'Cecilia Lindström', DATE '2012-03-01', 'PK-11', 'V10', NULL, 100, 0)
    ) AS t(record_id, child_code, child_name, month, unit, service, educator, hours, absence_days)`,
  'enrolments.parquet': `SELECT '${cecilia}' AS child_code, 'PK-11' AS unit, 'V10' AS service,
      DATE '2012-02-01' AS start_date, NULL::DATE AS end_date, 20.0 AS hours_per_week`,
  'staff.parquet': `SELECT '${cecilia}' AS child_code, 'O1' AS educator, 'PK-11' AS unit,
      DATE '2012-02-01' AS start_date, DATE '2012-06-01' AS end_date`,
  'objections.parquet': `SELECT '${cecilia}' AS child_code, DATE '2012-02-01' AS from_date`,
};
