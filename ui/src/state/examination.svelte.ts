// Looks why something failed, and keeps what was found. An answer to an earlier question is dropped. A look that fails itself shows
// nothing: the failure it was about is shown in any case.
import type { ExaminationSubject, FindingView, Host } from '../api/host';

export class Examination {
  finding = $state.raw<FindingView | null>(null);
  looking = $state(false);
  #turn = 0;

  constructor(private readonly host: Host) {}

  /** Looks into this; null = there is nothing to look into. */
  async look(subject: ExaminationSubject | null): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.finding = null;
    this.looking = subject !== null;
    if (subject === null) return;
    const finding = await this.host.examine(subject).catch(() => null);
    if (turn !== this.#turn) return;
    this.finding = finding;
    this.looking = false;
  }
}
