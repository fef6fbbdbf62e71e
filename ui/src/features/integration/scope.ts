// Scopes as lines of a table: those that were asked for first, then what the service granted besides.
import type { IntegrationDetailView } from '../../api/host';

export interface ScopeLine {
  scope: string;
  requested: boolean;
  granted: boolean;
}

/** A scope that is granted under another name than it was asked for is not missing, and its other name is one more line. */
export function scopeLines({ requested_scopes, granted_scopes, missing_scopes }: IntegrationDetailView): ScopeLine[] {
  const besides = granted_scopes.filter((scope) => !requested_scopes.includes(scope));
  return [
    ...requested_scopes.map((scope) => ({ scope, requested: true, granted: !missing_scopes.includes(scope) })),
    ...besides.map((scope) => ({ scope, requested: false, granted: true })),
  ];
}
