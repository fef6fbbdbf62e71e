// One thing done to many integrations: a few at a time, to each service one after the other, and told once at the end. What did not
// work is named and stays selected.
import { failureOf, type Host, type IntegrationId, type IntegrationView } from '../api/host';
import { joined, listed, t } from '../language/language.svelte';
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
export const progressText = ({ action, done, total, stopping }: Running): string =>
  stopping ? t('bulk-stopping') : t(`bulk-doing-${action.does}`, { at: Math.min(done + 1, total), all: total });

function told({ does }: BulkAction, rows: IntegrationView[], outcomeOf: (row: IntegrationView) => Outcome, words: string[]): { title: string; text: string; good: boolean } {
  const of = (outcome: Outcome) => rows.filter((row) => outcomeOf(row) === outcome);
  const named = (outcome: 'limited' | 'refused' | 'unreached' | 'failed') => {
    const names = of(outcome).map(({ name }) => name);
    if (names.length === 0) return '';
    const some = listed(names.slice(0, NAMED));
    return t(`bulk-named-${outcome}`, { names: names.length > NAMED ? t('and-more', { names: some, more: names.length - NAMED }) : some });
  };
  const outcomes: Outcome[] = ['done', 'limited', 'passed', 'refused', 'unreached', 'failed', 'left'];
  const counted = (outcome: Outcome) => {
    const n = of(outcome).length;
    if (n === 0) return [];
    return [outcome === 'done' || outcome === 'passed' ? t(`bulk-${outcome}-${does}`, { n }) : t(`bulk-${outcome}`, { n })];
  };
  const title = listed(outcomes.flatMap(counted));
  const text = joined(named('limited'), named('refused'), named('unreached'), named('failed'), ...words);
  return { title, text, good: ['refused', 'unreached', 'failed'].every((outcome) => of(outcome as Outcome).length === 0) };
}
