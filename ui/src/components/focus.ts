// Puts the focus on an element when it appears: `{@attach focused}`.
export const focused = (element: HTMLElement): void => element.focus();

/** Gives the focus to the view when this element goes and nothing else has it, so that the keyboard goes on there: `{@attach handsOnFocus}`. */
export const handsOnFocus = (): (() => void) => () =>
  queueMicrotask(() => {
    if (document.activeElement === document.body) document.querySelector('main')?.focus();
  });

/** Scrolls to an element when it appears, as little as it takes: `{@attach revealed}`. */
export const revealed = (element: HTMLElement): void => element.scrollIntoView({ block: 'nearest' });
