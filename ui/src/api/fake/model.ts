// What the fake host keeps in memory, and how the world outside moves it: verdicts, the browser coming back, an old key tried.
// What a key does follows from its text: "bad" is refused, "limited" may not do everything, "offline" reaches nobody, "other"
// belongs to somebody else. Deliberately absent: real time. Steps that wait for the outside move on after `pace` milliseconds, or
// only by a test's call.
import type {
  AccountComparison,
  ActivityEntry,
  AuthorizationProgress,
  AuthorizationTarget,
  AuthorizationView,
  AutostartView,
  BackupView,
  BinOutcome,
  CoreEvent,
  ErrorCode,
  Event as CoreChange,
  Failure,
  FindingView,
  HeldFileView,
  IntegrationDetailView,
  IntegrationId,
  KeyInput,
  LogCheckView,
  Method,
  NetworkSettingsView,
  Preferences,
  PendingRevocationView,
  ProtectionView,
  RegistrationView,
  RotationView,
  SavedView,
  ShellEvent,
  VaultNotice,
  VaultView,
  Verdict,
} from '../host';
import { HostFailure } from '../host';
import { plainNetwork } from './network';
import { soundStorage, switchedOff, type FakeStorage } from './onboarding';
import { plainPreferences } from './preferences';
import * as rotation from './rotation';
import { generation, history, integrationOf, summaryOf } from './seed';

export interface FakeSettings {
  vault: VaultView;
  /** How the key is kept, or was before the vault was closed. */
  protection: ProtectionView;
  notices: VaultNotice[];
  /** The copy that is offered for a damaged vault. */
  backup: BackupView | null;
  rows: IntegrationDetailView[];
  /** After how many milliseconds the outside world answers by itself; null = only when a test says so. */
  pace: number | null;
  /** The text on the clipboard. */
  clipboard: string;
  /** Whether no service confirms a revocation. */
  serviceDown: boolean;
  /** Whether no browser can be opened. */
  noBrowser: boolean;
  /** Whether the service wants each request beforehand, so that a link works once. */
  oneTimeLinks: boolean;
  /** Whether the service gives no code for another device. */
  noCodes: boolean;
  /** Whether the keyring neither takes nor gives a key. */
  keyringRefuses: boolean;
  /** What every look into a failure finds; null = what fits the failure. */
  finding: FindingView | null;
  /** Who signs in at a Reconnect; null = the account there is. */
  signsInAs: string | null;
  /** What is chosen in the file dialog; null = the sample file. */
  chosen: HeldFileView[] | null;
  /** What becomes of a file that is to go to the bin. */
  bin: BinOutcome;
  /** What happened before, newest first; null = what fits the rows. */
  log: ActivityEntry[] | null;
  /** What the check of the log says; null = intact. */
  logCheck: LogCheckView | null;
  /** Whether the log cannot be read. */
  logFails: boolean;
  /** What a test of where secrets are kept finds. */
  storage: FakeStorage;
  /** Whether the system starts the program at login. */
  autostart: AutostartView;
}

export const kept: ProtectionView = { backend: 'GNOME Keyring', keyring: true, keyring_lost: false, passphrase: false, recovery_code: false };

export const unlocked: VaultView = { vault: 'unlocked', protection: 'GNOME Keyring' };

export const fail = (code: ErrorCode, message = '', rest: Partial<Failure> = {}) =>
  new HostFailure({ code, message, action: null, field: null, connector: null, ...rest });

export function verdictOf(text: string, account: string): Verdict {
  if (text.includes('bad')) return { outcome: 'refused', reason: 'It answered 401: Bad credentials.' };
  if (text.includes('offline')) return { outcome: 'could_not_reach', reason: 'No answer within ten seconds.' };
  if (text.includes('limited')) return { outcome: 'works_without', account: { id: account, label: account }, missing: 'list charges' };
  return { outcome: 'works', account: { id: account, label: account } };
}

