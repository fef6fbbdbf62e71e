// One of the things that were found: whether it is chosen, for which service and with which fields, and what became of it.
import type { ConnectorView, Failure, FieldView, ImportedView, ImportFileView, ImportItemView } from '../../api/host';

export type Result = { is: 'open' } | { is: 'running' } | { is: 'done'; view: ImportedView } | { is: 'failed'; failure: Failure };

export class ImportRow {
  chosen = $state(false);
  /** Its settings are shown. */
  opened = $state(false);
  connectorId = $state('');
  name = $state('');
  fields = $state<Record<string, string>>({});
  result = $state.raw<Result>({ is: 'open' });

  constructor(
    readonly file: ImportFileView,
    readonly item: ImportItemView,
    private readonly connectors: ConnectorView[],
  ) {
    this.chosen = item.suggested;
    this.connectorId = item.connector.id;
    this.name = item.name ?? '';
    this.fields = this.#filled(item.fields);
  }

  get connector(): ConnectorView | undefined {
    return this.connectors.find(({ badge }) => badge.id === this.connectorId);
  }

  /** Whether it can be imported at all: not what is there already, nor the second place of one. */
  get isNew(): boolean {
    return this.item.stored_as === null && this.item.same_as === null;
  }

  /** The services that take such a credential. */
  get services(): ConnectorView[] {
    const { method, key_id } = this.item;
    return this.connectors.filter(({ methods }) => methods.some((one) => one.method === method && (one.key_id !== null) === (key_id !== null)));
  }

  /** The connector's fields, without what another filled one makes needless. */
  get asked(): FieldView[] {
    const fields = this.connector?.methods.find(({ method }) => method === this.item.method)?.fields ?? [];
    return fields.filter(({ only_without }) => !only_without || !(this.fields[only_without] ?? '').trim());
  }

  /** Those that nobody but the user can fill. */
  get needed(): FieldView[] {
    return this.asked.filter(({ required, default: given }) => required && given === '');
  }

  get lacks(): FieldView[] {
    return this.needed.filter(({ name }) => !(this.fields[name] ?? '').trim());
  }

  choose(connectorId: string): void {
    this.connectorId = connectorId;
    this.fields = this.#filled(connectorId === this.item.connector.id ? this.item.fields : {});
  }

  #filled(known: Record<string, string>): Record<string, string> {
    return { ...Object.fromEntries(this.asked.map(({ name, default: given }) => [name, given])), ...known };
  }
}
