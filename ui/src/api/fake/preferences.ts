// What the fake host’s user prefers.
import type { Language, Preferences } from '../host';
import { fail } from './model';

export const plainPreferences: Preferences = {
  notifications: { needs_you: true, replace_soon: true, quiet: null },
  language: 'system',
  appearance: 'system',
  refresh: { margin: { margin: 'standard' }, keep_warm: true },
  verification: 'daily',
  sort: 'needs_me',
  letter_keys: true,
  asked_start_at_login: false,
};

/** What the shell would speak: the system of the fake host speaks English. */
export const spokenBy = ({ language }: Preferences): Language => (language === 'system' ? 'en' : language);

/** As the core takes them: hours that are none are refused at their field. */
export function checkedPreferences(preferences: Preferences): Preferences {
  const { quiet } = preferences.notifications;
  if (quiet && quiet.from === quiet.until) throw fail('field_not_usable', 'Quiet hours lie between two different minutes of a day (0 to 1439).', { field: 'quiet' });
  const { margin } = preferences.refresh;
  if (margin.margin === 'own' && !(margin.minutes >= 1 && margin.minutes <= 120)) throw fail('field_not_usable', 'A token is refreshed 1 to 120 minutes before its end.', { field: 'minutes' });
  return preferences;
}
