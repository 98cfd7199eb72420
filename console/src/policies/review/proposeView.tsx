import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../parts/choice.js';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { TextBox } from '../../parts/textBox.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer, useAsk } from '../../session/useAnswer.js';
import { FaultNotice, StepRefused } from '../revisions/faultNotice.js';
import { type ShownSigning, SIGNING } from '../revisions/policyRevisions.js';
import { YamlDifference } from '../revisions/yamlDifference.js';
import { CheckDetails } from './checkDetails.js';
import { DRAFT_CHECK, type DraftCheck } from './draftCheck.js';
import { GrantEditor } from './grantEditor.js';
import { ProposalForm, type ProposalTerms } from './proposalForm.js';

interface FilesAnswer {
  readonly policyFiles: readonly { readonly name: string; readonly text: string }[] | null;
  readonly policySigning: ShownSigning | null;
}

const filesQuery = `query PolicyFiles { policyFiles { name text } policySigning ${SIGNING} }`;
const checkQuery = `query CheckPolicyDraft($files: [PolicyFileInput!]!) {
  checkPolicyDraft(files: $files) { ${DRAFT_CHECK} }
}`;
const payloadQuery = `query DraftToSign(
  $files: [PolicyFileInput!]!, $author: String!, $comment: String!, $days: Int!, $overrule: String
) {
  checkPolicyDraft(files: $files) {
    payload(author: $author, comment: $comment, days: $days, overruleFailingTests: $overrule)
  }
}`;

/** Changes the text of one policy file, shows what that means, and proposes it. */
export function ProposeView() {
  const { t } = useTranslation('policies');
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<FilesAnswer>(filesQuery);
  const files = data?.policyFiles ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const file = files.find(({ name }) => name === chosen);
  return (
    <>
      <PageHeading title={t('propose.title')} lead={t('propose.lead')} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {files.length > 0 && (
        <Choice
          label={t('revisions.file')}
          placeholder={t('propose.chooseFile')}
          value={chosen}
          onChange={setChosen}
          options={files.map(({ name }) => ({ id: name, label: name }))}
        />
      )}
      {file && data?.policySigning && <Draft key={file.name} file={file} signing={data.policySigning} />}
    </>
  );
}

interface DraftProps {
  readonly file: { readonly name: string; readonly text: string };
  readonly signing: ShownSigning;
}

interface CheckAnswer {
  readonly checkPolicyDraft: (DraftCheck & { readonly payload?: string | null }) | null;
}

function Draft({ file, signing }: DraftProps) {
  const { t } = useTranslation('policies');
  const ask = useAsk<CheckAnswer>();
  const [text, setText] = useState(file.text);
  /** The check, and the text that was checked. */
  const [checked, setChecked] = useState<{ readonly text: string; readonly check: DraftCheck }>();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const check = checked?.text === text ? checked.check : undefined;

  async function asked(query: string, terms?: ProposalTerms): Promise<CheckAnswer['checkPolicyDraft']> {
    const { data, shortcomings } = await ask(query, { files: [{ name: file.name, text }], ...terms });
    const refused = StepRefused.of(shortcomings);
    if (refused) throw refused;
    return data?.checkPolicyDraft ?? null;
  }

  return (
    <>
      <div className="draft-columns">
        <section aria-label={t('grants.heading')}>
          <h2>{t('grants.heading')}</h2>
          <p className="page-lead">{t('grants.lead')}</p>
          <GrantEditor text={text} onChange={setText} />
        </section>
        <div className="yaml-text">
          <TextBox label={t('propose.text', { file: file.name })} value={text} onChange={setText} isLong />
        </div>
      </div>
      <div className="decide-bar">
        <Button
          className="react-aria-Button main-action"
          isDisabled={isBusy || text === file.text}
          onPress={() => {
            setBusy(true);
            setProblem(undefined);
            asked(checkQuery)
              .then((found) => found && setChecked({ text, check: found }), setProblem)
              .finally(() => setBusy(false));
          }}
        >
          {t('propose.check')}
        </Button>
        <Button isDisabled={text === file.text} onPress={() => setText(file.text)}>
          {t('propose.undo')}
        </Button>
      </div>
      {isBusy && <Waiting />}
      {problem !== undefined && <FaultNotice problem={problem} />}
      {checked && !check && <Notice kind="information">{t('propose.checkAgain')}</Notice>}
      {check && (
        <>
          <CheckDetails check={check} />
          <section className="policy-section">
            <h2>{t('revision.yaml')}</h2>
            <YamlDifference file={file.name} before={file.text} after={text} />
          </section>
          {check.compiles && (
            <section className="policy-section">
              <h2>{t('propose.sign')}</h2>
              {signing.isNeeded ? (
                <ProposalForm
                  check={check}
                  signing={signing}
                  payload={async (terms) => (await asked(payloadQuery, terms))?.payload ?? null}
                />
              ) : (
                <Notice kind="information">{t('propose.dev', { file: file.name })}</Notice>
              )}
            </section>
          )}
        </>
      )}
    </>
  );
}
