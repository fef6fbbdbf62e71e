// What the fake host finds when it looks into a failure, and how its network is. A proxy whose address holds "refuses" asks for a
// name; an integration whose name holds "offline" is not reached.
import type { ExaminationSubject, FindingView, IntegrationDetailView, NetworkSettingsView, ReachView } from '../host';

export const plainNetwork: NetworkSettingsView = { proxy: { choice: 'system' }, authorities: [] };

export const sampleAuthority = { subject: 'Northwind Inspection Root', ends_at: Date.now() + 900 * 24 * 60 * 60_000 };

const unreached: FindingView = {
  cause: { cause: 'authority_unknown', host: 'api.northwind.example', issuer: sampleAuthority.subject },
  what: `Nobody this computer trusts vouches for the certificate of api.northwind.example: “${sampleAuthority.subject}”.`,
  cure: 'If your network looks into secure connections, add its authority’s certificate. Otherwise somebody may be listening; do not go on.',
  action: 'network_settings',
};

export function findingOf(subject: ExaminationSubject, row: IntegrationDetailView | null): FindingView | null {
  if (subject.subject === 'service') return unreached;
  if (subject.subject === 'attempt' || !row) return null;
  const { status, account, connector } = row.integration;
  const again = `Nothing you set up is lost; sign in again as ${account?.label ?? 'before'}.`;
  if (status.status === 'needs_you' && status.reason.reason === 'grant_refused') {
    return { cause: { cause: 'grant_refused', words: status.reason.words }, what: `${connector.name} no longer accepts the sign-in, for example because a password changed or the access was removed there.`, cure: again, action: 'reconnect' };
  }
  if (status.status === 'needs_you' && status.reason.reason === 'key_refused') {
    return { cause: { cause: 'key_refused', words: status.reason.words }, what: `${connector.name} does not accept the key: it was revoked, replaced or has ended there.`, cure: `Make a new key at ${connector.name} and replace it here. Nothing you set up is lost.`, action: 'replace_credential' };
  }
  if (status.status === 'retrying' && status.trouble.trouble === 'registration') {
    return { cause: { cause: 'registration_refused', words: status.trouble.words }, what: `${connector.name} does not take the app registration. Your tokens are kept.`, cure: 'Compare client ID and client secret with the service and save them again.', action: 'edit_registration' };
  }
  return status.status === 'retrying' || status.status === 'unverified' ? unreached : null;
}

export function reachOf(rows: IntegrationDetailView[], proxy: NetworkSettingsView['proxy']): ReachView[] {
  const refuses = proxy.choice === 'own' && proxy.address.includes('refuses');
  return rows.map(({ integration, host }) => ({
    host,
    integrations: [integration.name],
    checks: [
      { check: 'proxy', outcome: { outcome: refuses ? 'failed' : proxy.choice === 'own' ? 'passed' : 'not_needed' } },
      { check: 'connection', outcome: { outcome: refuses ? 'not_reached' : 'passed' } },
      { check: 'certificate', outcome: { outcome: refuses ? 'not_reached' : 'passed' } },
      { check: 'answer', outcome: { outcome: refuses ? 'not_reached' : 'passed' } },
      { check: 'clock', outcome: { outcome: refuses ? 'not_reached' : 'passed' } },
    ],
    finding: refuses
      ? { cause: { cause: 'proxy_wants_sign_in', proxy: 'refuses.example:8080' }, what: 'The proxy refuses.example:8080 wants a user name and password (407), or does not take the ones it was given.', cure: 'Enter them in the network settings.', action: 'network_settings' }
      : null,
  }));
}
