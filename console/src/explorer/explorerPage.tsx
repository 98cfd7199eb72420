import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Switch } from 'react-aria-components/Switch';
import { useTranslation } from 'react-i18next';
import { examples } from '../examples/examples.js';
import { Notice } from '../parts/notice.js';
import { PageHeading } from '../parts/pageHeading.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { saveFile } from '../parts/saveFile.js';
import { useMediaQuery } from '../parts/useMediaQuery.js';
import { Waiting } from '../parts/waiting.js';
import { noShortcomings, readShortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import type { GatewayQuestion } from '../session/gatewayClient.js';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import './explorer.css';
import type { EditorProps, ExplorerNotice, OperationEditor } from './operation.js';
import { operationFile, readOperationFile } from './operationFile.js';
import { PlainEditor } from './plainEditor.js';
import { useVisibleSchema } from './useVisibleSchema.js';

/** The large editor is loaded only where it has room. */
const GraphiqlEditor = lazy(async () => ({
  default: (await import('./graphiqlEditor.js')).GraphiqlEditor,
}));

const NARROW = '(width < 600px)';
const welcome = examples.find(({ id }) => id === 'whatMayISee')!.query;
const nothing: ExplorerNotice = { shortcomings: noShortcomings, note: undefined };

/**
 * Questions in GraphQL for the chosen persona and purpose. Another persona or purpose gets another editor, so
 * that no schema, answer or running request of one is shown for the other.
 */
export function ExplorerPage() {
  const { t } = useTranslation('explorer');
  const { client, purpose } = useSession();
  const { label } = useFormat();
  const { schema, problem, retry } = useVisibleSchema();
  const [editor, setEditor] = useState<OperationEditor | null>(null);
  const [partial, setPartial] = useState(false);
  const [notice, setNotice] = useState(nothing);

  return (
    <div className="page explorer-page">
      <PageHeading title={t('title')} lead={t('lead', { purpose: label(purpose.label) })} />
      <div className="explorer-tools">
        <Switch isSelected={partial} onChange={setPartial}>
          <span className="switch-track" aria-hidden="true" />
          {t('partial')}
        </Switch>
        <FileButtons editor={editor} onNote={(note) => setNotice({ ...nothing, note })} />
      </div>
      {notice.note && (
        <div data-testid="note">
          <Notice kind="information">{notice.note}</Notice>
        </div>
      )}
      <ShortcomingsBanner {...notice.shortcomings} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      {schema ? (
        <FittingEditor
          key={`${client.persona} ${client.purpose}`}
          schema={schema}
          partial={partial}
          editor={setEditor}
          onReport={setNotice}
        />
      ) : (
        problem === undefined && <Waiting />
      )}
    </div>
  );
}

interface FittingEditorProps extends Pick<EditorProps, 'schema' | 'editor' | 'onReport'> {
  readonly partial: boolean;
}

/** The editor that fits the window. */
function FittingEditor({ schema, partial, editor, onReport }: FittingEditorProps) {
  const { client } = useSession();
  const { language } = useFormat();
  const isNarrow = useMediaQuery(NARROW);
  // The editors keep the function that they got first.
  const now = useRef({ partial, language });
  now.current = { partial, language };

  const ask = useCallback(
    async (question: GatewayQuestion) => {
      onReport(nothing);
      const { answer } = await client.ask(question, now.current);
      onReport({ shortcomings: readShortcomings(answer), note: undefined });
      return answer;
    },
    [client, onReport],
  );
  const shared: EditorProps = { schema, ask, onReport, editor, initialQuery: welcome };
  return isNarrow ? (
    <PlainEditor {...shared} />
  ) : (
    <Suspense fallback={<Waiting />}>
      <GraphiqlEditor {...shared} />
    </Suspense>
  );
}

interface FileButtonsProps {
  /** null: there is no editor yet. */
  readonly editor: OperationEditor | null;
  readonly onNote: (note: string | undefined) => void;
}

/** Saves the question as a file, without what may identify people, and opens such a file. */
function FileButtons({ editor, onNote }: FileButtonsProps) {
  const { t } = useTranslation('explorer');
  const { list } = useFormat();

  const save = (): void => {
    if (!editor) return;
    try {
      const { text, leftOut } = operationFile(editor.read());
      saveFile('question.graphql', new Blob([text], { type: 'application/graphql' }));
      onNote(leftOut.length > 0 ? t('leftOut', { names: list(leftOut) }) : undefined);
    } catch {
      onNote(t('notOpened'));
    }
  };
  const open = async (file: File | undefined): Promise<void> => {
    if (!file || !editor) return;
    try {
      editor.write(readOperationFile(await file.text()));
      onNote(t('opened'));
    } catch {
      onNote(t('notOpened'));
    }
  };

  return (
    <div className="explorer-files">
      <Button isDisabled={!editor} onPress={save}>
        {t('download')}
      </Button>
      <FileTrigger
        acceptedFileTypes={['.graphql', '.gql']}
        onSelect={(files) => void open(files?.[0] ?? undefined)}
      >
        <Button isDisabled={!editor}>{t('open')}</Button>
      </FileTrigger>
    </div>
  );
}
