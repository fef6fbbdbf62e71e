// A key on its way in: typed into the field, or read from the clipboard and held by the core. Whoever takes it empties the
// field at once. Remarks come from the core while the user types; an answer to an older text is dropped. A key in two parts
// has its public id in a plain field beside; both may be pasted into either.
import { failureOf, HostFailure, type Failure, type HeldKeyView, type Host, type KeyInput } from '../api/host';

const CHECK_AFTER_MS = 250;

export class KeyEntry {
  typed = $state('');
  /** The public part of a key in two parts. */
  keyId = $state('');
  held = $state.raw<HeldKeyView | null>(null);
  /** The held key in the open, after the user's gesture. */
  revealed = $state<string | null>(null);
  remarks = $state.raw<string[]>([]);
  problem = $state.raw<Failure | null>(null);
  #check: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    private readonly connectorId: string,
    /** Whether keys of the service have a public id. */
    readonly hasId = false,
  ) {}

  get isEmpty(): boolean {
    return (this.held === null && this.typed.trim() === '') || (this.hasId && this.keyId.trim() === '');
  }

  /** Takes a new text from the field and asks for remarks a moment later. */
  type(text: string): void {
    this.typed = text;
    this.problem = null;
    clearTimeout(this.#check);
    if (text.trim() === '') this.remarks = [];
    else this.#check = setTimeout(() => void this.#remark(text), CHECK_AFTER_MS);
  }

  /** Takes a new text from the plain field. What is more than an id holds the secret too, and moves to the masked field. */
  typeId(text: string): void {
    if (/[\s,;:="{}]/.test(text.trim())) {
      this.keyId = '';
      this.held = null;
      this.type(text);
    } else {
      this.keyId = text;
      if (this.problem?.field === 'key_id') this.problem = null;
    }
  }

  /** Lets the core read the clipboard. */
  async paste(): Promise<void> {
    const keyId = this.keyId;
    this.empty();
    this.keyId = keyId;
    try {
      this.held = await this.host.holdKeyFromClipboard(this.connectorId);
      this.remarks = this.held.remarks;
      this.keyId = this.held.key_id ?? keyId;
    } catch (thrown) {
      this.problem = failureOf(thrown);
    }
  }

  async reveal(): Promise<void> {
    if (!this.held) return;
    if (this.revealed !== null) {
      this.revealed = null;
      return;
    }
    try {
      this.revealed = await this.host.revealHeldKey(this.held.id);
    } catch (thrown) {
      this.problem = failureOf(thrown);
    }
  }

  /** Hands the key on and empties the field. Null when there is none. */
  take(): KeyInput | null {
    if (this.isEmpty) return null;
    const key_id = this.hasId ? this.keyId : null;
    const input: KeyInput = this.held ? { from: 'held', id: this.held.id, key_id } : { from: 'typed', value: this.typed, key_id };
    this.empty();
    return input;
  }

  empty(): void {
    clearTimeout(this.#check);
    this.typed = '';
    this.keyId = '';
    this.held = null;
    this.revealed = null;
    this.remarks = [];
    this.problem = null;
  }

  async #remark(text: string): Promise<void> {
    try {
      const seen = await this.host.checkTypedKey({ connector_id: this.connectorId, key: text });
      if (this.typed !== text) return;
      this.remarks = seen.remarks;
      this.keyId = seen.key_id ?? this.keyId;
    } catch (thrown) {
      if (this.typed !== text) return;
      this.remarks = [];
      if (thrown instanceof HostFailure) this.problem = thrown.failure;
    }
  }
}
