// What keeps the keyring from giving or taking the vault's key, as a title: one total table. A new problem in the contract breaks
// the build here. What happened and what to do is the core's own sentence.
import type { KeyProblem } from '../api/host';

const titles: Record<KeyProblem, (keyring: string) => string> = {
  no_entry: (keyring) => `${keyring} does not hold the key of this vault`,
  wrong_key: (keyring) => `${keyring} holds the key of another vault`,
  ambiguous: (keyring) => `${keyring} holds several keys for this vault`,
  garbage: (keyring) => `The key in ${keyring} was overwritten`,
  forgetful: (keyring) => `${keyring} does not keep what it is given`,
  prompt_dismissed: (keyring) => `${keyring} is locked`,
  prompt_open: (keyring) => `${keyring} is locked`,
  no_bus: () => 'The keyring cannot be reached',
  no_service: () => 'No keyring is running',
  no_collection: (keyring) => `${keyring} has no default keyring`,
  refused: (keyring) => `${keyring} is switched off`,
  unresponsive: (keyring) => `${keyring} does not answer`,
  vanished: (keyring) => `${keyring} ended meanwhile`,
  access_denied: (keyring) => `${keyring} does not let Storm Connect in`,
  no_session: (keyring) => `${keyring} cannot be opened in this session`,
  too_long: (keyring) => `${keyring} does not take the key`,
  failed: (keyring) => `${keyring} reported an error`,
};

export function keyProblemTitle(problem: KeyProblem, keyring: string): string {
  return titles[problem](keyring);
}

/** A cause that the keyring cannot know of, where it is a likely one. */
export function keyProblemHint(problem: KeyProblem): string {
  return problem === 'no_entry' || problem === 'wrong_key'
    ? 'Did the data folder come from another computer? Its key stayed in the keyring there; a passphrase or recovery code that was set there opens it here.'
    : '';
}
