// The host behind the window: the generated commands and events, unwrapped. The only file besides the bindings that knows
// they come through Tauri.
import { commands, events, type Failure } from '../bindings';
import { HostFailure, type Host, type HostCommands } from './host';

type Answer = { status: 'ok'; data: unknown } | { status: 'error'; error: unknown };

const isFailure = (error: unknown): error is Failure =>
  typeof error === 'object' && error !== null && 'code' in error && 'message' in error;

function unwrapped(command: (...given: never[]) => Promise<Answer>) {
  return async (...given: never[]) => {
    const answer = await command(...given);
    if (answer.status === 'ok') return answer.data;
    throw isFailure(answer.error) ? new HostFailure(answer.error) : new Error('The command did not run.');
  };
}

const unwrappedCommands = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, unwrapped(command as never)]),
) as unknown as HostCommands;

export const tauriHost: Host = {
  ...unwrappedCommands,
  onCoreEvent: (listener) => events.coreEvent.listen(({ payload }) => listener(payload)),
  onShellEvent: (listener) => events.shellEvent.listen(({ payload }) => listener(payload)),
};
