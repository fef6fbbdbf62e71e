// What goes with an integration into a sealed export, or comes with it, in a word.
import type { Carries } from '../api/host';

export const carriesText: Record<Carries, string> = {
  key: 'Key',
  key_file: 'Key file',
  client: 'App registration',
  sign_in: 'Sign-in',
  settings: 'Settings; one signs in again',
};
