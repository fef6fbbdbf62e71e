import { describe, expect, test } from 'vitest';
import { atClock, calendarDay, clockTime, exact, relative, timeLeft } from '../src/state/time';

const NOW = new Date(2026, 10, 22, 14, 3, 0).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('a moment', () => {
  test.each([
    [0, 'just now'],
    [-44_000, 'just now'],
    [-45_000, '1 min ago'],
    [-2 * MINUTE, '2 min ago'],
    [-59 * MINUTE, '59 min ago'],
    [-60 * MINUTE, '1 h ago'],
    [-5 * HOUR, '5 h ago'],
    [-25 * HOUR, 'yesterday'],
    [-3 * DAY, '3 days ago'],
    [-40 * DAY, '13 Oct'],
    [-400 * DAY, '18 Oct 2025'],
    [20_000, 'in a moment'],
    [12 * MINUTE, 'in 12 min'],
    [41 * MINUTE, 'in 41 min'],
    [3 * HOUR, 'in 3 h'],
    [26 * HOUR, 'tomorrow'],
    [12 * DAY, 'in 12 days'],
    [100 * DAY, '2 Mar 2027'],
  ])('at %d ms from now is "%s"', (distance, said) => {
    expect(relative(NOW + distance, NOW)).toBe(said);
  });

  test('that is unknown is said to be unknown', () => {
    expect(relative(null, NOW)).toBe('at an unknown time');
    expect(exact(null)).toBe('');
  });

  test('is exact on hover', () => {
    expect(exact(NOW)).toContain('2026');
    expect(exact(NOW)).toMatch(/03/);
  });

  test('of another day names the day with the time', () => {
    expect(clockTime(NOW, NOW)).toBe('14:03');
    expect(clockTime(NOW - DAY, NOW)).toBe('yesterday, 14:03');
    expect(clockTime(NOW - 10 * DAY, NOW)).toBe('12 Nov, 14:03');
    expect(calendarDay(NOW, NOW)).toBe('today');
    expect([NOW, NOW - DAY, NOW - 10 * DAY, null].map((at) => atClock(at, NOW))).toEqual(['at 14:03', 'yesterday at 14:03', 'on 12 Nov at 14:03', 'at an unknown time']);
  });
});

describe('the time left', () => {
  test.each([
    [5 * MINUTE, '5:00'],
    [272_000, '4:32'],
    [1, '0:01'],
    [0, '0:00'],
    [-MINUTE, '0:00'],
  ])('of %d ms is %s', (left, said) => {
    expect(timeLeft(NOW + left, NOW)).toBe(said);
  });
});
