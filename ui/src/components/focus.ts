// Puts the focus on an element when it appears: `{@attach focused}`.
export const focused = (element: HTMLElement): void => element.focus();

/** Gives the focus to the dialog that this element is in, once it is there, unless something in it has it already. */
export const entered = (element: HTMLElement): (() => void) => {
  const timer = setTimeout(() => {
    const dialog = element.closest<HTMLElement>('[role=dialog]');
    if (dialog && !dialog.contains(document.activeElement)) dialog.focus();
  });
  return () => clearTimeout(timer);
};

/** Gives the focus to the view when this element goes and nothing else has it, so that the keyboard goes on there: `{@attach handsOnFocus}`. */
export const handsOnFocus = (): (() => void) => () =>
  queueMicrotask(() => {
    if (document.activeElement === document.body) document.querySelector('main')?.focus();
  });

/** Scrolls to an element when it appears, as little as it takes: `{@attach revealed}`. */
export const revealed = (element: HTMLElement): void => element.scrollIntoView({ block: 'nearest' });

/** What is focused in the place of something in it that is gone. */
const PARTS = 'section, [role=dialog], main';

/**
 * Keeps the focus where it was when what had it goes or is switched off: the part of the page around it takes it, so that Tab goes on
 * from there. Leaves those alone who know better and act at once. The answer ends it.
 */
export function keepsFocus(): () => void {
  /** What had the focus last, and all that it stands in. */
  let last: Element[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function moved({ target }: FocusEvent) {
    last = [];
    for (let one = target instanceof Element ? target : null; one && one !== document.body; one = one.parentElement) last.push(one);
  }

  function look() {
    timer = undefined;
    const [had, ...around] = last;
    const { activeElement, body } = document;
    if (!had || (activeElement && activeElement !== body && activeElement !== had)) return;
    if (had.isConnected && !had.matches(':disabled')) return;
    const dialog = [...document.querySelectorAll('[role=dialog]')].at(-1);
    const part = around.find((one) => one.isConnected && one.matches(PARTS) && (!dialog || dialog.contains(one))) ?? dialog ?? document.querySelector('main');
    if (!(part instanceof HTMLElement)) return;
    if (!part.hasAttribute('tabindex')) part.tabIndex = -1;
    part.focus({ preventScroll: true });
  }

  const changes = new MutationObserver(() => {
    const [had] = last;
    if (had && (!had.isConnected || had.matches(':disabled'))) timer ??= setTimeout(look);
  });
  document.addEventListener('focusin', moved);
  changes.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
  return () => {
    clearTimeout(timer);
    changes.disconnect();
    document.removeEventListener('focusin', moved);
  };
}

/** Where the Tab key stops. */
const STOPS = ['a[href]', 'button', 'input', 'select', 'textarea', '[tabindex]'].map((one) => `${one}:not(:disabled, [tabindex="-1"])`).join();

/**
 * Past the last stop of the Tab key comes the first, and the other way round: around the page, and around a dialog, there is nothing to
 * go to. By its place on the keyboard, since WebKitGTK has no name for it with Shift.
 */
export function goesRound(event: KeyboardEvent): void {
  if (event.code !== 'Tab' || event.defaultPrevented) return;
  const inside = [...document.querySelectorAll('[role=dialog]')].at(-1) ?? document;
  const stops = [...inside.querySelectorAll<HTMLElement>(STOPS)].filter((one) => one.checkVisibility?.({ visibilityProperty: true }) ?? true);
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  // A dialog itself stands before its first stop.
  const isAtEdge = document.activeElement === from || (event.shiftKey && document.activeElement === inside);
  if (!to || !isAtEdge) return;
  event.preventDefault();
  to.focus();
}
