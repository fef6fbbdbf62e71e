export const SHELL: string;
export function messagesOf(tag: string, shownOnly?: boolean): Record<string, Map<string, string[]>>;
export function typesOf(files: Record<string, Map<string, string[]>>): string;
