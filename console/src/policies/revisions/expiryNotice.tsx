import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Notice } from '../../parts/notice.js';
import { useFormat } from '../../texts/useFormat.js';
import { useEndingGrants, useExpiringFiles } from './policyExpiry.js';
import { DAYS_AHEAD } from './policyRevisions.js';

/** Warns ahead of policy files and grants that end, and of files that ended. */
export function ExpiryNotice() {
  const { t } = useTranslation('policies');
  const { date, list } = useFormat();
  const files = useExpiringFiles().filter(({ ending }) => ending !== undefined);
  const expired = files.filter(({ ending }) => ending === 'expired');
  const soon = files.filter(({ ending }) => ending === 'soon');
  const grants = useEndingGrants();
  if (files.length === 0 && grants.length === 0) return null;
  return (
    <Notice kind="warning">
      {expired.length > 0 && (
        <p>{t('ending.expiredFiles', { files: list(expired.map(({ name }) => name)) })}</p>
      )}
      {soon.length > 0 && (
        <p>
          {t('ending.soonFiles', {
            count: soon.length,
            days: DAYS_AHEAD,
            files: list(soon.map(({ name }) => name)),
            first: date(soon[0]!.expiresAt),
          })}
        </p>
      )}
      {files.length > 0 && (
        <p>
          <Link to="/policies/renew">{t('ending.renew')}</Link>
        </p>
      )}
      {grants.length > 0 && (
        <p>
          {t('ending.grants', {
            count: grants.length,
            days: DAYS_AHEAD,
            grants: list(grants.map(({ name }) => name)),
            first: date(grants[0]!.lastDay),
          })}{' '}
          <Link to="/policies/propose">{t('ending.proposeDay')}</Link>
        </p>
      )}
    </Notice>
  );
}