export class FakeModel {
  rows: IntegrationDetailView[];
  vault: VaultView;
  protection: ProtectionView;
  /** The recovery code that was shown and not yet typed back. */
  protected shownCode: string | null = null;
  /** Every command that was called, by name, for tests. */
  readonly calls: string[] = [];
  /** What was looked into, by kind. */
  readonly examined: string[] = [];
  /** Pages that were opened in the browser. */
  readonly opened: string[] = [];
  /** Removed integrations that are still to be revoked. */
  unrevoked: PendingRevocationView[] = [];
  readonly settings: FakeSettings;
  protected readonly held = new Map<string, string>();
  protected readonly bin = new Map<IntegrationId, IntegrationDetailView>();
  protected readonly saved: RegistrationView[] = [];
  protected readonly log: ActivityEntry[];
  private readonly coreListeners = new Set<(event: CoreEvent) => void>();
  private readonly shellListeners = new Set<(event: ShellEvent) => void>();
  protected attempt: { view: AuthorizationView; target: AuthorizationTarget } | null = null;
  protected replaced: AuthorizationView | null = null;
  protected network: NetworkSettingsView = plainNetwork;
  preferred: Preferences = plainPreferences;
  protected next = 1;

  constructor(settings: Partial<FakeSettings> = {}) {
    this.settings = { vault: unlocked, protection: kept, notices: [], backup: null, rows: [], pace: null, clipboard: 'rk_live_0123456789abcdef3fQ2', serviceDown: false, noBrowser: false, noCodes: false, oneTimeLinks: false, keyringRefuses: false, finding: null, signsInAs: null, chosen: null, bin: { outcome: 'moved' }, log: null, logCheck: null, logFails: false, storage: soundStorage, autostart: switchedOff, ...settings };
    this.rows = this.settings.rows;
    this.vault = this.settings.vault;
    this.protection = this.settings.protection;
    this.log = this.settings.log ?? history(this.rows);
  }

  // Events and the outside world.

  onCoreEvent = async (listener: (event: CoreEvent) => void) => {
    this.coreListeners.add(listener);
    return () => this.coreListeners.delete(listener);
  };

  onShellEvent = async (listener: (event: ShellEvent) => void) => {
    this.shellListeners.add(listener);
    return () => this.shellListeners.delete(listener);
  };

  emit(event: CoreChange): void {
    this.coreListeners.forEach((listener) => listener(event));
  }

  emitShell(event: ShellEvent): void {
    if (event.event === 'files_held') event.files.forEach((one) => one.held === 'known' && this.held.set(one.file.id, one.file.id));
    this.shellListeners.forEach((listener) => listener(event));
  }

  /** Something happens, and the core tells of it. */
  happen(id: IntegrationId | null, what: ActivityEntry['what'], at = Date.now()): void {
    const name = this.rows.find((row) => row.integration.id === id)?.integration.name ?? '';
    this.log.unshift({ sequence: (this.log[0]?.sequence ?? 0) + 1, at, integration_id: id, integration_name: name, what });
    this.emit({ event: 'activity_added' });
  }

  /** The browser comes back. */
  finishAuthorization(progress?: AuthorizationProgress): void {
    if (!this.attempt) return;
    const { view, target } = this.attempt;
    view.progress = progress ?? this.otherAccount(target) ?? this.complete(target);
    const { progress: now } = view;
    if (now.progress === 'different_account' && target.target === 'reconnect') {
      this.change(target.integration_id, (detail) => ({ ...detail, undecided: { attempt: view.id, expected: now.expected, got: now.got } }));
    }
    this.emit({ event: 'authorization_changed', id: view.id });
  }

  /** A newer attempt takes the place of one that is still open. */
  protected replaceAttempt(): void {
    this.replaced = this.attempt?.view ?? null;
    const isOpen = this.replaced && ['waiting', 'entering_code'].includes(this.replaced.progress.progress);
    if (isOpen) this.finishAuthorization({ progress: 'failed', failure: fail('authorization_replaced').failure });
  }

