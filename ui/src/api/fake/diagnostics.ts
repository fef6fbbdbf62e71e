// The report and the program's log, as the fake host has them. A line that is logged while the page follows is told, as by the shell.
import type { DiagnosticsView, Failure, Host, LogLevel, ProgramLogFilter, ProgramLogLine } from '../host';
import { FakeImport } from './import';
import { fail } from './model';

const PORTION = 500;
const MOST_LINES = 2_000;

const report = (made: string, integrations: number) => `Storm Connect diagnostics, ${made}
No secret, name, account, host or folder of anybody is in this text.

Program
  version                     0.1.0
  build                       release
  host                        window
  other tools can ask         yes
  another host at start       not met

System
  system                      linux
  processor                   x86_64
  distribution                debian
  its version                 13
  kernel                      6.12.48

Desktop
  session                     wayland
  desktop                     GNOME
  window drawn by             wayland
  web view                    2.50.4
  tray                        yes
  notifications               yes

Vault
  state                       open
  keyring                     GNOME Keyring
  opens by keyring            yes
  keyring lost it             no
  opens by passphrase         no
  opens by recovery code      yes
  put back from a copy        no
  activity log                intact
  data folder                 ~/.local/share/storm-connect
  on a network file system    no
  database                    159744 bytes
  write-ahead log             41232 bytes
  copies                      5
  newest copy                 2026-11-27T13:02:11Z

Failures told in this run
  service_unreachable         2, last 2026-11-27T13:31:40Z

Integrations
  all                         ${integrations}
  lent to other tools         2
  in the bin                  0
  api_key / connected         ${integrations}

Trouble in the activity log
  entries looked at                                 214
  refresh_postponed / service / timeout             3, last 2026-11-27T13:31:40Z
  reconnect_needed / grant_refused / invalid_grant  1, last 2026-11-27T09:12:03Z
`;

type Told = [LogLevel, string, string];

const morning: Told[] = [
  ['info', 'storm_agent::listening', 'an agent handed its vault over'],
  ['warning', 'storm_connect::tray::status_notifier', 'there is no tray error=org.freedesktop.DBus.Error.ServiceUnknown: The name is not activatable'],
  ['info', 'storm_engine::refresher', 'the clock jumped; everything due is looked at again'],
  ['debug', 'storm_auth::http', 'answered host="login.northwind.example" status=200'],
  ['debug', 'storm_engine::refresh', 'a new token was stored integration=0198c5e2-7d41-7c33-9a52-3f6d0c1b8a77'],
  ['info', 'storm_engine::refresher', 'a scheduled refresh brought no token integration=0198c5e2-8f10-7b7e-8a01-5a1d2c3e4f50 code=ServiceUnreachable'],
  ['error', 'storm_agent::care', 'no backup could be made error=the disk is full'],
  ['trace', 'storm_engine::schedule', 'nothing is due'],
];

const linesOf = (told: Told[], from: number): ProgramLogLine[] =>
  told.map(([level, part, text], place) => ({ sequence: from + place, at: Date.now() - (told.length - place) * 1_700, level, part, text }));

/** As many lines as are kept. */
export const fullLog = (): ProgramLogLine[] => linesOf(Array.from({ length: MOST_LINES }, (_, place) => morning[place % morning.length]!), 51);

export const morningLog = (): ProgramLogLine[] => linesOf(morning, 1);

export class FakeDiagnostics extends FakeImport {
  /** What the program logged; a failure when it cannot be read. */
  programLines: ProgramLogLine[] | Failure = morningLog();
  /** What was copied or saved, as text. */
  given: string[] = [];
  /** Why no report can be made. */
  noReport: Failure | null = null;
  recordsMore = false;
  followed = false;
  #report: DiagnosticsView | null = null;

  /** The program logs a line. */
  logLine(level: LogLevel, text: string, part = 'storm_engine::refresh'): void {
    const lines = this.#lines();
    this.programLines = [...lines, { sequence: (lines.at(-1)?.sequence ?? 0) + 1, at: Date.now(), level, part, text }].slice(-MOST_LINES);
    if (this.followed) this.emitShell({ event: 'program_log_grew' });
  }

  #lines(): ProgramLogLine[] {
    if ('code' in this.programLines) throw fail(this.programLines.code, this.programLines.message);
    return this.programLines;
  }

  #fitting({ least, text }: ProgramLogFilter): ProgramLogLine[] {
    const levels: LogLevel[] = ['error', 'warning', 'info', 'debug', 'trace'];
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#lines().filter((line) => levels.indexOf(line.level) <= levels.indexOf(least) && words.every((word) => `${line.level} ${line.part} ${line.text}`.toLowerCase().includes(word)));
  }

  makeDiagnostics: Host['makeDiagnostics'] = async () => {
    await this.called('makeDiagnostics');
    if (this.noReport) throw fail(this.noReport.code, this.noReport.message);
    const made = `${new Date().toISOString().slice(0, 19)}Z`;
    return (this.#report = { id: (this.#report?.id ?? 0) + 1, text: report(made, this.rows.length) });
  };

  #give(id: number): void {
    if (this.#report?.id !== id) throw fail('not_found', 'Another report was made since. Close this one and open it again.');
    this.given.push(this.#report.text);
  }

  copyDiagnostics: Host['copyDiagnostics'] = async (id) => {
    await this.called('copyDiagnostics');
    this.#give(id);
    return null;
  };

  saveDiagnostics: Host['saveDiagnostics'] = async (id) => {
    await this.called('saveDiagnostics');
    this.#give(id);
    return { name: 'storm-connect-diagnostics.txt', entries: 48 };
  };

  programLog: Host['programLog'] = async ({ filter, before, after }) => {
    const fitting = this.#fitting(filter);
    const newest = this.#lines().at(-1)?.sequence ?? 0;
    const found = fitting.filter(({ sequence }) => sequence < (before ?? Infinity) && sequence > (after ?? 0));
    const lines = after === null ? found.slice(-PORTION) : found.slice(0, PORTION);
    const more = found.length > lines.length;
    return { lines, more, newest: more && after !== null ? lines.at(-1)!.sequence : newest, records_more: this.recordsMore };
  };

  followProgramLog: Host['followProgramLog'] = async (follows) => {
    this.followed = follows;
    return null;
  };

  recordMore: Host['recordMore'] = async (more) => {
    await this.called('recordMore');
    this.recordsMore = more;
    return null;
  };

  copyProgramLog: Host['copyProgramLog'] = async (filter, first, last) => {
    await this.called('copyProgramLog');
    const lines = this.#fitting(filter).filter(({ sequence }) => sequence >= first && sequence <= last);
    this.given.push(lines.map(({ level, part, text }) => `${level} ${part}: ${text}`).join('\n'));
    return lines.length;
  };
}
