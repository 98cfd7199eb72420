import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../parts/choice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { TextBox } from '../../parts/textBox.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { type ShownSigning, SIGNING } from '../revisions/policyRevisions.js';
import { DraftReview } from './draftReview.js';
import { GrantEditor } from './grantEditor.js';

interface PolicyText {
  readonly name: string;
  readonly text: string;
}

interface FilesAnswer {
  readonly policyFiles: readonly PolicyText[] | null;
  readonly policySigning: ShownSigning | null;
}

const filesQuery = `query PolicyFiles { policyFiles { name text } policySigning ${SIGNING} }`;

/** Changes the texts of policy files and of their tests, shows at once what that means, and proposes it. */
export function ProposeView() {
  const { t } = useTranslation('policies');
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<FilesAnswer>(filesQuery);
  const files = data?.policyFiles ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const file = files.find(({ name }) => name === chosen);
  /** File name -> its new text. */
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const draft = useMemo(
    () => ({ files: [...texts].map(([name, text]) => ({ name, text })), renew: [] }),
    [texts],
  );

  function setText({ name, text: before }: PolicyText, text: string): void {
    const others = [...texts].filter(([other]) => other !== name);
    setTexts(new Map(text === before ? others : [...others, [name, text]]));
  }

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
          options={files.map(({ name }) => ({
            id: name,
            label: texts.has(name) ? t('propose.changed', { file: name }) : name,
          }))}
        />
      )}
      {file && (
        <FileEditor
          key={file.name}
          file={file}
          text={texts.get(file.name) ?? file.text}
          onChange={(text) => setText(file, text)}
        />
      )}
      {file && data?.policySigning && <DraftReview draft={draft} signing={data.policySigning} />}
    </>
  );
}

interface FileEditorProps {
  readonly file: PolicyText;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A policy file as sentences, and next to them as text. */
function FileEditor({ file, text, onChange }: FileEditorProps) {
  const { t } = useTranslation('policies');
  return (
    <>
      <div className="draft-columns">
        <section aria-label={t('grants.heading')}>
          <h2>{t('grants.heading')}</h2>
          <p className="page-lead">{t('grants.lead')}</p>
          <GrantEditor text={text} onChange={onChange} />
        </section>
        <div className="yaml-text">
          <TextBox label={t('propose.text', { file: file.name })} value={text} onChange={onChange} isLong />
        </div>
      </div>
      <div className="decide-bar">
        <Button isDisabled={text === file.text} onPress={() => onChange(file.text)}>
          {t('propose.undo')}
        </Button>
      </div>
    </>
  );
}
