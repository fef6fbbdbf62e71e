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
