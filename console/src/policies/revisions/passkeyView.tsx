import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../parts/dataTable.js';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { TextBox } from '../../parts/textBox.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { FaultNotice } from './faultNotice.js';
import { makePasskey, type NewPasskey } from './passkeys.js';
import { type ShownSigning, signingQuery } from './policyRevisions.js';

/** The form of ids in owners.yaml. */
const PERSON = /^[a-z][a-z0-9-]*$/;

/** Makes a passkey, and shows what the operators write into owners.yaml. */
export function PasskeyView() {
  const { t } = useTranslation('policies');
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{ policySigning: ShownSigning | null }>(
    signingQuery,
  );
  const signing = data?.policySigning;
  return (
    <>
      <PageHeading title={t('passkey.title')} lead={t('passkey.lead')} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {signing && !signing.isNeeded && <Notice kind="information">{t('revisions.dev')}</Notice>}
      {signing && <Enrolment signing={signing} />}
      {signing && signing.people.length > 0 && <People signing={signing} />}
    </>
  );
}

function Enrolment({ signing }: { readonly signing: ShownSigning }) {
  const { t } = useTranslation('policies');
  const [person, setPerson] = useState('');
  const [device, setDevice] = useState('');
  const [made, setMade] = useState<NewPasskey>();
  const [problem, setProblem] = useState<unknown>();
  const relyingParty = signing.relyingParty ?? window.location.hostname;
  const isSound = PERSON.test(person);
  return (
    <section className="card passkey-card">
      <h2>{t('passkey.make')}</h2>
      <ol className="passkey-steps">
        <li>{t('passkey.step.office')}</li>
        <li>{t('passkey.step.device')}</li>
        <li>{t('passkey.step.send')}</li>
      </ol>
      <div className="passkey-fields">
        <TextBox
          label={t('passkey.person')}
          hint={t('passkey.personHint')}
          value={person}
          onChange={setPerson}
          fault={person !== '' && !isSound ? t('passkey.personFault') : undefined}
        />
        <TextBox
          label={t('passkey.device')}
          hint={t('passkey.deviceHint')}
          value={device}
          onChange={setDevice}
        />
      </div>
      <Button
        className="react-aria-Button main-action"
        isDisabled={!isSound}
        onPress={() => {
          setProblem(undefined);
          setMade(undefined);
          makePasskey(relyingParty, person).then(setMade, setProblem);
        }}
      >
        {t('passkey.makeNow')}
      </Button>
      {problem !== undefined && <FaultNotice problem={problem} />}
      {made && (
        <>
          <Notice kind="information">{t('passkey.made')}</Notice>
          <pre className="owners-lines" tabIndex={0} role="region" aria-label={t('passkey.lines')}>
            {ownersLines(made, {
              person,
              device,
              relyingParty,
              login: signing.login,
              isNew: signing.relyingParty === null,
            })}
          </pre>
        </>
      )}
    </section>
  );
}

/** The lines for owners.yaml. */
function ownersLines(
  { id, key }: NewPasskey,
  {
    person,
    device,
    relyingParty,
    login,
    isNew,
  }: {
    readonly person: string;
    readonly device: string;
    readonly relyingParty: string;
    readonly login: string;
    /** Whether owners.yaml names no console yet. */
    readonly isNew: boolean;
  },
): string {
  const label = device.trim() === '' ? '' : `, label: ${JSON.stringify(device.trim())}`;
  const console = `relyingParty: { id: ${relyingParty}, origins: [${JSON.stringify(window.location.origin)}] }`;
  return [
    ...(isNew ? [console] : []),
    'people:',
    `  ${person}:`,
    `    login: ${JSON.stringify(login)}`,
    '    passkeys:',
    `      - { id: ${JSON.stringify(id)}, key: ${JSON.stringify(key)}${label} }`,
  ].join('\n');
}

/** Who signs for which registry, and who has no passkey yet. */
function People({ signing: { people } }: { readonly signing: ShownSigning }) {
  const { t } = useTranslation('policies');
  return (
    <section className="policy-section">
      <h2>{t('passkey.people')}</h2>
      <DataTable
        caption={t('passkey.peopleCaption')}
        rows={people}
        rowKey={({ id }) => id}
        columns={[
          { id: 'id', heading: t('passkey.id'), isRowHeading: true, cell: ({ id }) => <code>{id}</code> },
          { id: 'office', heading: t('passkey.office'), cell: ({ office }) => office },
          {
            id: 'registries',
            heading: t('passkey.registries'),
            cell: ({ registries }) => registries.join(', '),
          },
          {
            id: 'passkeys',
            heading: t('passkey.passkeys'),
            isNumber: true,
            cell: ({ passkeys }) => (passkeys.length === 0 ? t('passkey.none') : passkeys.length),
          },
          { id: 'until', heading: t('passkey.until'), cell: ({ until }) => until ?? t('passkey.noEnd') },
        ]}
      />
    </section>
  );
}
