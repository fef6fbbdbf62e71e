// What the dialog says at its top in each step.
import type { ConnectorBadge } from '../../api/host';
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
        ? { title: `${opening.open === 'reconnect' ? 'Reconnect' : 'Replace the credential of'} ${opening.integration.name}`, subtitle: '', badge: opening.integration.connector }
        : { title: 'Add an integration', subtitle: '', badge: null };
    case 'choose_connector':
      return { title: 'Add an integration', subtitle: step.file ? `${step.file.file.shape}: which service is it for?` : 'Which service?', badge: null };
    case 'choose_method':
      return { title: `Connect ${step.connector.badge.name}`, subtitle: 'How should it sign in?', badge: step.connector.badge };
    case 'enter_key':
    case 'enter_file':
    case 'authorize':
    case 'verdict':
      return { title: titleOf(step.subject), subtitle: step.subject.method.title, badge: step.subject.connector.badge };
    case 'register_app':
      return { title: titleOf(step.subject), subtitle: 'App registration', badge: step.subject.connector.badge };
    case 'waiting':
      return typeof step.of === 'string'
        ? { title: `Reconnect ${opening.open === 'reconnect' ? opening.integration.name : step.attempt.connector.name}`, subtitle: methodText.oauth, badge: step.attempt.connector }
        : { title: titleOf(step.of), subtitle: step.of.method.title, badge: step.attempt.connector };
  }
}

const titleOf = ({ connector, method, existing }: Subject): string =>
  existing ? `Replace the ${method.method === 'service_account' ? 'key file' : 'key'} of ${existing.name}` : `Connect ${connector.badge.name}`;