  private otherAccount(target: AuthorizationTarget): AuthorizationProgress | null {
    const { signsInAs } = this.settings;
    const expected = target.target === 'reconnect' ? this.find(target.integration_id).integration.account : null;
    return signsInAs && expected ? { progress: 'different_account', expected, got: { id: signsInAs, label: signsInAs } } : null;
  }

  /** Another integration uses the same app registration. */
  shareRegistration(id: IntegrationId, other: string): void {
    this.change(id, (row) => ({ ...row, registration: row.registration && { ...row.registration, used_by: 2, names: [...row.registration.names, other] } }));
  }

  /** The old key of a rotation is tried. */
  tryOldKey(id: IntegrationId, refused: boolean): void {
    this.turn(id, (view) => rotation.oldTried(view, refused));
    this.emit({ event: 'rotation_changed', id });
  }

  /** Tools that were lent the old key are waited for. */
  waitForLent(id: IntegrationId): void {
    this.turn(id, (view) => ({ ...rotation.revoking(view), step: { step: 'revoking', ordered: false, tries: 0 }, lent_until: Date.now() + 5_000 }));
    this.emit({ event: 'rotation_changed', id });
  }

  protected later(work: () => void): void {
    if (this.settings.pace !== null) setTimeout(work, this.settings.pace);
  }

  protected async called(name: string): Promise<void> {
    this.calls.push(name);
    if (this.settings.pace !== null) await new Promise((resolve) => setTimeout(resolve, Math.min(350, this.settings.pace ?? 0)));
  }

  /** Puts a removed integration among those to be revoked, and says why. */
  protected leaveToRevoke(id: IntegrationId): string {
    const reason = 'The service is busy or has trouble. It is tried again by itself.';
    const gone = this.bin.get(id);
    if (!gone) throw fail('not_found');
    const { name, connector, account } = gone.integration;
    this.bin.delete(id);
    this.unrevoked = [...this.unrevoked, { id: `revocation-${this.next++}`, name, connector, account, asked_at: Date.now(), tries: 1, reason, next_try_at: Date.now() + 30_000, page: gone.can.pages[0] ?? null }];
    this.emit({ event: 'revocations_changed' });
    return reason;
  }

  protected find(id: IntegrationId): IntegrationDetailView {
    const row = this.rows.find((one) => one.integration.id === id);
    if (!row) throw fail('not_found');
    return row;
  }

  protected change(id: IntegrationId, to: (row: IntegrationDetailView) => IntegrationDetailView): IntegrationDetailView {
    const changed = to(this.find(id));
    this.rows = this.rows.map((row) => (row.integration.id === id ? changed : row));
    this.emit({ event: 'integration_changed', id });
    return changed;
  }

