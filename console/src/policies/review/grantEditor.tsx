import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { Heading } from 'react-aria-components/Heading';
import { Label } from 'react-aria-components/Label';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../parts/choice.js';
import { DayField } from '../../parts/dayField.js';
import { Notice } from '../../parts/notice.js';
import { TextBox } from '../../parts/textBox.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import {
  addField,
  type GrantList,
  ListHasComments,
  readGrants,
  removeField,
  setFieldMask,
  setGrantDay,
  setGrantList,
  type WrittenGrant,
} from './grantText.js';

interface Word {
  readonly id: string;
  readonly label: string;
}

/** The words that a grant may use. */
type Vocabulary = Readonly<Record<'purposes' | 'roles' | 'masks' | 'conditions', readonly Word[]>>;

const vocabularyQuery = `query PolicyVocabulary {
  policyVocabulary {
    purposes { id label } roles { id label } masks { id label } conditions { id label }
  }
}`;

const PATTERN = /^[A-Za-z]\w*\.(\w+|\*|\{\s*\w+(\s*,\s*\w+)*\s*\})$/;

interface GrantEditorProps {
  /** The text of a policy file. */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** The grants of a policy file as sentences with choices. Each choice changes its place in the text alone. */
export function GrantEditor({ text, onChange }: GrantEditorProps) {
  const { t } = useTranslation('policies');
  const { data } = useAnswer<{ policyVocabulary: Vocabulary | null }>(vocabularyQuery);
  const vocabulary = data?.policyVocabulary;
  const grants = readGrants(text);
  if (!grants) return <Notice kind="warning">{t('grants.unreadable')}</Notice>;
  if (grants.length === 0) return <Notice kind="information">{t('grants.none')}</Notice>;
  if (!vocabulary) return null;
  return (
    <div className="grants">
      {grants.map((grant) => (
        <GrantCard key={grant.id} grant={grant} vocabulary={vocabulary} text={text} onChange={onChange} />
      ))}
    </div>
  );
}

interface GrantCardProps extends GrantEditorProps {
  readonly grant: WrittenGrant;
  readonly vocabulary: Vocabulary;
}

function GrantCard({ grant, vocabulary, text, onChange }: GrantCardProps) {
  const { t } = useTranslation('policies');
  const { list, date } = useFormat();
  const named = (words: readonly Word[], ids: readonly string[]) =>
    ids.map((id) => words.find((word) => word.id === id)?.label ?? id);
  const roles = grant.roles[0] === 'any' ? t('grants.anyRole') : list(named(vocabulary.roles, grant.roles));
  const purposes =
    grant.purposes[0] === 'any' ? t('grants.anyPurpose') : list(named(vocabulary.purposes, grant.purposes));
  return (
    <article className="card grant">
      <h3>{t('grants.who', { roles, purposes })}</h3>
      {grant.when.length > 0 && (
        <p>{t('grants.if', { conditions: list(named(vocabulary.conditions, grant.when)) })}</p>
      )}
      {grant.needsPermit && <p>{t('grants.permit')}</p>}
      {grant.show.length > 0 && (
        <FieldList grant={grant} vocabulary={vocabulary} text={text} onChange={onChange} />
      )}
      {grant.derive.length > 0 && <p>{t('grants.derive', { types: list(grant.derive) })}</p>}
      {grant.from !== undefined && <p>{t('grants.from', { day: date(grant.from) })}</p>}
      {grant.until !== undefined && <p>{t('grants.until', { day: date(grant.until) })}</p>}
      <p className="grant-law">{t('grants.law', { laws: grant.basis.join('; '), id: grant.id })}</p>
      <Disclosure>
        <Heading>
          <Button slot="trigger" className="react-aria-Button quiet">
            {t('grants.change')}
          </Button>
        </Heading>
        <DisclosurePanel>
          <AddField grant={grant} text={text} onChange={onChange} />
          <ListChoice grant={grant} text={text} onChange={onChange} list="roles" words={vocabulary.roles} />
          <ListChoice
            grant={grant}
            text={text}
            onChange={onChange}
            list="purposes"
            words={vocabulary.purposes}
          />
          <ListChoice
            grant={grant}
            text={text}
            onChange={onChange}
            list="when"
            words={vocabulary.conditions}
          />
          <Laws grant={grant} text={text} onChange={onChange} />
          <div className="grant-days">
            {(['from', 'until'] as const).map((bound) => (
              <DayField
                key={bound}
                label={t(`grants.day.${bound}`)}
                value={grant[bound] ?? ''}
                onChange={(day) => onChange(setGrantDay(text, grant.id, bound, day === '' ? undefined : day))}
              />
            ))}
          </div>
        </DisclosurePanel>
      </Disclosure>
    </article>
  );
}

const AS_IS = 'allow';

/** The fields that a grant shows, each with a choice of how. */
function FieldList({ grant, vocabulary, text, onChange }: GrantCardProps) {
  const { t } = useTranslation('policies');
  const ways = [{ id: AS_IS, label: t('grants.asIs') }, ...vocabulary.masks];
  return (
    <ul className="grant-fields">
      {grant.show.map(({ pattern, mask }) => (
        <li key={pattern}>
          <Choice
            label={pattern}
            value={mask ?? AS_IS}
            options={ways}
            onChange={(way) =>
              onChange(setFieldMask(text, grant.id, pattern, way === AS_IS ? undefined : way))
            }
          />
          <Button
            className="react-aria-Button quiet"
            aria-label={t('grants.removeField', { field: pattern })}
            onPress={() => onChange(removeField(text, grant.id, pattern))}
          >
            {t('grants.remove')}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function AddField({ grant, text, onChange }: Omit<GrantCardProps, 'vocabulary'>) {
  const { t } = useTranslation('policies');
  const [field, setField] = useState('');
  const isKnown = grant.show.some(({ pattern }) => pattern === field.trim());
  const isWrong = field.trim() !== '' && !PATTERN.test(field.trim());
  return (
    <div className="grant-add">
      <TextBox
        label={t('grants.add')}
        hint={t('grants.addHint')}
        fault={isKnown ? t('grants.addKnown') : isWrong ? t('grants.addWrong') : undefined}
        value={field}
        onChange={setField}
      />
      <Button
        isDisabled={field.trim() === '' || isKnown || isWrong}
        onPress={() => {
          onChange(addField(text, grant.id, field.trim(), undefined));
          setField('');
        }}
      >
        {t('grants.addNow')}
      </Button>
    </div>
  );
}

/** The laws of a grant, one on a line. */
function Laws({ grant, text, onChange }: Omit<GrantCardProps, 'vocabulary'>) {
  const { t } = useTranslation('policies');
  const [typed, setTyped] = useState('');
  const [hasComments, setHasComments] = useState(false);
  const written = grant.basis.join('\n');
  // An empty line is no law yet: what was typed stays as long as it means what the text says.
  const shown = lawsIn(typed).join('\n') === written ? typed : written;
  function change(value: string): void {
    const laws = lawsIn(value);
    setTyped(value);
    if (laws.length === 0) return;
    const after = withoutComments(() => setGrantList(text, grant.id, 'basis', laws));
    setHasComments(after === undefined);
    if (after !== undefined) onChange(after);
  }
  return (
    <>
      {hasComments && <Notice kind="information">{t('grants.hasComments')}</Notice>}
      <TextBox label={t('grants.laws')} hint={t('grants.lawsHint')} value={shown} onChange={change} isLong />
    </>
  );
}

function lawsIn(typed: string): readonly string[] {
  return typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** undefined: the change would lose comments. */
function withoutComments(change: () => string): string | undefined {
  try {
    return change();
  } catch (error) {
    if (error instanceof ListHasComments) return undefined;
    throw error;
  }
}

interface ListChoiceProps extends Omit<GrantCardProps, 'vocabulary'> {
  readonly list: Exclude<GrantList, 'basis'>;
  readonly words: readonly Word[];
}

/** Roles, purposes or conditions to choose any of. */
function ListChoice({ grant, text, onChange, list, words }: ListChoiceProps) {
  const { t } = useTranslation('policies');
  const [hasComments, setHasComments] = useState(false);
  const chosen = grant[list];
  // What the text names, and the vocabulary does not: within-years(3), or a word of another edition.
  const others = chosen
    .filter((id) => words.every((word) => word.id !== id))
    .map((id) => ({ id, label: id }));
  function change(names: readonly string[]): void {
    if (names.length === 0 && list !== 'when') return;
    const after = withoutComments(() => setGrantList(text, grant.id, list, names));
    setHasComments(after === undefined);
    if (after !== undefined) onChange(after);
  }
  return (
    <CheckboxGroup value={[...chosen]} onChange={(names) => change(names.filter((id) => id !== 'any'))}>
      <Label>{t(`grants.list.${list}`)}</Label>
      {hasComments && <Notice kind="information">{t('grants.hasComments')}</Notice>}
      <div className="grant-words">
        {[...others, ...words].map(({ id, label }) => (
          <Checkbox key={id} value={id}>
            <span className="check-mark" aria-hidden="true" />
            {id === 'any' ? t('grants.any') : label}
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
}
