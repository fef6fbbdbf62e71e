// One thing done to many integrations: a few at a time, to each service one after the other, and told once at the end. What did not
// work is named and stays selected.
import { failureOf, type Host, type IntegrationId, type IntegrationView } from '../api/host';
import { failureText } from './failure';
import type { List } from './list.svelte';
import type { Toasts } from './toast.svelte';

export type BulkAction = { does: 'verify' } | { does: 'pause' } | { does: 'resume' } | { does: 'label'; label: string };

/** `passed` = there was nothing to do. */
type Outcome = 'done' | 'limited' | 'passed' | 'refused' | 'unreached' | 'failed' | 'left';

export interface Running {
  action: BulkAction;
  done: number;
  total: number;
  stopping: boolean;
}

/** So many at once. Those of one service wait for each other: none is to see a burst. */
const LANES = 4;
const NAMED = 5;

const doing: Record<BulkAction['does'], string> = { verify: 'Verifying', pause: 'Pausing', resume: 'Resuming', label: 'Adding the label' };
const worked: Record<BulkAction['does'], string> = { verify: 'verified', pause: 'paused', resume: 'resumed', label: 'labelled' };
const passed: Record<BulkAction['does'], string> = { verify: 'paused, so not asked', pause: 'paused before', resume: 'ran before', label: 'had it before' };

export class Bulk {
  running = $state<Running | null>(null);

  constructor(
    private readonly host: Host,
    private readonly list: List,
    private readonly toasts: Toasts,
  ) {}

  /** Asks the run under way to end after what it has begun. */
  stop(): void {
    if (this.running) this.running.stopping = true;
  }

  async run(action: BulkAction, rows: IntegrationView[]): Promise<void> {
    if (this.running || rows.length === 0) return;
    this.running = { action, done: 0, total: rows.length, stopping: false };
    const running = this.running;
    const outcomes = new Map<IntegrationId, Outcome>();
    const words = new Set<string>();
    const lanes = lanesOf(rows, action);
    const work = async () => {
      for (let lane = lanes.shift(); lane; lane = lanes.shift()) {
        for (const row of lane) {
          if (running.stopping) return;
          outcomes.set(row.id, await this.#once(action, row, words));
          running.done += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, work));
    this.running = null;
    const outcomeOf = ({ id }: IntegrationView) => outcomes.get(id) ?? 'left';
    this.list.select(rows.filter((row) => !['done', 'limited', 'passed'].includes(outcomeOf(row))).map(({ id }) => id));
    const { title, text, good } = told(action, rows, outcomeOf, [...words]);
    this.toasts.report(title, text, good);
  }

  async #once(action: BulkAction, row: IntegrationView, words: Set<string>): Promise<Outcome> {
    const isPaused = row.status.status === 'paused';
    try {
      switch (action.does) {
        case 'verify': {
          if (row.status.status === 'paused' && row.status.hold !== 'unproved') return 'passed';
          const { outcome } = await this.host.verifyIntegration(row.id);
          return ({ works: 'done', works_without: 'limited', refused: 'refused', could_not_reach: 'unreached' } as const)[outcome];
        }
        case 'pause':
        case 'resume':
          if (isPaused === (action.does === 'pause')) return 'passed';
          await this.host.pauseIntegration(row.id, action.does === 'pause');
          return 'done';
        case 'label':
          if (row.labels.some((one) => one.toLowerCase() === action.label.toLowerCase())) return 'passed';
          await this.host.setLabels(row.id, [...row.labels, action.label]);
          return 'done';
      }
    } catch (thrown) {
      words.add(failureText(failureOf(thrown)).text);
      return 'failed';
    }
  }
}

/** What runs one after the other. Only asking a service needs its patience. */
function lanesOf(rows: IntegrationView[], { does }: BulkAction): IntegrationView[][] {
  const lanes = new Map<string | number, IntegrationView[]>();
  rows.forEach((row, index) => {
    const lane = does === 'verify' ? row.connector.id : index % LANES;
    const begun = lanes.get(lane);
    if (begun) begun.push(row);
    else lanes.set(lane, [row]);
  });
  return [...lanes.values()];
}

/** "Verifying 3 of 12…" */
export const progressText = ({ action, done, total, stopping }: Running): string => (stopping ? 'Stopping…' : `${doing[action.does]} ${Math.min(done + 1, total)} of ${total}…`);

function told({ does }: BulkAction, rows: IntegrationView[], outcomeOf: (row: IntegrationView) => Outcome, words: string[]): { title: string; text: string; good: boolean } {
  const of = (outcome: Outcome) => rows.filter((row) => outcomeOf(row) === outcome);
  const named = (outcome: Outcome, title: string) => {
    const names = of(outcome).map(({ name }) => name);
    if (names.length === 0) return [];
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return [`${title}: ${names.slice(0, NAMED).join(', ')}${more}.`];
  };
  const counts: [Outcome, string][] = [['done', worked[does]], ['limited', 'limited'], ['passed', passed[does]], ['refused', 'refused'], ['unreached', 'not reached'], ['failed', 'failed'], ['left', 'left out']];
  const title = counts.flatMap(([outcome, word]) => (of(outcome).length > 0 ? [`${of(outcome).length} ${word}`] : [])).join(', ');
  const text = [...named('limited', 'Limited'), ...named('refused', 'Refused'), ...named('unreached', 'Not reached'), ...named('failed', 'Failed'), ...words].join(' ');
  return { title, text, good: ['refused', 'unreached', 'failed'].every((outcome) => of(outcome as Outcome).length === 0) };
}
