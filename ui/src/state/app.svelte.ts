// The front end's state, in one object that a test can make as often as it likes: the stores, the host behind them, and the
// events that keep them fresh. What the user can do to an integration from several places at once is here too.
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import {
  failureOf,
  type Action,
  type CoreEvent,
  type HeldSecretId,
  type Host,
  type HostView,
  type IntegrationId,
  type IntegrationView,
  type ShellEvent,
} from '../api/host';
import { speak, t } from '../language/language.svelte';
import { Autostart } from './autostart.svelte';
import { Bulk, type BulkAction } from './bulk.svelte';
import { Clock } from './clock.svelte';
import { Dialogs } from './dialog.svelte';
import { Drop } from './drop.svelte';
import { failureText } from './failure';
import { Integrations } from './integrations.svelte';
import { List } from './list.svelte';
import { ListTop } from './list-top';
import { Page } from './page.svelte';
import { Preferred } from './preferences.svelte';
import { primaryAction } from './primary';
import { Route } from './route.svelte';
import { capsOf, type Shortcut } from './shortcut';
import { StorageTest } from './storage-test.svelte';
import { Toasts } from './toast.svelte';
import { verdictText } from './verdict';

export class App {
  readonly clock = new Clock();
  readonly route = new Route();
  readonly toasts = new Toasts();
  readonly dialogs = new Dialogs();
  readonly drop: Drop;
  readonly integrations: Integrations;
  readonly preferences: Preferred;
  readonly storage: StorageTest;
  readonly autostart: Autostart;
  readonly list: List;
  readonly bulk: Bulk;
  readonly page: Page;

  /** The program and its vault; null until the core has answered for the first time. */
  hostView = $state.raw<HostView | null>(null);
  /** Counts events, for views that show the log. */
  eventCount = $state(0);
  /** The integration that is being verified or refreshed at the user's wish. */
  busyWith = $state<IntegrationId | null>(null);
  /** Files whose keys are being rotated to, by integration. */
  readonly rotatedTo = new SvelteMap<IntegrationId, HeldSecretId>();
  /** The app registration of this integration is to be edited. */
  editingRegistrationOf = $state<IntegrationId | null>(null);
  /** What is to be edited on a page once it is there. */
  editing = $state.raw<{ id: IntegrationId; part: 'name' | 'labels' } | null>(null);
  /** What was run from the palette lately, the newest first. */
  recent = $state.raw<string[]>([]);

  readonly #coreListeners = new Set<(event: CoreEvent) => void>();

  constructor(readonly host: Host) {
    this.integrations = new Integrations(host);
    this.preferences = new Preferred(host);
    this.storage = new StorageTest(host);
    this.autostart = new Autostart(host);
    this.list = new List(this.preferences, this.integrations, new ListTop(host));
    this.bulk = new Bulk(host, this.list, this.toasts);
    this.page = new Page(host);
    this.drop = new Drop(
      {
        get purpose() {
          return t('drop-purpose-add');
        },
        takesSeveral: true,
        take: (file) => this.dialogs.keyFile(file),
        takeAll: (files) => this.dialogs.keyFiles(files),
        refuse: (failure) => this.toasts.fail(failure),
      },
      (sealed) => {
        if (this.dialogs.opening !== null) return false;
        this.dialogs.restore(sealed);
        return true;
      },
    );
  }

  /** Chooses an export in the system's file chooser, and opens it. */
  async chooseExport(): Promise<void> {
    await this.attempt(async () => this.drop.deliver(await this.host.chooseExportFile()));
  }

  /** Connects with the key on the clipboard, which the core reads; the window learns only whose it is. */
  async pasteKey(): Promise<void> {
    await this.attempt(async () => this.dialogs.copiedKey(await this.host.connectorOfCopiedKey()));
  }

