// Moments as a person says them: relative in sight, exact on hover. Pure; the present is always handed in.
import type { Timestamp } from '../api/host';
import { language, t } from '../language/language.svelte';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** Whole calendar days from `now` to `at`; negative in the past. */
const daysBetween = (at: number, now: number) => Math.round((midnight(at) - midnight(now)) / DAY);

/** "just now", "2 min ago", "in 12 min", "yesterday", "22 Nov". */
export function relative(at: Timestamp | null, now: number): string {
  if (at === null) return t('time-unknown-when');
  const distance = Math.abs(at - now);
  if (distance < 45 * SECOND) return t(at <= now ? 'time-just-now' : 'time-in-a-moment');
  const minutes = Math.max(1, Math.round(distance / MINUTE));
  const hours = Math.round(distance / HOUR);
  if (minutes < 60) return t(at <= now ? 'time-minutes-ago' : 'time-in-minutes', { minutes });
  if (hours < 24) return t(at <= now ? 'time-hours-ago' : 'time-in-hours', { hours });
  const days = daysBetween(at, now);
  if (days === 1) return t('time-tomorrow');
  if (days > 1 && days <= 30) return t('time-in-days', { days });
  if (days < -1 && days >= -6) return t('time-days-ago', { days: -days });
  return onDay(at, now);
}

/** "today", "yesterday", "22 Nov", "22 Nov 2027". */
export function calendarDay(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0) return t('time-today');
  if (days === -1) return t('time-yesterday');
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return language()[sameYear ? 'dayAndMonth' : 'dayMonthYear'].format(at);
}

/** The same within a sentence: "ends 22 Nov", "endet am 22. November". */
export function onDay(at: number, now: number): string {
  const day = calendarDay(at, now);
  return [0, -1].includes(daysBetween(at, now)) ? day : t('time-on-day', { day });
}

/** "14:02" on the same day, otherwise "22 Nov, 14:02". */
export function clockTime(at: Timestamp | null, now: number): string {
  if (at === null) return t('time-unknown');
  const time = language().hourAndMinute.format(at);
  return daysBetween(at, now) === 0 ? time : t('time-day-and-clock', { day: calendarDay(at, now), time });
}

/** The same within a sentence: "at 14:02", "yesterday at 14:02", "on 22 Nov at 14:02". */
export function atClock(at: Timestamp | null, now: number): string {
  if (at === null) return t('time-unknown-when');
  const time = language().hourAndMinute.format(at);
  const days = daysBetween(at, now);
  if (days === 0) return t('time-at', { time });
  return days === -1 ? t('time-yesterday-at', { time }) : t('time-on-day-at', { day: calendarDay(at, now), time });
}

/** The whole truth, for a title attribute. */
export const exact = (at: Timestamp | null): string => (at === null ? '' : language().exactly.format(at));

/** Time left as "4:32"; "0:00" once it is over. */
export function timeLeft(until: Timestamp | null, now: number): string {
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - now) / SECOND));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
