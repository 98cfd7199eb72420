import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const NOTICEABLE_MS = 100;
const SLOW_MS = 8_000;

/** Says that an answer is awaited, after a tenth of a second: fast answers do not flash. */
export function Waiting() {
  const { t } = useTranslation('parts');
  const [passed, setPassed] = useState<'nothing' | 'waiting' | 'slow'>('nothing');
  useEffect(() => {
    const timers = [
      setTimeout(() => setPassed('waiting'), NOTICEABLE_MS),
      setTimeout(() => setPassed('slow'), SLOW_MS),
    ];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <p className="waiting" role="status">
      {passed !== 'nothing' && t(passed === 'slow' ? 'slow' : 'waiting')}
    </p>
  );
}
