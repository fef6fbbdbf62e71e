// Refreshes that ended, as bars and as words. Pure.
import type { RefreshView } from '../../api/host';
import { language, t } from '../../language/language.svelte';
import { troubleText, type Tone } from '../../state/status';
import { clockTime } from '../../state/time';

/** Bars grow with the logarithm of the time, between these. */
const QUICK_MS = 50;
const SLOW_MS = 10_000;
const LOWEST = 0.35;
/** Where the time was not measured. */
const UNKNOWN = 0.55;

export interface Bar {
  tone: Tone;
  /** Share of the full height. */
  height: number;
  words: string;
}

/** Shared by the bars and the table, so that both say the same. */
export function outcomeText(refresh: RefreshView): { tone: Tone; word: string; detail: string } {
  switch (refresh.outcome.outcome) {
    case 'refreshed':
      return { tone: 'good', word: t('refresh-refreshed'), detail: '' };
    case 'recovered':
      return { tone: 'good', word: t('refresh-recovered'), detail: t('refresh-recovered-detail') };
    case 'postponed':
      return { tone: 'soon', word: t('refresh-postponed'), detail: troubleText(refresh.outcome.trouble) };
    case 'refused':
      return { tone: 'need', word: t('refresh-refused'), detail: t('refresh-refused-detail') };
  }
}

/** "0.4 s", "12 s"; nothing where it was not measured. */
export function tookText(tookMs: number | null): string {
  if (tookMs === null) return '';
  const seconds = tookMs < 950 ? Math.max(1, Math.round(tookMs / 100)) / 10 : tookMs / 1000;
  return t('refresh-took', { seconds: language().seconds[tookMs < 10_000 ? 'tenths' : 'whole'].format(seconds) });
}

export function bars(history: RefreshView[], now: number): Bar[] {
  return history.map((refresh) => {
    const { tone, word } = outcomeText(refresh);
    const took = tookText(refresh.took_ms);
    const said = { when: clockTime(refresh.at, now), outcome: word };
    return { tone, height: tone === 'good' ? heightOf(refresh.took_ms) : 1, words: took ? t('refresh-bar-took', { ...said, took }) : t('refresh-bar', said) };
  });
}

function heightOf(tookMs: number | null): number {
  if (tookMs === null) return UNKNOWN;
  const share = Math.log(Math.max(tookMs, QUICK_MS) / QUICK_MS) / Math.log(SLOW_MS / QUICK_MS);
  return LOWEST + (1 - LOWEST) * Math.min(1, share);
}

/** "34 refreshes since 26 Nov · 2 did not work · usually 0.4 s". */
export function summary(history: RefreshView[], now: number): string {
  const first = history[0];
  if (!first) return '';
  const worked = history.filter((one) => outcomeText(one).tone === 'good').length;
  const failed = history.length - worked;
  const times = history.flatMap(({ took_ms }) => (took_ms === null ? [] : [took_ms])).sort((one, other) => one - other);
  const middle = tookText(times[Math.floor(times.length / 2)] ?? null);
  return [
    t('refreshes-since', { n: worked, when: clockTime(first.at, now) }),
    failed > 0 ? t('refreshes-failed', { n: failed }) : '',
    middle && t('refreshes-usually', { took: middle }),
  ].filter(Boolean).join(' · ');
}
