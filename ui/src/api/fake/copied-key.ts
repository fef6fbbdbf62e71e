// Whose a key on the clipboard is, as the fake core knows it by its beginning.
const beginnings: Record<string, string> = { sk_live_: 'stripe', rk_live_: 'stripe', ghp_: 'github', AKIA: 'aws', pk_live_: 'practice' };

export const connectorOf = (key: string): string | null => Object.entries(beginnings).find(([beginning]) => key.startsWith(beginning))?.[1] ?? null;
