import { Choice } from '../parts/choice.js';
import { CriterionEditor, criterionLabel } from './criterionEditor.js';
import type { CriterionPart } from './filterModel.js';
import type { Words } from './sentences.js';

interface EventEditorProps {
  readonly label: string;
  readonly part: CriterionPart | undefined;
  readonly words: Words;
  readonly onChange: (part: CriterionPart) => void;
}

/** Chooses one kind of event: a criterion that has days. */
export function EventEditor({ label, part, words, onChange }: EventEditorProps) {
  const { t, criteria } = words;
  return (
    <div className="groups-event" role="group" aria-label={label}>
      <Choice
        label={label}
        placeholder={t('event.choose')}
        value={part?.name ?? null}
        options={criteria.events.map(({ name }) => ({ id: name, label: criterionLabel(name, words) }))}
        onChange={(name) => onChange({ kind: 'criterion', name, values: {} })}
      />
      {part && <CriterionEditor part={part} words={words} asEvent onChange={onChange} />}
    </div>
  );
}
