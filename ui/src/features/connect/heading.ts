// What the dialog says at its top in each step.
import type { ConnectorBadge } from '../../api/host';
import { t } from '../../language/language.svelte';
import type { ConnectOpening } from '../../state/dialog.svelte';
import { methodText } from '../../state/status';
import type { Step, Subject } from './step';

export interface Heading {
  title: string;
  subtitle: string;
  badge: ConnectorBadge | null;
}

export function headingOf(step: Step, opening: ConnectOpening): Heading {
  switch (step.step) {
    case 'loading':
    case 'broken':
      return opening.open === 'reconnect' || opening.open === 'replace'
        ? { title: t(opening.open === 'reconnect' ? 'heading-reconnect' : 'heading-replace-credential', { name: opening.integration.name }), subtitle: '', badge: opening.integration.connector }
        : { title: t('heading-add'), subtitle: '', badge: null };
    case 'choose_connector':
      return { title: t('heading-add'), subtitle: step.file ? t('heading-which-service-file', { shape: step.file.file.shape }) : t(opening.open === 'copied_key' ? 'heading-which-service-key' : 'heading-which-service'), badge: null };
    case 'choose_method':
      return { title: t('heading-connect', { service: step.connector.badge.name }), subtitle: t('heading-how'), badge: step.connector.badge };
    case 'enter_key':
    case 'enter_file':
    case 'authorize':
    case 'verdict':
      return { title: titleOf(step.subject), subtitle: step.subject.method.title, badge: step.subject.connector.badge };
    case 'register_app':
      return { title: titleOf(step.subject), subtitle: t('heading-registration'), badge: step.subject.connector.badge };
    case 'waiting':
      return typeof step.of === 'string'
        ? { title: t('heading-reconnect', { name: opening.open === 'reconnect' ? opening.integration.name : step.attempt.connector.name }), subtitle: methodText('oauth'), badge: step.attempt.connector }
        : { title: titleOf(step.of), subtitle: step.of.method.title, badge: step.attempt.connector };
  }
}

const titleOf = ({ connector, method, existing }: Subject): string =>
  existing ? t('heading-replace', { method: method.method, name: existing.name }) : t('heading-connect', { service: connector.badge.name });
