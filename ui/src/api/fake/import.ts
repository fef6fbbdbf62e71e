// What a search finds on the fake host, and what becomes of it. As everywhere here, a key is judged by its text, which here is its hint.
import type { BinOutcome, ConnectorBadge, Host, ImportCopyView, ImportFileView, ImportItemView, ImportPlaceView, ImportScanView, ImportSourceView } from '../host';
import { badgeOf } from './catalogue';
import { FakeList } from './list';
import { fail, verdictOf } from './model';

const places: ImportPlaceView[] = [
  { title: 'A .env file in the home folder', path: '~/.env' },
  { title: 'AWS command line', path: '~/.aws/credentials' },
  { title: 'AWS command line', path: '~/.aws/config' },
  { title: 'GitHub command line', path: '~/.config/gh/hosts.yml' },
  { title: 'netrc, for curl and git', path: '~/.netrc' },
  { title: 'Docker', path: '~/.docker/config.json' },
  { title: 'gcloud', path: '~/.config/gcloud/application_default_credentials.json' },
  { title: 'kubectl', path: '~/.kube/config' },
  { title: 'Exports in the downloads folder', path: '~/Downloads' },
];

const generic: ConnectorBadge = badgeOf('generic-api-key');

const itemOf = (item: number, connector: string | ConnectorBadge, given: Partial<ImportItemView>): ImportItemView => ({
  item,
  key: '',
  line: null,
  connector: typeof connector === 'string' ? badgeOf(connector) : connector,
  method: 'api_key',
  name: null,
  fields: {},
  hint: '••••',
  key_id: null,
  remarks: [],
  uncertain: false,
  suggested: true,
  stored_as: null,
  same_as: null,
  ...given,
});

const fileOf = (file: number, path: string, shape: string, items: ImportItemView[], rest: Partial<ImportFileView> = {}): ImportFileView => ({ file, path, shape, items, left: [], refused: null, ...rest });

/** A home folder as people have it. */
export const foundFiles = (): ImportFileView[] => [
  fileOf(0, '~/shop/.env', '.env file', [
    itemOf(0, 'github', { key: 'GITHUB_TOKEN', line: 3, hint: 'ghp_…wAq2' }),
    itemOf(1, 'stripe', { key: 'STRIPE_SECRET_KEY', line: 5, hint: 'sk_b…bad1' }),
    itemOf(2, generic, { key: 'ACME_API_KEY', line: 8, name: 'Acme', hint: '••••', uncertain: true, suggested: false }),
  ], {
    left: [
      { key: 'STRIPE_PUBLISHABLE_KEY', line: 6, reason: 'This is a publishable key, which authenticates nobody. Copy the secret key beside it.' },
      { key: 'SESSION_SECRET', line: 9, reason: 'This is a secret that the program signs or encrypts with by itself, not a key of a service.' },
    ],
  }),
  fileOf(1, '~/.aws/credentials', 'AWS credentials file', [itemOf(3, 'aws', { key: '[reports]', line: 2, key_id: 'AKIAIOSFODNN7EXAMPLE', hint: 'wJal…EKEY', name: 'AWS reports' })]),
  fileOf(2, '~/.config/gh/hosts.yml', 'settings file of the GitHub command line', [
    itemOf(4, 'github', { key: 'ada at github.com', line: 4, hint: 'ghp_…wAq2', same_as: 0, suggested: false }),
    itemOf(5, 'github', { key: 'bot at github.com', line: 6, hint: 'gho_…mno7', stored_as: 'Deploy bot', suggested: false }),
  ]),
  fileOf(3, '~/.docker/config.json', 'Docker settings file', [], { left: [{ key: 'credsStore', line: 2, reason: 'Docker keeps its passwords in “secretservice”, not in this file.' }] }),
  fileOf(4, '~/Downloads/bitwarden_export.json', '', [], { refused: 'This export is encrypted, and only Bitwarden can open it. Export once more without encryption, import that, and remove it.' }),
];

export class FakeImport extends FakeList {
  /** What the next search finds. */
  found: ImportFileView[] = foundFiles();
  /** The search waits for a test's word. */
  scanHeld: Promise<void> | null = null;
  private readonly sources: ImportSourceView[] = [];
  private readonly stored = new Map<number, string>();
  private stopped = false;

  importPlaces = async () => places;

  private source(path: string, isFolder: boolean): ImportSourceView {
    const source = { source: this.sources.length, path, is_folder: isFolder };
    this.sources.push(source);
    return source;
  }

  chooseImportFiles = async () => {
    await this.called('chooseImportFiles');
    return [this.source('~/Downloads/work.postman_environment.json', false)];
  };

  chooseImportFolder = async () => {
    await this.called('chooseImportFolder');
    return this.source('~/shop', true);
  };

  scanForImport: Host['scanForImport'] = async () => {
    this.stopped = false;
    this.emitShell({ event: 'import_progress', looked_at: 1250 });
    await this.called('scanForImport');
    await this.scanHeld;
    if (this.stopped) return null;
    const scan: ImportScanView = { import: { id: 'import-1', files: this.found }, looked_at: 2_310, is_cut_short: false };
    return scan;
  };

  stopImportScan = async () => {
    await this.called('stopImportScan');
    this.stopped = true;
    return null;
  };

  importItem: Host['importItem'] = async ({ item, connector_id, name, fields }) => {
    await this.called('importItem');
    const one = this.found.flatMap(({ items }) => items).find((other) => other.item === item);
    if (!one) throw fail('not_found', 'What was found is no longer held in memory. Look for it again.');
    if (fields['verify_url']?.includes(' ')) throw fail('field_not_usable', 'This is no address. Write it like the example.', { field: 'verify_url' });
    const saved = this.add(connector_id, one.method, name, verdictOf(one.hint, 'Northwind GmbH'));
    this.stored.set(item, saved.integration_id);
    return { became: 'added', name: name ?? badgeOf(connector_id).name, saved };
  };

  importCopies: Host['importCopies'] = async () =>
    this.found.flatMap(({ file, path, items }): ImportCopyView[] => {
      const places = items.flatMap(({ item, key, line }) => (this.stored.has(item) ? [{ key, line, integration_id: this.stored.get(item)! }] : []));
      return places.length > 0 ? [{ file, path, places, movable: path.endsWith('credentials') }] : [];
    });

  moveImportFileToBin: Host['moveImportFileToBin'] = async (): Promise<BinOutcome> => {
    await this.called('moveImportFileToBin');
    return this.settings.bin;
  };

  showImportFile: Host['showImportFile'] = async (_id, file) => {
    await this.called('showImportFile');
    this.opened.push(`folder of ${this.found[file]?.path ?? ''}`);
    return null;
  };

  discardImport: Host['discardImport'] = async () => {
    await this.called('discardImport');
    return null;
  };
}
