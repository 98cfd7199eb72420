import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { PageEntry } from './pages.js';

/** The pages as a menu, for narrow windows. */
export function PageMenu({ pages }: { readonly pages: readonly PageEntry[] }) {
  const { t } = useTranslation('frame');
  const navigate = useNavigate();
  return (
    <div className="page-menu">
      <MenuTrigger>
        <Button>{t('pages')}</Button>
        <Popover>
          <Menu aria-label={t('pages')} onAction={(path) => void navigate(`/${path}`)}>
            {pages.map(({ path }) => (
              <MenuItem key={path} id={path}>
                {t(`page.${path}`)}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
    </div>
  );
}
