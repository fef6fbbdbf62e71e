// The forecast as a person reads it: words for each kind, and a place on the time line. Pure.
import type { ForecastView } from '../../api/host';
import { t } from '../../language/language.svelte';
import type { PageTab } from '../../state/route.svelte';
import type { Tone } from '../../state/status';
import { calendarDay, onDay } from '../../state/time';

export type Span = 30 | 90;

const DAY = 24 * 60 * 60_000;
const WEEK_DAYS = 7;
/** From here on the words stand before the mark, so that they end within the line. */
const TURN_AT = 0.55;

export interface Mark {
  entry: ForecastView;
  tone: Tone;
  /** "key ends 4 Dec". */
  words: string;
  /** 0 is today, 1 the end of the line. */
  place: number;
  wordsFirst: boolean;
  /** Where its page helps. */
  tab: PageTab;
}

/** What there is within so many days, soonest first. */
export function marks(entries: ForecastView[], span: Span, now: number): Mark[] {
  return entries
    .filter(({ at }) => at <= now + span * DAY)
    .map((entry) => {
      const place = Math.min(1, Math.max(0, (entry.at - now) / (span * DAY)));
      return { entry, tone: toneOf(entry, now), words: wordsOf(entry, now), place, wordsFirst: place > TURN_AT, tab: tabOf(entry) };
    });
}

function toneOf({ kind, certainty, at }: ForecastView, now: number): Tone {
  if (certainty === 'by_policy') return at <= now ? 'soon' : 'idle';
  return kind === 'needs_you' || at <= now ? 'need' : 'soon';
}

function tabOf({ kind }: ForecastView): PageTab {
  return kind === 'key_ends' || kind === 'key_gets_old' || kind === 'client_secret_ends' ? 'credentials' : 'overview';
}

function wordsOf({ kind, certainty, at, method, others }: ForecastView, now: number): string {
  const over = at <= now ? 'yes' : 'no';
  const day = onDay(at, now);
  const when = certainty === 'presumed' ? t('forecast-when-presumed', { when: day }) : day;
  switch (kind) {
    case 'needs_you':
      return t('forecast-needs_you');
    case 'sign_in_ends':
      return t('forecast-sign_in_ends', { over, when });
    case 'sign_in_unused':
      return t('forecast-sign_in_unused', { over, when });
    case 'access_ends':
      return t('forecast-access_ends', { over, when });
    case 'key_ends':
      return t('forecast-key_ends', { over, when, method });
    case 'client_secret_ends':
      return others > 0 ? t('forecast-client_secret_ends-several', { over, when, n: others + 1 }) : t('forecast-client_secret_ends', { over, when });
    case 'key_gets_old':
      return at <= now ? t('forecast-key_gets_old-over', { method }) : t('forecast-key_gets_old', { when });
  }
}

export interface Tick {
  place: number;
  label: string;
}

/** Lines of the scale: each week of thirty days, every third week of ninety. */
export function ticks(span: Span, now: number): Tick[] {
  const step = span === 30 ? WEEK_DAYS : 3 * WEEK_DAYS;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => {
    const days = index * step;
    return { place: days / span, label: calendarDay(new Date(now).setHours(12) + days * DAY, now) };
  });
}

/** Whether anything is to come that a calendar can hold. */
export const hasDates = (entries: ForecastView[], now: number): boolean =>
  entries.some(({ kind, at }) => kind !== 'needs_you' && at >= now);
