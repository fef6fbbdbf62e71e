// Import, from asking to what still lies there: one union for where it stands. What was found stays in the core; here are names, places
// and verdicts.
import { failureOf, type Failure, type HeldSecretId, type ImportCopyView, type ImportPlaceView, type ImportScanView, type ImportSourceView, type BinOutcome } from '../../api/host';
import type { App } from '../../state/app.svelte';
import { ImportRow } from './row.svelte';

/** So many at once: none of the services is to see a burst. */
const LANES = 4;

export type Step =
  | { step: 'ask' }
  | { step: 'scanning' }
  | { step: 'preview'; scan: ImportScanView }
  | { step: 'importing'; scan: ImportScanView; total: number }
  | { step: 'results'; scan: ImportScanView; copies: ImportCopyView[] };

export class ImportFlow {
  step = $state.raw<Step>({ step: 'ask' });
  /** Where would be looked. */
  places = $state.raw<ImportPlaceView[]>([]);
  wellKnown = $state(true);
  /** Files and folders that were chosen. */
  sources = $state.raw<ImportSourceView[]>([]);
  lookedAt = $state(0);
  rows = $state.raw<ImportRow[]>([]);
  failure = $state.raw<Failure | null>(null);
  stopping = $state(false);
  /** What became of files that were to go to the bin, by number. */
  binned = $state.raw<Record<number, BinOutcome>>({});
  busyFile = $state<number | null>(null);
  #id: HeldSecretId | null = null;

  constructor(private readonly app: App) {}

  /** Listens to how far a search is, until the answer is called; and asks where would be looked. */
  async start(): Promise<() => void> {
    const stop = await this.app.host.onShellEvent((event) => {
      if (event.event === 'import_progress') this.lookedAt = event.looked_at;
    });
    await this.#try(async () => {
      this.places = await this.app.host.importPlaces();
    });
    return stop;
  }

  /** Ends what runs, and lets the core forget what was found. */
  close(): void {
    this.stopping = true;
    void this.app.attempt(() => this.app.host.discardImport(this.#id));
    this.app.dialogs.close();
  }

  get canScan(): boolean {
    return this.wellKnown || this.sources.length > 0;
  }

  chooseFiles = () =>
    this.#try(async () => {
      this.sources = [...this.sources, ...(await this.app.host.chooseImportFiles())];
    });

  chooseFolder = () =>
    this.#try(async () => {
      const folder = await this.app.host.chooseImportFolder();
      if (folder) this.sources = [...this.sources, folder];
    });

  leaveOut(source: ImportSourceView): void {
    this.sources = this.sources.filter((one) => one !== source);
  }

  async scan(): Promise<void> {
    this.step = { step: 'scanning' };
    this.lookedAt = 0;
    const done = await this.#try(async () => {
      const sources = this.sources.map(({ source }) => source);
      const scan = await this.app.host.scanForImport({ well_known: this.wellKnown, sources });
      if (!scan) return void (this.step = { step: 'ask' });
      const connectors = await this.app.host.connectors('');
      this.#id = scan.import.id;
      this.rows = scan.import.files.flatMap((file) => file.items.map((item) => new ImportRow(file, item, connectors)));
      this.step = { step: 'preview', scan };
    });
    if (!done) this.step = { step: 'ask' };
  }

  stopScan = () => this.#try(async () => void (await this.app.host.stopImportScan()));

  get chosen(): ImportRow[] {
    return this.rows.filter((row) => row.chosen && row.result.is !== 'done');
  }

  /** Back to what was found, with what did not become one still chosen. */
  back(scan: ImportScanView): void {
    this.step = { step: 'preview', scan };
  }

  async import(scan: ImportScanView): Promise<void> {
    const waiting = [...this.chosen];
    this.stopping = false;
    this.step = { step: 'importing', scan, total: waiting.length };
    const lane = async () => {
      for (let row = waiting.shift(); row && !this.stopping; row = waiting.shift()) await this.#once(scan.import.id, row);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.app.clock.touch();
    let copies: ImportCopyView[] = [];
    await this.#try(async () => {
      copies = await this.app.host.importCopies(scan.import.id);
    });
    this.step = { step: 'results', scan, copies };
  }

  async move(file: number): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    this.busyFile = file;
    await this.#try(async () => {
      this.binned = { ...this.binned, [file]: await this.app.host.moveImportFileToBin(id, file) };
    });
    this.busyFile = null;
  }

  show = (file: number) =>
    this.#try(async () => {
      if (this.#id !== null) await this.app.host.showImportFile(this.#id, file);
    });

  async #once(id: HeldSecretId, row: ImportRow): Promise<void> {
    row.result = { is: 'running' };
    const { item, connectorId, name, fields, asked } = row;
    const kept = Object.fromEntries(asked.map((field) => [field.name, (fields[field.name] ?? '').trim()]).filter(([, value]) => value !== ''));
    try {
      const view = await this.app.host.importItem({ id, item: item.item, connector_id: connectorId, name: name.trim() || null, fields: kept });
      row.result = { is: 'done', view };
    } catch (thrown) {
      row.result = { is: 'failed', failure: failureOf(thrown) };
    }
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.failure = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.failure = failureOf(thrown);
      return false;
    }
  }
}
