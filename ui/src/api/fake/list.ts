// Labels and the top of the list, as the fake host plays them. A label that holds "refuses" is refused.
import type { Host, IntegrationDetailView, IntegrationId } from '../host';
import { fail, FakeModel } from './model';
import { integrationOf, workingDay } from './seed';

const labelsOf: Record<string, string[]> = {
  'i-bigquery': ['production', 'reports'],
  'i-github': ['production'],
  'i-salesforce': ['production', 'sales', 'Northwind', 'EU'],
  'i-stripe': ['finance'],
  'i-twilio': ['test'],
};

/** A working day of somebody who labels, with two accounts of one service. */
export const labelled = (): IntegrationDetailView[] => [
  ...workingDay().map((row) => ({ ...row, integration: { ...row.integration, labels: labelsOf[row.integration.id] ?? [] } })),
  integrationOf({ id: 'i-github-2', connectorId: 'github', method: 'oauth', account: 'monalisa', name: 'GitHub (monalisa)', scopes: ['repo'], labels: ['test'] }),
];

export class FakeList extends FakeModel {
  top: IntegrationId[] = [];

  topIntegrations = async () => this.top.flatMap((id) => this.rows.find((row) => row.integration.id === id)?.integration ?? []);

  noteTop: Host['noteTop'] = async (top) => {
    await this.called('noteTop');
    this.top = top;
    return null;
  };

  setLabels: Host['setLabels'] = async (id, labels) => {
    await this.called('setLabels');
    const twice = labels.find((label, place) => labels.findIndex((one) => one.toLowerCase() === label.toLowerCase()) < place);
    if (twice !== undefined) throw fail('field_not_usable', `The label “${twice}” is there already. Each stands once, in upper or lower case.`, { field: 'labels' });
    if (labels.some((label) => label.includes('refuses'))) throw fail('field_not_usable', 'This label holds a character that cannot be shown. Type it again.', { field: 'labels' });
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, labels } }));
    return null;
  };
}
