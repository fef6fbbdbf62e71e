// Whether secrets can be kept, as the core found when it tried last: stands here once, for the first run and the settings.
import { failureOf, type Failure, type Host, type StorageTestView } from '../api/host';

export type StorageState =
  | { state: 'untested' }
  | { state: 'testing' }
  | { state: 'tested'; test: StorageTestView }
  /** The test itself could not be made. */
  | { state: 'not_tested'; failure: Failure };

export class StorageTest {
  now = $state.raw<StorageState>({ state: 'untested' });

  constructor(private readonly host: Pick<Host, 'testStorage'>) {}

  async run(): Promise<void> {
    if (this.now.state === 'testing') return;
    this.now = { state: 'testing' };
    try {
      this.now = { state: 'tested', test: await this.host.testStorage() };
    } catch (thrown) {
      this.now = { state: 'not_tested', failure: failureOf(thrown) };
    }
  }

  /** Tries it unless that was done. */
  async once(): Promise<void> {
    if (this.now.state === 'untested') await this.run();
  }
}
