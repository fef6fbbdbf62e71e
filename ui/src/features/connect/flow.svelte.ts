// Runs one setup, reconnect or replacement: asks the host, and moves the step on. What the user has typed so far and is no
// secret is kept here, so that going back loses nothing.
import {
  failureOf,
  type AccountAnswer,
  type AuthorizationTarget,
  type ConnectorView,
  type ExaminationSubject,
  type Failure,
  type HeldFileView,
  type HeldSecretId,
  type IntegrationId,
  type IntegrationView,
  type KeyFileView,
  type Method,
  type RegistrationId,
  type RegistrationView,
  type SavedView,
} from '../../api/host';
import { t } from '../../language/language.svelte';
import type { App } from '../../state/app.svelte';
import type { ConnectOpening } from '../../state/dialog.svelte';
import type { FileTaker } from '../../state/drop.svelte';
import { ownFailure } from '../../state/failure';
import { FileEntry } from '../../state/file-entry.svelte';
import type { FileOutcome, QueuedFile } from '../../state/file-queue.svelte';
import { KeyEntry } from '../../state/key-entry.svelte';
import { afterConnector, attemptOf, before, firstOf, isWaiting, keepsFile, showsZone, takesFile, useOf, withAttempt, type Step, type Subject } from './step';

/** Where the user signs in. */
export type Way = 'browser' | 'code';

/** The connector whose service is our own: it is started when it is set up, and says itself where it listens. */
const PRACTICE = 'practice';

