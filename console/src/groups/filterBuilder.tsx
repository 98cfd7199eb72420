import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Header } from 'react-aria-components/Header';
import { Menu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Choice } from '../parts/choice.js';
import { CriterionEditor, criterionLabel, newCriterion } from './criterionEditor.js';
import { EventEditor } from './eventEditor.js';
import {
  familyMembers,
  type FamilyCondition,
  type FilterPart,
  musts,
  type PartGroup,
  type SequencePart,
  withPart,
} from './filterModel.js';
import { partSentence, type Words } from './sentences.js';
import { WholeNumberField } from './valueFields.js';

interface BuilderProps {
  readonly group: PartGroup;
  readonly words: Words;
  /** Proposed for new conditions: a year that the question names already. */
  readonly year: number | undefined;
  readonly onChange: (group: PartGroup) => void;
  /** The outermost group may be empty: everybody. */
  readonly isInner?: boolean;
}

/** Builds a filter: conditions, each read as a sentence, in groups of all, any or none of them. */
export function FilterBuilder({ group, words, year, onChange, isInner = false }: BuilderProps) {
  const { t } = words;
  /** The part whose fields are open. */
  const [open, setOpen] = useState<number>();
  const add = (part: FilterPart): void => {
    onChange({ ...group, parts: [...group.parts, part] });
    setOpen(group.parts.length);
  };
  return (
    <div className="groups-builder">
      {(group.parts.length > 1 || group.must !== 'all' || isInner) && (
        <Choice
          label={t('must.label')}
          value={group.must}
          options={musts.map((id) => ({ id, label: t(`must.${id}`) }))}
          onChange={(must) => onChange({ ...group, must })}
        />
      )}
      {group.parts.length === 0 ? (
        <p className="groups-empty">{t(isInner ? 'noneInside' : 'noConditions')}</p>
      ) : (
        <ul className="groups-parts">
          {group.parts.map((part, index) => (
            <li key={index}>
              <PartEditor
                part={part}
                words={words}
                year={year}
                isOpen={open === index}
                onOpen={(isOpen) => setOpen(isOpen ? index : undefined)}
                onChange={(changed) => {
                  onChange(withPart(group, index, changed));
                  if (!changed) setOpen(undefined);
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <AddMenu words={words} year={year} onAdd={add} />
    </div>
  );
}

interface PartEditorProps {
  readonly part: FilterPart;
  readonly words: Words;
  readonly year: number | undefined;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  /** undefined removes it */
  readonly onChange: (part: FilterPart | undefined) => void;
}

function PartEditor({ part, words, year, isOpen, onOpen, onChange }: PartEditorProps) {
  const { t } = words;
  const sentence = partSentence(part, words);
  return (
    <div className="groups-part" role="group" aria-label={sentence}>
      <div className="groups-part-row">
        <p className="groups-sentence">{sentence}</p>
        <div className="groups-part-actions">
          <Button
            className="react-aria-Button quiet"
            aria-expanded={isOpen}
            aria-label={isOpen ? t('done') : t('changeNamed', { sentence })}
            onPress={() => onOpen(!isOpen)}
          >
            {t(isOpen ? 'done' : 'change')}
          </Button>
          <Button
            className="react-aria-Button quiet"
            aria-label={t('removeNamed', { sentence })}
            onPress={() => onChange(undefined)}
          >
            {t('remove')}
          </Button>
        </div>
      </div>
      {isOpen && <PartFields part={part} words={words} year={year} onChange={onChange} />}
    </div>
  );
}

type PartFieldsProps = Pick<PartEditorProps, 'part' | 'words' | 'year' | 'onChange'>;

function PartFields({ part, words, year, onChange }: PartFieldsProps) {
  switch (part.kind) {
    case 'criterion':
      return <CriterionEditor part={part} words={words} onChange={onChange} />;
    case 'group':
      return <FilterBuilder group={part} words={words} year={year} onChange={onChange} isInner />;
    case 'family':
      return <FamilyFields part={part} words={words} year={year} onChange={onChange} />;
    case 'sequence':
      return <SequenceFields part={part} words={words} onChange={onChange} />;
  }
}

function FamilyFields({
  part,
  words,
  year,
  onChange,
}: Omit<PartFieldsProps, 'part'> & { readonly part: FamilyCondition }) {
  const { t } = words;
  return (
    <>
      <div className="groups-fields">
        <Choice
          label={t('member.label')}
          value={part.member}
          options={familyMembers.map((id) => ({ id, label: t(`member.${id}`) }))}
          onChange={(member) => onChange({ ...part, member })}
        />
        <WholeNumberField
          label={t('field.atEndOf')}
          value={part.atEndOf}
          least={1800}
          most={2200}
          onChange={(atEndOf) => onChange({ ...part, atEndOf })}
        />
      </div>
      <FilterBuilder
        group={part.where}
        words={words}
        year={part.atEndOf ?? year}
        onChange={(where) => onChange({ ...part, where })}
        isInner
      />
    </>
  );
}

function SequenceFields({
  part,
  words,
  onChange,
}: Pick<PartFieldsProps, 'words' | 'onChange'> & { readonly part: SequencePart }) {
  const { t } = words;
  return (
    <div className="groups-events">
      <EventEditor
        label={t('event.first')}
        part={part.first}
        words={words}
        onChange={(first) => onChange({ ...part, first })}
      />
      <EventEditor
        label={t('event.next')}
        part={part.next}
        words={words}
        onChange={(next) => onChange({ ...part, next })}
      />
      <WholeNumberField
        label={t('within')}
        value={part.withinMonths}
        least={1}
        most={1200}
        onChange={(withinMonths) => onChange({ ...part, withinMonths })}
      />
    </div>
  );
}

interface AddMenuProps {
  readonly words: Words;
  readonly year: number | undefined;
  readonly onAdd: (part: FilterPart) => void;
}

/** Offers all criteria by registry, and what combines them. */
function AddMenu({ words, year, onAdd }: AddMenuProps) {
  const { t, criteria } = words;
  const registries = [...new Set(criteria.all.map(({ registry }) => registry))];
  const combined: Readonly<Record<string, FilterPart>> = {
    addFamily: {
      kind: 'family',
      member: 'PARENT',
      atEndOf: year,
      where: { kind: 'group', must: 'all', parts: [] },
    },
    addSequence: { kind: 'sequence', first: undefined, next: undefined, withinMonths: 12 },
    addGroup: { kind: 'group', must: 'any', parts: [] },
  };
  const choose = (id: string): void => onAdd(combined[id] ?? newCriterion(id, criteria, year));
  return (
    <MenuTrigger>
      <Button>{t('addCondition')}</Button>
      <Popover>
        <Menu onAction={(id) => choose(String(id))}>
          {registries.map((registry) => (
            <MenuSection key={registry}>
              <Header>{t(`registry.${registry}`, { defaultValue: registry })}</Header>
              {criteria.all
                .filter((criterion) => criterion.registry === registry)
                .map(({ name }) => (
                  <MenuItem key={name} id={name}>
                    {criterionLabel(name, words)}
                  </MenuItem>
                ))}
            </MenuSection>
          ))}
          <MenuSection>
            <Header>{t('combine')}</Header>
            <MenuItem id="addFamily">{t('addFamily')}</MenuItem>
            {criteria.events.length > 0 && <MenuItem id="addSequence">{t('addSequence')}</MenuItem>}
            <MenuItem id="addGroup">{t('addGroup')}</MenuItem>
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
