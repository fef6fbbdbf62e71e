// A day as people type it: year-month-day, in the time zone of this computer.

/** Null stands as no text. */
export function dayOf(at: number | null): string {
  if (at === null) return '';
  const day = new Date(at);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

/** The beginning of a day; undefined = there is no such day. */
export function startOfDay(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)?.slice(1).map(Number);
  if (!parts) return undefined;
  const [year = 0, month = 0, date = 0] = parts;
  const day = new Date(year, month - 1, date);
  return day.getMonth() === month - 1 && day.getDate() === date ? day.getTime() : undefined;
}

/** A minute of the day as a time field has it: "22:05". */
export const clockOf = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** The minute of the day; undefined when it is no time. */
export function minuteOf(clock: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(clock) ?? [];
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/** The moment that a field for a day means: `before` where nobody changed it, which may be to the second; undefined = it is no day. */
export function endOf(text: string, before: number | null): number | null | undefined {
  if (text.trim() === dayOf(before)) return before;
  return text.trim() === '' ? null : startOfDay(text.trim());
}
