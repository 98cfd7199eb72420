import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useAsk } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import reconcileAuditLog from './reconcileAuditLog.graphql';
import verifyAuditLog from './verifyAuditLog.graphql';

interface Fault {
  readonly kind: string;
  readonly file: string | null;
  readonly line: number | null;
}

interface Verification {
  readonly hasWitness: boolean;
  readonly fault: Fault | null;
  readonly chains: readonly {
    readonly chain: string;
    readonly checkpoint: number | null;
    readonly checkpointAt: string | null;
    readonly records: number;
    readonly unsigned: number;
    readonly unproven: number;
    readonly fault: Fault | null;
  }[];
}

interface Reconciliation {
  readonly registries: readonly string[];
  readonly since: string;
  readonly count: number;
  readonly differences: readonly {
    readonly registry: string;
    readonly decisionId: string;
    readonly at: string;
    readonly missingIn: 'GATEWAY' | 'REGISTRY';
    readonly noted: number;
    readonly recorded: number | null;
  }[];
}

/** Verifies the log and compares it with those of the registries, by one button each. */
export function VerificationView() {
  const { t } = useTranslation('log');
  const verify = useCheck<{ readonly verifyAuditLog: Verification | null }>(verifyAuditLog);
  const reconcile = useCheck<{ readonly reconcileAuditLog: Reconciliation | null }>(reconcileAuditLog);
  const [verified, compared] = [verify.data?.verifyAuditLog, reconcile.data?.reconcileAuditLog];
  return (
    <div className="log-checks">
      <section className="card">
        <h2>{t('verify.title')}</h2>
        <p>{t('verify.lead')}</p>
        <CheckButton check={verify} name={t('verify.start')} />
        {verified && <VerificationResult {...verified} />}
      </section>
      <section className="card">
        <h2>{t('reconcile.title')}</h2>
        <p>{t('reconcile.lead')}</p>
        <CheckButton check={reconcile} name={t('reconcile.start')} />
        {compared && <ReconciliationResult {...compared} />}
      </section>
    </div>
  );
}

interface Check<Data> {
  readonly data: Data | undefined;
  readonly problem: unknown;
  /** The gateway answered without a result: another check runs, or a part cannot be read. */
  readonly isRefused: boolean;
  readonly isRunning: boolean;
  start(): void;
  stop(): void;
}

/** A question that may take minutes. To stop it ends the work at the gateway, too. */
function useCheck<Data>(query: string): Check<Data> {
  const ask = useAsk<Data>();
  const [state, setState] = useState<Omit<Check<Data>, 'start' | 'stop'>>(idle);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (): Promise<void> => {
    const { signal } = (running.current = new AbortController());
    setState({ ...idle, isRunning: true });
    try {
      const { data, shortcomings } = await ask(query, undefined, signal);
      const isRefused = shortcomings.faults.length + shortcomings.refusals.length > 0;
      setState({ ...idle, data, isRefused });
    } catch (problem) {
      setState({ ...idle, problem: signal.aborted ? undefined : problem });
    }
  };
  return { ...state, start: () => void start(), stop: () => running.current?.abort() };
}

const idle = { data: undefined, problem: undefined, isRefused: false, isRunning: false };

function CheckButton({ check, name }: { readonly check: Check<unknown>; readonly name: string }) {
  const { t } = useTranslation('log');
  return (
    <>
      {check.isRunning ? (
        <>
          <Button onPress={check.stop}>{t('verify.stop')}</Button>
          <Waiting />
        </>
      ) : (
        <Button className="react-aria-Button main-action" onPress={check.start}>
          {name}
        </Button>
      )}
      {check.isRefused && <Notice kind="problem">{t('verify.refused')}</Notice>}
      {check.problem !== undefined && <ProblemNotice problem={check.problem} />}
    </>
  );
}

function VerificationResult({ fault, chains, hasWitness }: Verification) {
  const { t } = useTranslation('log');
  const { moment, number } = useFormat();
  const place = (found: Fault) => [found.file, found.line].filter((part) => part !== null).join(':');
  return (
    <div className="log-results">
      <Notice kind={fault ? 'problem' : 'information'}>
        {fault
          ? t('verify.fault', { kind: t(`fault.${fault.kind}`), place: place(fault) || t('details.none') })
          : t('verify.whole')}
      </Notice>
      {!hasWitness && <p>{t('verify.noWitness')}</p>}
      <DataTable
        caption={t('verify.caption')}
        rows={chains}
        rowKey={({ chain }) => chain}
        columns={[
          { id: 'chain', heading: t('verify.chain'), isRowHeading: true, cell: ({ chain }) => chain },
          {
            id: 'result',
            heading: t('verify.result'),
            cell: ({ fault: wrong, checkpoint, checkpointAt, unsigned }) => (
              <>
                {wrong
                  ? t('verify.fault', {
                      kind: t(`fault.${wrong.kind}`),
                      place: place(wrong) || t('details.none'),
                    })
                  : checkpoint !== null && checkpointAt !== null
                    ? t('verify.upTo', { checkpoint: number(checkpoint), at: moment(checkpointAt) })
                    : t('verify.noCheckpoint')}{' '}
                {unsigned > 0 && t('verify.unsigned', { count: unsigned })}
              </>
            ),
          },
          {
            id: 'records',
            heading: t('verify.records'),
            isNumber: true,
            cell: ({ records }) => number(records),
          },
          {
            id: 'unproven',
            heading: t('verify.unproven'),
            isNumber: true,
            cell: ({ unproven }) => number(unproven),
          },
        ]}
      />
    </div>
  );
}

function ReconciliationResult({ registries, since, count, differences }: Reconciliation) {
  const { t } = useTranslation('log');
  const { moment, number, list } = useFormat();
  return (
    <div className="log-results">
      <Notice kind={count === 0 ? 'information' : 'warning'}>
        {registries.length === 0
          ? t('reconcile.nothing')
          : count === 0
            ? t('reconcile.agree', { registries: list(registries), since: moment(since) })
            : t('reconcile.differ', { count, since: moment(since) })}
      </Notice>
      {count > 0 && (
        <DataTable
          caption={t('reconcile.caption')}
          rows={differences}
          rowKey={({ registry, decisionId }) => `${registry} ${decisionId}`}
          columns={[
            { id: 'at', heading: t('table.at'), isRowHeading: true, cell: ({ at }) => moment(at) },
            { id: 'registry', heading: t('reconcile.registry'), cell: ({ registry }) => registry },
            {
              id: 'missing',
              heading: t('reconcile.missing'),
              cell: ({ missingIn }) =>
                missingIn === 'GATEWAY' ? t('reconcile.GATEWAY') : t('reconcile.REGISTRY'),
            },
            {
              id: 'noted',
              heading: t('reconcile.noted'),
              isNumber: true,
              cell: ({ noted }) => number(noted),
            },
            {
              id: 'recorded',
              heading: t('reconcile.recorded'),
              isNumber: true,
              cell: ({ recorded }) => number(recorded ?? 0),
            },
            { id: 'id', heading: t('details.id'), cell: ({ decisionId }) => <code>{decisionId}</code> },
          ]}
        />
      )}
    </div>
  );
}
