import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal as AriaModal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from 'react-i18next';

interface ModalProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog over the page. Escape, and the button that it has, close it. */
export function Modal({ title, isOpen, onClose, children }: ModalProps) {
  const { t } = useTranslation('parts');
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={(opened) => !opened && onClose()} isDismissable>
      <AriaModal>
        <Dialog>
          <div className="modal-heading">
            <Heading slot="title">{title}</Heading>
            <Button className="react-aria-Button quiet" onPress={onClose}>
              {t('close')}
            </Button>
          </div>
          {children}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
