import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Notice } from '../parts/notice.js';
import { TextBox } from '../parts/textBox.js';
import type { PlannerQuestion } from './question.js';
import { saveFile } from '../parts/saveFile.js';
import {
  readSavedQuestion,
  type SavedQuestion,
  SavedQuestionError,
  storedQuestions,
  storeQuestions,
  withQuestion,
  writeSavedQuestion,
} from './savedQuestions.js';
import type { Words } from './sentences.js';

interface SavedPanelProps {
  readonly question: PlannerQuestion;
  /** Whose questions these are: the organisation of the user. */
  readonly recipient: string;
  readonly words: Words;
  readonly onOpen: (question: PlannerQuestion) => void;
}

/** Questions with names, in this browser and in files. They hold no people and no numbers. */
export function SavedPanel({ question, recipient, words, onOpen }: SavedPanelProps) {
  const { t } = words;
  const [saved, setSaved] = useState(() => storedQuestions(window.localStorage, recipient));
  const [name, setName] = useState('');
  const [said, setSaid] = useState<{ readonly text: string; readonly isFault: boolean }>();
  const say = (text: string, isFault = false): void => setSaid({ text, isFault });

  const keep = (questions: readonly SavedQuestion[]): void => {
    storeQuestions(window.localStorage, recipient, questions);
    setSaved(questions);
  };
  const save = (): void => {
    try {
      keep(withQuestion(saved, { name: name.trim(), question }));
      say(t('saved.kept', { name: name.trim() }));
    } catch {
      say(t('saved.noRoom'), true);
    }
  };
  const open = (opened: SavedQuestion): void => {
    setName(opened.name);
    onOpen(opened.question);
    say(t('saved.opened', { name: opened.name }));
  };
  const openFile = async (files: FileList | null): Promise<void> => {
    const file = files?.[0];
    if (!file) return;
    try {
      open(readSavedQuestion(await file.text()));
    } catch (fault) {
      const { kind, place } = fault instanceof SavedQuestionError ? fault : new SavedQuestionError('json');
      say(t(`saved.fault.${kind}`, { place }), true);
    }
  };
  return (
    <section className="card groups-saved" aria-labelledby="groups-saved">
      <h2 id="groups-saved">{t('saved.title')}</h2>
      <p className="groups-note">{t('saved.lead')}</p>
      {said && (
        <Notice kind={said.isFault ? 'problem' : 'information'}>
          <p>{said.text}</p>
        </Notice>
      )}
      {saved.length === 0 ? (
        <p className="groups-empty">{t('saved.none')}</p>
      ) : (
        <ul className="groups-saved-list">
          {saved.map((each) => (
            <li key={each.name}>
              <span>{each.name}</span>
              <Button
                className="react-aria-Button quiet"
                aria-label={t('saved.openNamed', { name: each.name })}
                onPress={() => open(each)}
              >
                {t('saved.open')}
              </Button>
              <Button
                className="react-aria-Button quiet"
                aria-label={t('saved.deleteNamed', { name: each.name })}
                onPress={() => keep(saved.filter((other) => other !== each))}
              >
                {t('saved.delete')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <TextBox label={t('saved.name')} value={name} onChange={setName} />
      <div className="page-actions">
        <Button isDisabled={name.trim() === ''} onPress={save}>
          {t('saved.save')}
        </Button>
        <Button
          isDisabled={name.trim() === ''}
          onPress={() =>
            saveFile(
              `${name.trim().replace(/[^\p{L}\p{N}_-]+/gu, '-')}.json`,
              new Blob([writeSavedQuestion({ name: name.trim(), question })], { type: 'application/json' }),
            )
          }
        >
          {t('saved.file')}
        </Button>
        <FileTrigger acceptedFileTypes={['application/json']} onSelect={(files) => void openFile(files)}>
          <Button>{t('saved.openFile')}</Button>
        </FileTrigger>
      </div>
    </section>
  );
}
