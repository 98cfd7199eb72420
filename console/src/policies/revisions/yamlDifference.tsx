import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { diffLines, nearChanges } from './lineDiff.js';

interface YamlDifferenceProps {
  readonly file: string;
  /** The text in force; empty for a new file. */
  readonly before: string;
  /** The text of the revision; empty if it removes the file. */
  readonly after: string;
}

const signs = { same: ' ', removed: '−', added: '+' } as const;

/** The difference of a policy file as text. Each line says by a sign and by a word whether it is new. */
export function YamlDifference({ file, before, after }: YamlDifferenceProps) {
  const { t } = useTranslation('policies');
  const lines = useMemo(() => nearChanges(diffLines(before, after)), [before, after]);
  return (
    <div className="yaml-difference" role="region" tabIndex={0} aria-label={t('yaml.title', { file })}>
      <table>
        <caption>
          <code>{file}</code>
        </caption>
        <tbody>
          {lines.map((line, index) =>
            line === undefined ? (
              <tr key={index}>
                <td colSpan={4} className="yaml-gap">
                  <span aria-hidden="true">⋯</span>
                  <span className="visually-hidden">{t('yaml.gap')}</span>
                </td>
              </tr>
            ) : (
              <tr key={index} className={`yaml-${line.kind}`}>
                <td className="yaml-number">{line.before}</td>
                <td className="yaml-number">{line.after}</td>
                <td className="yaml-sign">
                  <span aria-hidden="true">{signs[line.kind]}</span>
                  {line.kind !== 'same' && <span className="visually-hidden">{t(`yaml.${line.kind}`)}</span>}
                </td>
                <td>
                  <code>{line.text}</code>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