  /** Listens to the core and loads what is to be seen first; the answer stops all of it. */
  async start(): Promise<() => void> {
    const stops = [
      this.clock.start(),
      await this.host.onCoreEvent((event) => void this.attempt(() => this.#heard(event))),
      await this.host.onShellEvent((event) => void this.attempt(() => this.#heardShell(event))),
    ];
    await this.attempt(() => this.loadHost());
    return () => stops.forEach((stop) => stop());
  }

  /** Hears the core's events until the answer is called. */
  onCore(listener: (event: CoreEvent) => void): () => void {
    this.#coreListeners.add(listener);
    return () => this.#coreListeners.delete(listener);
  }

  /** Runs what the user asked for; a failure becomes a toast. */
  async attempt<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.toasts.fail(failureOf(thrown));
      return undefined;
    }
  }

  /** Asks where the vault stands, and shows it. */
  async loadHost(): Promise<void> {
    await this.showHost(await this.#askHost());
  }

  /** A core that does not answer is shown like a vault that does not open, with a way to retry. */
  async #askHost(): Promise<HostView> {
    return this.host.host().catch((thrown: unknown): HostView => {
      const known = this.hostView ?? { version: '', ways_out: [], protection: null, data_folder: '', notices: [], backup: null };
      return { ...known, vault: { vault: 'failed', failure: failureOf(thrown) } };
    });
  }

  /** Takes over where the vault stands, and loads the list once it is open. */
  async showHost(view: HostView): Promise<void> {
    this.hostView = view;
    this.clock.touch();
    if (view.vault.vault === 'unlocked') await Promise.all([this.#recall(), this.integrations.load()]);
  }

  /** Does the one thing that fits the integration now. */
  async act(integration: IntegrationView): Promise<void> {
    switch (primaryAction(integration)) {
      case 'reconnect':
        return this.dialogs.reconnect(integration);
      case 'replace':
        return this.dialogs.replace(integration);
      case 'edit_registration':
        this.editingRegistrationOf = integration.id;
        return this.route.open(integration.id, 'credentials');
      case 'rotate':
        return this.route.open(integration.id, 'credentials');
      case 'resume':
        return this.pause(integration, false);
      case 'verify':
        return this.verify(integration);
    }
  }

  /** Does what a finding proposes for the integration. */
  async cure(integration: IntegrationView, action: Action): Promise<void> {
    switch (action) {
      case 'reconnect':
        return this.dialogs.reconnect(integration);
      case 'replace_credential':
        return this.dialogs.replace(integration);
      case 'edit_registration':
        this.editingRegistrationOf = integration.id;
        return this.route.open(integration.id, 'credentials');
      case 'network_settings':
        return this.route.settings('network');
      default:
        return integration.method === 'api_key' ? this.verify(integration) : this.refresh(integration);
    }
  }

  async verify({ id, connector, method, name }: IntegrationView): Promise<void> {
    await this.#busy(id, async () => {
      const verdict = await this.host.verifyIntegration(id);
      const { title, text } = verdictText(verdict, connector.name, method);
      this.toasts.tell(t('told-verified', { name, verdict: title }), text);
    });
  }

  async refresh({ id, name }: IntegrationView): Promise<void> {
    await this.#busy(id, async () => {
      await this.host.refreshIntegration(id);
      this.toasts.tell(t('told-refreshed', { name }));
    });
  }

  async pause({ id, name }: IntegrationView, paused: boolean): Promise<void> {
    await this.attempt(async () => {
      await this.host.pauseIntegration(id, paused);
      await this.#reload(id);
      this.toasts.tell(paused ? t('told-paused', { name }) : t('told-resumed', { name }));
    });
  }

  async rename({ id }: IntegrationView, name: string): Promise<void> {
    await this.attempt(async () => {
      await this.host.renameIntegration(id, name);
      await this.#reload(id);
    });
  }

  /** Puts labels on an integration; the answer is why not, if they were refused. */
  async setLabels({ id }: IntegrationView, labels: string[]): Promise<string | null> {
    try {
      await this.host.setLabels(id, labels);
      await this.#reload(id);
      return null;
    } catch (thrown) {
      return failureText(failureOf(thrown)).text;
    }
  }

  /** Opens what edits a part of an integration, on its page. */
  edit(id: IntegrationId, part: 'name' | 'labels'): void {
    this.editing = { id, part };
    const { place } = this.route;
    if (place.view !== 'integration' || place.id !== id) this.route.open(id);
  }

  /** The caps to show beside what a key does; none while that key is off. */
  caps(shortcut: Shortcut): string[] | undefined {
    return capsOf(shortcut, { letters: this.preferences.letterKeys })[0];
  }

  /** Remembers what was run from the palette. */
  remember(command: string): void {
    const MOST = 8;
    this.recent = [command, ...this.recent.filter((one) => one !== command)].slice(0, MOST);
  }

  /** Does something to those selected in the list. */
  async toSelected(action: BulkAction): Promise<void> {
    await this.bulk.run(action, this.list.selected);
    this.clock.touch();
  }

  async undoDisconnect({ id, name }: IntegrationView): Promise<void> {
    await this.attempt(async () => {
      await this.host.undoDisconnect(id);
      await this.integrations.changed(id);
      this.toasts.tell(t('told-back', { name }));
    });
  }

  async #busy(id: IntegrationId, work: () => Promise<void>): Promise<void> {
    this.busyWith = id;
    await this.attempt(work);
    await this.attempt(() => this.#reload(id));
    this.busyWith = null;
  }

  async #reload(id: IntegrationId): Promise<void> {
    this.clock.touch();
    await Promise.all([this.integrations.changed(id), this.page.changed(id)]);
  }

  /** A core that cannot tell what is preferred leaves it as it is: the list is worth more than its order. */
  async #recall(): Promise<void> {
    await this.preferences.recall().catch(() => undefined);
  }

  async #heard(event: CoreEvent): Promise<void> {
    this.eventCount += 1;
    this.#coreListeners.forEach((listener) => listener(event));
    switch (event.event) {
      case 'integration_changed':
      case 'rotation_changed':
        return this.#reload(event.id);
      case 'vault_changed':
        return this.loadHost();
      case 'log_checked': // a second after the vault was opened, whose list is there already
        this.hostView = await this.#askHost();
    }
  }

  async #heardShell(event: ShellEvent): Promise<void> {
    if (event.event === 'language_spoken') return speak(event.language);
    if (event.event !== 'show_integration' && event.event !== 'show_credentials') return this.drop.heard(event);
    this.dialogs.close();
    this.route.open(event.id, event.event === 'show_credentials' ? 'credentials' : undefined);
    if (event.event === 'show_credentials' || !event.reconnect) return;
    const { integration } = await this.host.integration(event.id);
    if (['reconnect', 'replace', 'edit_registration'].includes(primaryAction(integration))) await this.act(integration);
  }
}

/** The state of the window around a component. */
export const [useApp, provideApp] = createContext<App>();
