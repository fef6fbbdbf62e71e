// The keys that work everywhere, as one function from a key press to what it means. Plain letters count only where nobody types.

export type Shortcut = 'search' | 'add' | 'undo' | 'rename' | 'disconnect' | 'leave';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

const inMenu = (target: EventTarget | null): boolean => target instanceof Element && target.closest('[role=menu]') !== null;

export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  if (event.defaultPrevented || event.altKey) return null;
  const typing = isTyping(event.target);
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === 'k') return 'search';
    if (key === 'n') return 'add';
    return key === 'z' && !typing ? 'undo' : null;
  }
  if (typing || inMenu(event.target)) return null;
  switch (event.key) {
    case '/':
      return 'search';
    case 'n':
      return 'add';
    case 'F2':
      return 'rename';
    case 'Delete':
      return 'disconnect';
    case 'Escape':
      return 'leave';
    default:
      return null;
  }
}
