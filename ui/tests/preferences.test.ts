// What is preferred, told to the core: whole, one change after the other, and never from less than the core knows.
import { describe, expect, test, vi } from 'vitest';
import { plainPreferences } from '../src/api/fake/preferences';
import { HostFailure, type Failure, type Preferences } from '../src/api/host';
import { Preferred } from '../src/state/preferences.svelte';

const refusal: Failure = { code: 'vault_not_writable', message: 'The disk is full.', action: null, field: null, connector: null };

function core(kept: Preferences) {
  const host = {
    kept,
    preferences: vi.fn(async () => host.kept),
    setPreferences: vi.fn(async (preferences: Preferences) => (host.kept = preferences)),
  };
  return host;
}

describe('what is preferred', () => {
  test('is chosen before the core has answered without undoing what it knows', async () => {
    const host = core({ ...plainPreferences, language: 'de', letter_keys: false });
    const preferred = new Preferred(host);
    expect([preferred.sort, preferred.letterKeys]).toEqual(['needs_me', true]);
    expect(await preferred.change({ sort: 'name' })).toBeNull();
    expect(host.kept).toEqual({ ...plainPreferences, language: 'de', letter_keys: false, sort: 'name' });
    expect([preferred.sort, preferred.letterKeys]).toEqual(['name', false]);
  });

  test('keeps each of two changes in a row, and is asked anew only after both', async () => {
    const host = core(plainPreferences);
    const preferred = new Preferred(host);
    await preferred.recall();
    await Promise.all([preferred.change({ sort: 'created' }), preferred.change({ letter_keys: false }), preferred.recall()]);
    expect(host.kept).toEqual({ ...plainPreferences, sort: 'created', letter_keys: false });
    expect(preferred.value).toEqual(host.kept);
  });

  test('goes back to what the core has when it is refused, and says why', async () => {
    const host = core(plainPreferences);
    const preferred = new Preferred(host);
    await preferred.recall();
    host.setPreferences.mockRejectedValue(new HostFailure(refusal));
    const changed = preferred.change({ sort: 'created' });
    expect(preferred.sort).toBe('created');
    expect(await changed).toEqual(refusal);
    expect(preferred.sort).toBe('needs_me');
    await expect(preferred.choose({ sort: 'created' })).rejects.toThrow('The disk is full.');
  });
});
