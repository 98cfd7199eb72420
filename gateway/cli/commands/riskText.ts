import { figure, type RiskEvaluation } from '../../../subgraphs/risk/evaluation/evaluation.js';
import { formatDay, today } from '../../../schema/calendar.js';
import type {
  JudgedRegister,
  RegisteredVersion,
  Stop,
} from '../../../subgraphs/risk/register/judgeRegister.js';
import { BAND_ENDS, BANDS, type ShadowCounts } from '../../../subgraphs/risk/register/shadowTable.js';
import { count } from '../progress.js';

/** A version of the model, for people. */
export function versionLines(version: RegisteredVersion, register: JudgedRegister): string {
  const { approvers, approvedAt, missing, evaluation, registeredAt } = version;
  const approval = approvedAt
    ? `Approved on ${dayOf(approvedAt)} by ${[...approvers].join(', ')}.`
    : `Approved by ${approvers.size > 0 ? [...approvers].join(', ') : 'nobody'}; needs ${missing} more.`;
  return [
    `${version.version}  ${stateOf(version, register)}`,
    `   Registered on ${dayOf(registeredAt)}, ${evaluation === undefined ? 'not evaluated' : 'evaluated'}. ${approval}`,
  ].join('\n');
}

function stateOf(version: RegisteredVersion, { serving, shadow, stops }: JudgedRegister): string {
  if (version.retired) return 'retired';
  if (serving?.version === version.version) return 'serves';
  if (stops.some((stop) => stop.version === undefined || stop.version === version.version)) return 'stopped';
  if (shadow?.version === version.version) return 'in shadow';
  return version.approvedAt ? 'approved; a newer one serves' : 'waits for approval';
}

/** A stop that holds, for people. */
export function stopLine({ sequence, version, person, time, reason }: Stop): string {
  return `Stop ${sequence}: ${version ?? 'every version'}, on ${dayOf(time)} by ${person ?? 'somebody without a signature'}: ${reason}`;
}

/** How often a version in shadow came to which band, beside the one that serves: a row for each band of the latter. */
export function shadowText(serving: string, shadow: string, counts: ShadowCounts): string {
  const names = Array.from({ length: BANDS }, (_, band) => nameOf(band));
  const width =
    Math.max(...names.map(({ length }) => length), ...counts.map((number) => count(number).length)) + 2;
  const line = (head: string, cells: readonly string[]) =>
    `   ${head.padEnd(width)}${cells.map((cell) => cell.padStart(width)).join('')}`;
  const rows = names.map((name, row) =>
    line(
      name,
      names.map((_, column) => count(counts[row * BANDS + column]!)),
    ),
  );
  const total = counts.reduce((sum, number) => sum + number, 0);
  return [
    `Assessments by ${serving} (rows) and by ${shadow} in shadow (columns), probability within five years: ${count(total)}`,
    line('', names),
    ...rows,
  ].join('\n');
}

function nameOf(band: number): string {
  const percent = (index: number) => Math.round(BAND_ENDS[index]! * 100);
  return band < BAND_ENDS.length ? `< ${percent(band)} %` : `>= ${percent(band - 1)} %`;
}

function dayOf(time: Date): string {
  return formatDay(today(time));
}

/** The main figures of an evaluation, a line a quarter and horizon. */
export function evaluationText({ blocks, families }: RiskEvaluation): string {
  const lines = blocks.flatMap(({ asOf, trainedOn, horizons }) => [
    `As of ${asOf}${trainedOn ? ', the time that it was trained on' : ''}:`,
    '  years  children  clients  AUC                  logistic  slope  calibration error  below oracle  log loss above',
    ...horizons.map(({ years, children, clients, model, logisticRegression, oracle }) => {
      const { value, from, until } = model.auc;
      return [
        `  ${String(years).padEnd(5)}`,
        String(children).padStart(8),
        String(clients).padStart(7),
        `${figure(value, 4)} (${figure(from, 3)}-${figure(until, 3)})`,
        figure(logisticRegression.auc.value, 4).padStart(8),
        figure(model.slope.value, 3).padStart(5),
        figure(oracle?.calibrationError ?? model.calibrationError.value, 4).padStart(17),
        oracle ? figure(oracle.aucBelow.value, 4).padStart(12) : '',
        oracle ? figure(oracle.divergence, 4).padStart(14) : '',
      ].join('  ');
    }),
  ]);
  return [`On ${families} families that it has not seen.`, ...lines].join('\n');
}