  status(id: IntegrationId, status: IntegrationDetailView['integration']['status']): void {
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, status } }));
  }

  /** The key that was handed over last. */
  lastKey: KeyInput | null = null;

  protected secret(key: KeyInput): string {
    this.lastKey = key;
    const text = key.from === 'typed' ? key.value : key.from === 'file' ? [key.id, key.key_id].join(' ') : this.held.get(key.id);
    if (text === undefined) throw fail('not_found', 'The key was held too long. Paste it again.');
    return text;
  }

  protected add(connectorId: string, method: Method, name: string | null, verdict: Verdict): SavedView {
    const id = `i-new-${this.next++}`;
    const account = verdict.outcome === 'works' || verdict.outcome === 'works_without' ? verdict.account : null;
    this.rows = [...this.rows, integrationOf({ id, connectorId, method, account: account?.label ?? null, ...(name ? { name } : {}) })];
    this.judge(id, verdict);
    return { integration_id: id, verdict };
  }

  protected replace(id: IntegrationId, verdict: Verdict): SavedView {
    const young = { saved_at: Date.now(), ends_at: null, due_at: null };
    this.change(id, (row) => ({ ...row, replacement: row.replacement && { ...row.replacement, ...young } }));
    this.judge(id, verdict);
    return { integration_id: id, verdict };
  }

  protected judge(id: IntegrationId, verdict: Verdict): void {
    const now = Date.now();
    if (verdict.outcome === 'works') this.status(id, { status: 'connected' });
    if (verdict.outcome === 'works_without') this.status(id, { status: 'limited', missing: verdict.missing });
    if (verdict.outcome === 'could_not_reach') this.status(id, { status: 'unverified', reason: verdict.reason });
    if (verdict.outcome === 'refused') {
      this.status(id, { status: 'needs_you', reason: { reason: 'key_refused', words: { code: '401', description: 'Bad credentials' } }, since: now });
    }
    this.change(id, (row) => ({ ...row, integration: { ...row.integration, last_verdict: { verdict, at: now } } }));
  }

  protected complete(target: AuthorizationTarget): AuthorizationProgress {
    if (target.target === 'new') {
      const saved = this.add(target.connector_id, 'oauth', target.name, verdictOf('', 'octocat'));
      return { progress: 'completed', integration_id: saved.integration_id, account: { id: '1', label: 'octocat' }, verdict: saved.verdict };
    }
    const { account } = this.find(target.integration_id).integration;
    this.judge(target.integration_id, { outcome: 'works', account });
    this.change(target.integration_id, (detail) => {
      const asked = [...new Set([...detail.requested_scopes, ...target.more_scopes])];
      return { ...detail, requested_scopes: asked, granted_scopes: asked, missing_scopes: [] };
    });
    return { progress: 'completed', integration_id: target.integration_id, account, verdict: { outcome: 'works', account } };
  }

  protected async beginRotation(id: IntegrationId, secret: string, rehearsed = false, minted = false): Promise<IntegrationDetailView> {
    await this.called('beginRotation');
    const row = this.find(id);
    const old = row.generations[0];
    if (!old) throw rotation.refusedStep();
    const hint = row.integration.method === 'service_account' ? '9b07…1e' : 'rk_live_…9xZ1';
    const fresh = generation((old.number ?? 0) + 1, 'staged', summaryOf(row.integration.method, hint));
    const end = row.lends === 'nothing' ? 'at_its_end' : row.can.revoke ? 'by_api' : 'by_page';
    const mode = rehearsed ? 'drill' : minted ? 'automatic' : 'guided';
    const comparison: AccountComparison = secret.includes('other')
      ? { comparison: 'different', old: row.integration.account?.label ?? '', new: 'staging@northwind.example' }
      : { comparison: 'same' };
    this.change(id, (detail) => ({ ...detail, generations: [fresh, ...detail.generations], rotation: rotation.begun(old, fresh, end, mode, minted) }));
    return this.turn(id, (view) => rotation.tried(view, verdictOf(secret, 'octocat'), comparison));
  }

  protected turn(id: IntegrationId, step: (view: RotationView) => RotationView): IntegrationDetailView {
    return this.change(id, (row) => {
      if (!row.rotation) throw rotation.refusedStep();
      const next = step(row.rotation);
      const over = ['done', 'undone', 'rehearsed', 'untold'].includes(next.step.step);
      return {
        ...row,
        rotation: next.step.step === 'undone' ? null : next,
        generations: row.integration.method === 'oauth' ? row.generations : phases(row, next),
        integration: { ...row.integration, rotating: !over },
      };
    });
  }
}

function phases(row: IntegrationDetailView, { step, old, new: fresh }: RotationView): IntegrationDetailView['generations'] {
  if (!fresh) return row.generations;
  if (step.step === 'undone') return row.generations.filter((one) => one.number !== fresh.number).map((one) => (one.number === old.number ? { ...one, phase: 'active' as const } : one));
  const inUse = ['staged', 'verified', 'discarding', 'rehearsed'].includes(step.step) ? old.number : fresh.number;
  return row.generations.map((one) => {
    if (one.number === inUse) return { ...one, phase: 'active' as const };
    if (one.number === fresh.number) return { ...one, phase: step.step === 'rehearsed' ? ('retired' as const) : ('staged' as const) };
    return { ...one, phase: step.step === 'done' ? ('retired' as const) : ('superseded' as const) };
  });
}