export class ConnectFlow implements FileTaker {
  step = $state.raw<Step>({ step: 'loading' });
  connectors = $state.raw<ConnectorView[]>([]);
  /** A request is under way. */
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);

  name = $state('');
  fields = $state<Record<string, string>>({});
  scopes = $state<string[]>([]);
  key = $state.raw<KeyEntry | null>(null);
  readonly file: FileEntry;
  /** The file whose key is in the vault now. */
  stored = $state.raw<HeldSecretId | null>(null);
  /** The button that ends it; in a row of files there is more to come. */
  get done(): string {
    const { opening } = this;
    if (opening.open !== 'key_files') return t('common-done');
    return this.#place && this.#place.at < this.#place.of ? t('connect-next-file') : t('connect-finish');
  }

  /** `turn`: the one of several files that this is about. */
  constructor(
    private readonly app: App,
    private readonly opening: ConnectOpening,
    readonly turn: QueuedFile | null = null,
  ) {
    this.file = new FileEntry(app.host, app.drop, () => t('drop-purpose-use'));
    this.#place = opening.open === 'key_files' ? opening.queue.place : null;
    this.#pastes = opening.open === 'copied_key';
  }

  /** What became of the file whose turn it is. */
  get result(): FileOutcome {
    if (this.step.step === 'waiting') {
      const { progress } = this.step.attempt;
      return progress.progress === 'completed' || progress.progress === 'kept_both'
        ? { outcome: 'connected', id: progress.integration_id }
        : { outcome: 'skipped' };
    }
    if (!this.#saved) return { outcome: 'skipped' };
    const { integration_id: id, verdict } = this.#saved;
    const method = this.step.step === 'verdict' ? this.step.subject.method.method : 'service_account';
    return ['works', 'works_without'].includes(verdict.outcome)
      ? { outcome: 'connected', id }
      : { outcome: 'saved', id, verdict, method };
  }

  /** Listens and finds the first step; the answer ends it all, an authorization under way included. */
  start(): () => void {
    const stops = [
      this.app.onCore((event) => {
        // A request under way may replace the attempt; how the old one ended is then no news to anybody.
        if (event.event === 'authorization_changed' && event.id === attemptOf(this.step) && !this.busy) void this.#follow();
      }),
      this.app.drop.offerTo(this),
    ];
    void this.#run(() => this.#open());
    return () => {
      stops.forEach((stop) => stop());
      this.#leave();
    };
  }

  async search(text: string): Promise<void> {
    await this.#run(async () => {
      this.connectors = await this.app.host.connectors(text);
    });
  }

  /** Goes on with a connector. Where its sign-in was chosen with it and nothing is left to fill in, the browser opens at once. */
  async choose(connector: ConnectorView, way: Method | null = null): Promise<void> {
    const { step } = this;
    const wanted = step.step === 'choose_connector' ? (step.file ? useOf(step.file, connector) : (way ?? step.method)) : null;
    const next = afterConnector(connector, wanted);
    if ('step' in next) return this.#go(next);
    await this.begin(next);
    if (way === 'oauth') await this.#authorizeAtOnce(next);
  }

  /** Whether every field that a method needs has a value. */
  isFilledIn({ method }: Subject): boolean {
    const value = (name: string) => (this.fields[name] ?? '').trim();
    return method.fields.every(({ name, required, only_without }) => !required || value(name) !== '' || (only_without !== null && value(only_without) !== ''));
  }

  /** Begins a method of a connector. */
  async begin(subject: Subject): Promise<void> {
    this.fields = Object.fromEntries(subject.method.fields.map((field) => [field.name, field.default || (field.options[0] ?? '')]));
    this.scopes = [...subject.method.default_scopes];
    this.#fillIn(this.keyFile(subject), subject);
    this.key = new KeyEntry(this.app.host, subject.connector.badge.id, subject.method.key_id !== null);
    await this.#run(async () => {
      if (subject.connector.badge.id === PRACTICE && !subject.existing) this.fields['base_url'] = await this.app.host.startPractice();
      const registrations = subject.method.method === 'oauth' ? await this.app.host.registrations(subject.connector.badge.id) : [];
      // Before its field is drawn, which would lose the focus to what it shows of the key.
      if (this.#pastes && subject.method.method === 'api_key') await this.key?.paste();
      this.#pastes = false;
      this.#go(firstOf(subject, registrations));
    });
  }

  /** Goes over to the service that the key in the field belongs to, and takes the key along. */
  async switchTo(connectorId: string): Promise<void> {
    const typed = this.key?.typed ?? '';
    let subject: Subject | null = null;
    await this.#run(async () => {
      const connector = (await this.app.host.connectors('')).find((one) => one.badge.id === connectorId);
      const method = connector?.methods.find((one) => one.method === 'api_key');
      subject = connector && method ? { connector, method, existing: null } : null;
    });
    if (!subject) return;
    await this.begin(subject);
    if (typed) this.key?.type(typed);
    else await this.key?.paste();
  }

  back(): void {
    const step = before(this.step);
    this.key?.empty();
    if (step) this.#go(step);
  }

  /** What a released file would do here. */
  get purpose(): string | null {
    if (!takesFile(this.step)) return null;
    if (this.step.step === 'register_app') return t('drop-purpose-secret');
    if (this.step.step === 'enter_key') return t(this.opening.open === 'replace' ? 'drop-purpose-replace-key' : 'drop-purpose-key');
    return t(this.opening.open === 'replace' ? 'drop-purpose-replace-file' : 'drop-purpose-add');
  }

  get takesSeveral(): boolean {
    const isFree = this.step.step === 'enter_file' && !this.step.subject.existing && !this.file.file;
    return this.turn === null && (isFree || ['choose_connector', 'choose_method'].includes(this.step.step));
  }

  take(file: KeyFileView): void {
    void this.takeFile(file);
  }

  takeAll(files: HeldFileView[]): void {
    this.app.dialogs.keyFiles(files);
  }

  refuse(failure: Failure): void {
    if (showsZone(this.step)) this.file.refuse(failure);
    else this.app.toasts.fail(failure);
  }

  /** Lets a file be chosen for the key that is being filled in. */
  async chooseFile(): Promise<void> {
    const { file } = this.file;
    await this.file.choose();
    if (this.file.file && this.file.file !== file) await this.takeFile(this.file.file);
  }

  /** A file was dropped or chosen. */
  async takeFile(file: KeyFileView): Promise<void> {
    if (!takesFile(this.step)) {
      this.app.toasts.tell(t('connect-finish-first'), t('connect-then-drop'));
      return;
    }
    const { step } = this;
    if (step.step === 'enter_key' && useOf(file, step.subject.connector) !== 'api_key') {
      const message = t('connect-another-file', { shape: file.file.shape, service: step.subject.connector.badge.name });
      this.file.refuse(ownFailure('file_not_usable', message));
      return;
    }
    this.file.take(file);
    if (step.step === 'enter_key') this.#fillIn(file, step.subject);
    if (!keepsFile(this.step)) await this.#run(() => this.#openFile(file));
  }

  /** What a file says of the service's fields is shown in them, to be changed where it is wrong. */
  #fillIn(file: KeyFileView | null, { method }: Subject): void {
    for (const { name } of method.fields) this.fields[name] = file?.fields[name] ?? this.fields[name] ?? '';
  }

  /** The file that a key is taken from; one that was brought for another service stays out. */
  keyFile({ connector, method }: Subject): KeyFileView | null {
    const { file } = this.file;
    return file && method.takes_file && useOf(file, connector) === method.method ? file : null;
  }

  /** Saves the key, or replaces the old one, and shows the verdict. */
  async saveKey(subject: Subject): Promise<void> {
    const file = this.keyFile(subject);
    const key = file ? this.file.key : this.key?.take();
    if (!key) return;
    const { host } = this.app;
    await this.#run(async () => {
      const saved = subject.existing
        ? await host.replaceApiKey(subject.existing.id, key)
        : await host.addApiKey({ connector_id: subject.connector.badge.id, name: this.#name, fields: this.#fields, key });
      this.file.empty();
      this.stored = file?.id ?? null;
      this.#saved = saved;
      this.#go({ step: 'verdict', subject, saved });
    });
  }

  async saveFile(subject: Subject): Promise<void> {
    const file = this.file.file?.id;
    if (!file) return;
    const { host } = this.app;
    await this.#run(async () => {
      const saved = subject.existing
        ? await host.replaceKeyFile(subject.existing.id, file)
        : await host.addServiceAccount({ connector_id: subject.connector.badge.id, name: this.#name, fields: this.#fields, file, scopes: [...this.scopes] });
      this.file.empty();
      this.stored = file;
      this.#saved = saved;
      this.#go({ step: 'verdict', subject, saved });
    });
  }

  /** Another key for what was saved and refused. */
  replace(subject: Subject, id: string): void {
    const existing = { id, name: this.name || subject.connector.badge.name };
    this.#go(firstOf({ ...subject, existing }, []));
  }

  /** Verifies again what could not be reached. */
  async verifyAgain(subject: Subject, id: string): Promise<void> {
    await this.#run(async () => {
      const saved = { integration_id: id, verdict: await this.app.host.verifyIntegration(id) };
      if (this.#saved) this.#saved = saved;
      this.#go({ step: 'verdict', subject, saved });
    });
  }

  /** Goes on with an app registration that is there already. */
  useRegistration(subject: Subject, registration: RegistrationView): void {
    this.fields = { ...this.fields, ...registration.fields };
    this.file.empty();
    this.#go({ step: 'authorize', subject, registration });
  }

  /** Has this program register itself at the service, and goes on with that. */
  async registerClient(subject: Subject): Promise<void> {
    await this.#run(async () => {
      this.useRegistration(subject, await this.app.host.registerClient({ connector_id: subject.connector.badge.id, fields: this.#fields }));
    });
  }

  /** Saves a new app registration, or mends `editing`, and goes on with it. */
  async saveRegistration(subject: Subject, editing: RegistrationView | null, clientId: string, clientSecret: string | null, secretEndsAt: number | null): Promise<void> {
    await this.#run(async () => {
      const file = this.file.file?.id ?? null;
      const registration = await this.#register(subject, editing?.id ?? null, clientId, clientSecret, file, secretEndsAt);
      this.file.empty();
      this.stored = file;
      this.#go({ step: 'authorize', subject, registration });
    });
  }

  /** Shows the app registration: to bring an own app instead of the built-in one, or to mend the one that was refused. */
  async showRegistration(subject: Subject, refused: RegistrationId | null): Promise<void> {
    await this.#run(async () => {
      const registrations = await this.app.host.registrations(subject.connector.badge.id);
      this.#go({ step: 'register_app', subject, registrations, editing: registrations.find((one) => one.id === refused) ?? null });
    });
  }

  /** Opens the browser for a new integration. */
  async authorize(subject: Subject, registration: RegistrationView | null): Promise<void> {
    await this.#run(async () => {
      const used = registration ?? (await this.#builtIn(subject));
      await this.#authorize(subject, {
        target: 'new',
        connector_id: subject.connector.badge.id,
        name: this.#name,
        fields: this.#fields,
        registration_id: used.id,
        scopes: [...this.scopes],
      });
    });
  }

  /** Authorizes once more after a failure, for the same target and in the same way. */
  authorizeAgain(): Promise<void> {
    return this.authorizeBy(this.#way);
  }

  /** Goes on with the same target in the browser here, or by a code on another device. What is open stays until that begins. */
  async authorizeBy(way: Way): Promise<void> {
    const target = this.#target;
    const { step } = this;
    if (target && step.step === 'waiting') await this.#run(() => this.#authorize(step.of, target, way));
  }

  /** Goes where the refused app registration can be mended. */
  async mendRegistration(): Promise<void> {
    if (this.step.step !== 'waiting') return;
    const { of } = this.step;
    const refused = this.#target?.target === 'new' ? this.#target.registration_id : null;
    if (typeof of !== 'string') return this.showRegistration(of, refused);
    this.app.dialogs.close();
    this.app.editingRegistrationOf = of;
    this.app.route.open(of, 'credentials');
  }

  /** What can be looked into before there is an attempt or an integration. */
  serviceOf({ connector, method }: Subject): ExaminationSubject {
    return { subject: 'service', connector_id: connector.badge.id, method: method.method, fields: this.#fields };
  }

  async decide(answer: AccountAnswer): Promise<void> {
    const { step } = this;
    if (step.step !== 'waiting') return;
    await this.#run(async () => {
      const progress = await this.app.host.decideAccount(step.attempt.id, answer);
      this.#go(withAttempt(this.step, { ...step.attempt, progress }));
    });
  }

  /** Tries the first step again after it failed. */
  async openAgain(): Promise<void> {
    this.#go({ step: 'loading' });
    await this.#run(() => this.#open());
  }

  readonly #place: { at: number; of: number } | null;
  #target: AuthorizationTarget | null = null;
  #way: Way = 'browser';
  #left = false;
  #saved: SavedView | null = null;
  /** The key on the clipboard is to be taken. */
  #pastes: boolean;

  get #name(): string | null {
    return this.name.trim() || null;
  }

  get #fields(): Record<string, string> {
    return $state.snapshot(this.fields);
  }

  async #open(): Promise<void> {
    const { opening } = this;
    this.connectors = await this.app.host.connectors('');
    switch (opening.open) {
      case 'setup':
      case 'copied_key': {
        const method = opening.open === 'setup' ? opening.method : 'api_key';
        const connector = this.connectors.find((one) => one.badge.id === opening.connectorId);
        if (!connector) return this.#go({ step: 'choose_connector', method, file: null });
        const next = afterConnector(connector, method);
        return 'step' in next ? this.#go(next) : this.begin(next);
      }
      case 'key_file':
        this.file.take(opening.file);
        return this.#openFile(opening.file);
      case 'key_files': {
        const file = this.turn && (await this.app.drop.opened(this.turn.held));
        if (file) this.file.take(file);
        else if (this.turn) opening.queue.finish(this.turn, { outcome: 'skipped' });
        return file ? this.#openFile(file) : undefined;
      }
      case 'reconnect':
        return this.#authorize(opening.integration.id, { target: 'reconnect', integration_id: opening.integration.id, more_scopes: opening.moreScopes });
      case 'replace':
        return this.#openReplace(opening.integration);
    }
  }

  async #openFile(file: KeyFileView): Promise<void> {
    const fitting = this.connectors.filter((one) => useOf(file, one) !== null);
    const only = fitting.length === 1 ? fitting[0] : undefined;
    const method = only?.methods.find((one) => one.method === useOf(file, only));
    if (only && method) return this.begin({ connector: only, method, existing: null });
    this.connectors = fitting;
    this.#go({ step: 'choose_connector', method: null, file });
  }

  async #openReplace({ id, name, connector, method }: IntegrationView): Promise<void> {
    const found = this.connectors.find((one) => one.badge.id === connector.id);
    const way = found?.methods.find((one) => one.method === method);
    if (!found || !way) {
      return this.#go({ step: 'broken', failure: ownFailure('not_supported') });
    }
    this.name = name;
    return this.begin({ connector: found, method: way, existing: { id, name } });
  }

  async #builtIn(subject: Subject): Promise<RegistrationView> {
    const clientId = subject.method.oauth?.default_client_id ?? '';
    const saved = await this.app.host.registrations(subject.connector.badge.id);
    return saved.find((one) => one.client_id === clientId && this.#sameFields(one)) ?? this.#register(subject, null, clientId, null);
  }

  #sameFields({ fields }: RegistrationView): boolean {
    return Object.entries(this.fields).every(([name, value]) => fields[name] === value);
  }

  #register(subject: Subject, id: RegistrationId | null, clientId: string, clientSecret: string | null, file: HeldSecretId | null = null, secretEndsAt: number | null = null): Promise<RegistrationView> {
    return this.app.host.saveRegistration({
      id,
      connector_id: subject.connector.badge.id,
      client_id: clientId,
      client_secret: clientSecret,
      file,
      secret_ends_at: secretEndsAt,
      fields: this.#fields,
    });
  }

  async #authorizeAtOnce(subject: Subject): Promise<void> {
    const { step } = this;
    const only = step.step === 'register_app' && step.registrations.length === 1 ? step.registrations[0] : undefined;
    // What a service says of itself is looked at first.
    if (only && !subject.method.oauth?.discovers_from) this.useRegistration(subject, only);
    if (this.step.step === 'authorize' && this.isFilledIn(subject)) await this.authorize(subject, this.step.registration);
  }

  async #authorize(of: Subject | IntegrationId, target: AuthorizationTarget, way: Way = 'browser'): Promise<void> {
    const { host } = this.app;
    this.#target = target;
    const attempt = await (way === 'code' ? host.beginDeviceAuthorization({ target }) : host.beginAuthorization({ target }));
    this.#way = way;
    this.#go({ step: 'waiting', attempt, of });
    if (this.#left) this.#leave();
  }

  #leave(): void {
    this.#left = true;
    this.key?.empty();
    if (this.app.drop.locked?.id === (this.turn?.held.held === 'locked' && this.turn.held.id)) this.app.drop.locked?.done(null);
    const id = attemptOf(this.step);
    if (id && isWaiting(this.step)) void this.app.attempt(() => this.app.host.cancelAuthorization(id));
  }

  async #follow(): Promise<void> {
    const id = attemptOf(this.step);
    if (!id) return;
    try {
      const attempt = await this.app.host.authorization(id);
      // Read only now: another attempt may have begun meanwhile.
      this.step = withAttempt(this.step, attempt);
    } catch (thrown) {
      if (attemptOf(this.step) === id) this.failure = failureOf(thrown);
    }
  }

  #go(step: Step): void {
    this.failure = null;
    this.step = step;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (this.step.step === 'loading') this.step = { step: 'broken', failure };
      else this.failure = failure;
    } finally {
      this.busy = false;
    }
    await this.#follow();
  }
}
