// The integration whose page is open. An answer for a page that was left meanwhile is dropped.
import { failureOf, type Failure, type Host, type IntegrationDetailView, type IntegrationId } from '../api/host';

export class Page {
  detail = $state.raw<IntegrationDetailView | null>(null);
  /** Why the last reading failed; what was read before stays, unless it is gone. */
  failure = $state.raw<Failure | null>(null);
  /** The news that the user put off; other news shows again. */
  putOff = $state('');
  #id: IntegrationId | null = null;

  constructor(private readonly host: Host) {}

  async open(id: IntegrationId): Promise<void> {
    if (this.#id !== id) {
      this.#id = id;
      this.detail = null;
    }
    this.failure = null;
    try {
      this.put(await this.host.integration(id));
    } catch (thrown) {
      if (this.#id !== id) return;
      this.failure = failureOf(thrown);
      if (this.failure.code === 'not_found') this.detail = null;
    }
  }

  /** What there is to tell about this integration now, as something that can be put off. */
  get news(): string {
    return this.detail ? JSON.stringify([this.detail.integration.id, this.detail.integration.status]) : '';
  }

  /** Shows what a command answered, unless the page was left. */
  put(detail: IntegrationDetailView): void {
    if (detail.integration.id === this.#id) this.detail = detail;
  }

  async changed(id: IntegrationId): Promise<void> {
    if (id === this.#id) await this.open(id);
  }

  leave(): void {
    this.#id = null;
    this.detail = null;
  }
}
