import { PolkuError } from '../../../schema/polkuError.js';
import { AGE_FACTOR } from '../model/modelContent.js';
import type { RiskTable } from './riskTable.js';

/** Of fewer clients nothing can be learnt, and what is learnt tells of them. */
const FEWEST_CLIENTS = 20;

/** Why nothing can be trained on a table; undefined where it can. */
export function lackOfData(table: RiskTable, rows: Uint32Array, isTrain: Uint8Array): PolkuError | undefined {
  if (!table.factors.some(({ id }) => id === AGE_FACTOR))
    return new PolkuError(
      'RISK_TABLE_UNFIT',
      `The table has no factor ${AGE_FACTOR}, on which every model counts.`,
    );
  const clients = rows.filter((row, i) => isTrain[i] === 1 && table.outcome[row]! > 0).length;
  if (clients >= FEWEST_CLIENTS && isTrain.includes(0)) return undefined;
  return new PolkuError(
    'RISK_TABLE_UNFIT',
    `A model needs ${FEWEST_CLIENTS} children of training families who became clients, and some of validation families; there are ${clients}. ` +
      'Take more blocks, or a larger city.',
    { clients },
  );
}
