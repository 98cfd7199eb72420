import { type FormEvent, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../parts/problemNotice.js';
import { TextBox } from '../parts/textBox.js';
import { noShortcomings } from '../refusals/readShortcomings.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAsk } from '../session/useAnswer.js';
import { type ListedPerson, type LookUpAnswer, lookUpQuery } from './subjects.js';

interface LookUpProps {
  /** Coordinates that policy shows to the user. */
  readonly open: ReadonlySet<string>;
  readonly onFound: (person: ListedPerson) => void;
}

/** Finds a person by identity code. The code is cleared as soon as it is sent, and is shown nowhere again. */
export function LookUp({ open, onFound }: LookUpProps) {
  const { t } = useTranslation('people');
  const ask = useAsk<LookUpAnswer>({ partial: false });
  const [code, setCode] = useState('');
  const [isWaiting, setWaiting] = useState(false);
  const [outcome, setOutcome] = useState<{ fault?: string; problem?: unknown }>({});
  const [shortcomings, setShortcomings] = useState(noShortcomings);

  async function lookUp(event: FormEvent): Promise<void> {
    event.preventDefault();
    const sent = code.trim();
    setCode('');
    setOutcome({});
    setShortcomings(noShortcomings);
    if (sent === '') return setOutcome({ fault: t('lookUp.missing') });
    setWaiting(true);
    try {
      const answer = await ask(lookUpQuery(open), { code: sent });
      const person = answer.data?.personByIdentityCode;
      setShortcomings(answer.shortcomings);
      if (person) onFound(person);
      else if (answer.shortcomings === noShortcomings || answer.data)
        setOutcome({ fault: t('lookUp.unknown') });
    } catch (problem) {
      setOutcome({ problem });
    } finally {
      setWaiting(false);
    }
  }

  return (
    <form className="card look-up" onSubmit={(event) => void lookUp(event)}>
      <TextBox
        label={t('lookUp.label')}
        hint={t('lookUp.hint')}
        value={code}
        onChange={setCode}
        fault={outcome.fault}
        isSecret
      />
      <Button type="submit" isPending={isWaiting}>
        {t('lookUp.action')}
      </Button>
      {outcome.problem !== undefined && <ProblemNotice problem={outcome.problem} />}
      <ShortcomingsBanner {...shortcomings} />
    </form>
  );
}
