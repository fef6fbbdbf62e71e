// Moments as a person says them: relative in sight, exact on hover. Pure; the present is always handed in.
import type { Timestamp } from '../api/host';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const hourAndMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** Whole calendar days from `now` to `at`; negative in the past. */
const daysBetween = (at: number, now: number) => Math.round((midnight(at) - midnight(now)) / DAY);

/** "just now", "2 min ago", "in 12 min", "yesterday", "22 Nov". */
export function relative(at: Timestamp | null, now: number): string {
  if (at === null) return 'at an unknown time';
  const distance = Math.abs(at - now);
  if (distance < 45 * SECOND) return at <= now ? 'just now' : 'in a moment';
  const minutes = Math.max(1, Math.round(distance / MINUTE));
  const hours = Math.round(distance / HOUR);
  const amount = minutes < 60 ? `${minutes} min` : hours < 24 ? `${hours} h` : null;
  if (amount !== null) return at <= now ? `${amount} ago` : `in ${amount}`;
  const days = daysBetween(at, now);
  if (days === -1) return 'yesterday';
  if (days === 1) return 'tomorrow';
  if (days > 1 && days <= 30) return `in ${days} days`;
  if (days < 0 && days >= -6) return `${-days} days ago`;
  return calendarDay(at, now);
}

/** "today", "yesterday", "22 Nov", "22 Nov 2027". */
export function calendarDay(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days === 0) return 'today';
  if (days === -1) return 'yesterday';
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayAndMonth : dayMonthYear).format(at);
}

/** "14:02" on the same day, otherwise "22 Nov, 14:02". */
export function clockTime(at: Timestamp | null, now: number): string {
  if (at === null) return 'an unknown time';
  const time = hourAndMinute.format(at);
  return daysBetween(at, now) === 0 ? time : `${calendarDay(at, now)}, ${time}`;
}

/** The same within a sentence: "at 14:02", "yesterday at 14:02", "on 22 Nov at 14:02". */
export function atClock(at: Timestamp | null, now: number): string {
  if (at === null) return 'at an unknown time';
  const time = `at ${hourAndMinute.format(at)}`;
  const days = daysBetween(at, now);
  if (days === 0) return time;
  return days === -1 ? `yesterday ${time}` : `on ${calendarDay(at, now)} ${time}`;
}

/** The whole truth, for a title attribute. */
export const exact = (at: Timestamp | null): string => (at === null ? '' : exactly.format(at));

/** Time left as "4:32"; "0:00" once it is over. */
export function timeLeft(until: Timestamp | null, now: number): string {
  const seconds = until === null ? 0 : Math.max(0, Math.ceil((until - now) / SECOND));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
