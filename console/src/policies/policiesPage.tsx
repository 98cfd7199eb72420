import { useTranslation } from 'react-i18next';
import { NavLink, Route, Routes } from 'react-router';
import { MatrixView } from './matrix/matrixView.js';
import { PageStyles } from '../parts/pageStyles.js';
import styles from './policies.css?stylesheet';
import { ProposeView } from './review/proposeView.js';
import { ExpiryNotice } from './revisions/expiryNotice.js';
import { PasskeyView } from './revisions/passkeyView.js';
import { RenewView } from './revisions/renewView.js';
import { RevisionsView } from './revisions/revisionsView.js';
import { RevisionView } from './revisions/revisionView.js';
import { RollbackView } from './revisions/rollbackView.js';

/** For data owners: who may see what and why, and the revisions that change it. */
export function PoliciesPage() {
  const { t } = useTranslation('policies');
  return (
    <div className="page policies">
      <PageStyles address={styles} />
      <nav className="sub-pages" aria-label={t('title')}>
        <NavLink to="/policies" end>
          {t('matrix.tab')}
        </NavLink>
        <NavLink to="/policies/revisions">{t('revisions.tab')}</NavLink>
        <NavLink to="/policies/propose">{t('propose.tab')}</NavLink>
        <NavLink to="/policies/renew">{t('renew.tab')}</NavLink>
        <NavLink to="/policies/passkey">{t('passkey.tab')}</NavLink>
      </nav>
      <ExpiryNotice />
      <Routes>
        <Route index element={<MatrixView />} />
        <Route path="revisions" element={<RevisionsView />} />
        <Route path="revisions/:sequence" element={<RevisionView />} />
        <Route path="revisions/:sequence/back" element={<RollbackView />} />
        <Route path="propose" element={<ProposeView />} />
        <Route path="renew" element={<RenewView />} />
        <Route path="passkey" element={<PasskeyView />} />
      </Routes>
    </div>
  );
}
