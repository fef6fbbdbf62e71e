// Puts the focus on an element when it appears: `{@attach focused}`.
export const focused = (element: HTMLElement): void => element.focus();
