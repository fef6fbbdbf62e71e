// When a start at login may be asked for: at the first success with a real service, and never at another time. Rehearsals do not
// count: nothing is to be kept fresh for them, and who only tries the program out is not to be asked for a place at each log-in.
import type { IntegrationView } from '../api/host';

const isReal = ({ connector }: IntegrationView) => connector.id !== 'practice';

/** It works, with or without all that was asked for. */
export const worksNow = (row: IntegrationView): boolean =>
  isReal(row) && ['connected', 'limited', 'scopes_missing', 'replace_soon'].includes(row.status.status);

/** It may have worked before, whatever became of it. */
export const mayHaveWorked = (row: IntegrationView): boolean =>
  isReal(row) && !['connecting', 'not_connected', 'unverified'].includes(row.status.status);
