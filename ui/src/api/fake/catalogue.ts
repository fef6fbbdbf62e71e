// A handful of connectors for the fake host; enough to see every method, field and page.
import type { ConnectorBadge, ConnectorView, DiscoveryView, EndpointView, FieldView, MethodView } from '../host';

const badge = (id: string, name: string, monogram: string, colour: string): ConnectorBadge => ({ id, name, monogram, colour });

const apiKey = (given: Partial<MethodView>): MethodView => ({
  method: 'api_key',
  title: 'API key',
  when_to_use: 'Simplest for scripts and servers. You replace it yourself when it ends.',
  how_to_get: 'Make one on the service’s key page, and copy it once.',
  fields: [],
  key_id: null,
  takes_file: false,
  default_scopes: [],
  oauth: null,
  pages: ['keys', 'docs'],
  ...given,
});

const oauth = (given: Partial<MethodView>, setup: Partial<MethodView['oauth']> = {}): MethodView => ({
  method: 'oauth',
  title: 'OAuth 2.0',
  when_to_use: 'You sign in and approve in your browser. Tokens renew by themselves. Best for accounts of people.',
  how_to_get: 'Register an app at the service once, then authorize.',
  fields: [],
  key_id: null,
  takes_file: false,
  default_scopes: ['read:user'],
  oauth: {
    default_client_id: null,
    redirect_uri: 'http://127.0.0.1/storm',
    redirect_help: 'Any port is accepted.',
    secret_required: false,
    scopes_editable: true,
    discovers_from: null,
    ...setup,
  },
  pages: ['apps', 'docs'],
  ...given,
});

const serviceAccount = (given: Partial<MethodView>): MethodView => ({
  method: 'service_account',
  title: 'Service account',
  when_to_use: 'Drop a key file. Not tied to a person who may leave. Best for unattended work.',
  how_to_get: 'Make a key for the service account and download it as JSON.',
  fields: [],
  key_id: null,
  takes_file: true,
  default_scopes: ['bigquery.readonly'],
  oauth: null,
  pages: ['keys', 'docs'],
  ...given,
});

const field = (given: Partial<FieldView> & Pick<FieldView, 'name' | 'title'>): FieldView => ({
  help: '',
  example: '',
  prefix: '',
  suffix: '',
  options: [],
  default: '',
  required: true,
  only_without: null,
  advanced: false,
  ...given,
});

const address = field({ name: 'base_url', title: 'Address', help: 'Where the practice service listens.', example: 'http://127.0.0.1:4780', default: 'http://127.0.0.1:4780' });

const connector = (of: ConnectorBadge, category: string, description: string, methods: MethodView[]): ConnectorView => ({
  badge: of,
  category,
  description,
  methods,
});

const clusterAddress = field({ name: 'server', title: 'API server', example: 'https://203.0.113.7:6443' });

export const catalogue: ConnectorView[] = [
  connector(badge('github', 'GitHub', 'GH', '#1f2328'), 'Developer tools', 'Repositories, issues and packages.', [
    oauth({ default_scopes: ['repo', 'read:user'] }),
    apiKey({ title: 'Personal access token' }),
  ]),
  connector(badge('stripe', 'Stripe', 'ST', '#635bff'), 'Payments', 'Payments, customers and payouts.', [apiKey({ title: 'Secret or restricted key' })]),
  connector(badge('salesforce', 'Salesforce', 'SF', '#0b6bcb'), 'Sales', 'Accounts, contacts and opportunities.', [
    oauth(
      {
        default_scopes: ['api', 'refresh_token'],
        fields: [field({ name: 'domain', title: 'My Domain', help: 'The first part of your Salesforce address.', example: 'northwind', prefix: 'https://', suffix: '.my.salesforce.com' })],
      },
      { secret_required: true, redirect_help: 'Enter it exactly as it stands here.' },
    ),
  ]),
  connector(badge('bigquery', 'BigQuery', 'BQ', '#1a73e8'), 'Databases', 'Google’s data warehouse.', [serviceAccount({})]),
  connector(badge('slack', 'Slack', 'SL', '#611f69'), 'Communication', 'Channels and messages.', [oauth({}, { default_client_id: '2141.practice' })]),
  connector(badge('zendesk', 'Zendesk', 'ZD', '#03363d'), 'Support', 'Tickets and users.', [
    apiKey({
      title: 'API token',
      fields: [
        field({ name: 'subdomain', title: 'Subdomain', help: 'As in the address of your help desk.', example: 'northwind', prefix: 'https://', suffix: '.zendesk.com' }),
        field({ name: 'email', title: 'E-mail address', help: 'Of the agent the token belongs to.', example: 'ops@northwind.example' }),
      ],
    }),
  ]),
  connector(badge('openai', 'OpenAI', 'OA', '#10a37f'), 'Machine learning', 'Models and assistants.', [apiKey({})]),
  connector(badge('databricks', 'Databricks', 'DB', '#e25a1c'), 'Databases', 'Lakehouse workspaces.', [apiKey({ title: 'Personal access token' })]),
  connector(badge('aws', 'AWS', 'AW', '#9a3412'), 'Cloud and data', 'Computing, storage and more.', [
    apiKey({ title: 'Secret access key', takes_file: true, key_id: { title: 'Access key ID', example: 'AKIAIOSFODNN7EXAMPLE' } }),
  ]),
  connector(badge('kubernetes', 'Kubernetes', 'K8', '#2f5fd0'), 'Cloud and data', 'A cluster’s API.', [
    apiKey({ title: 'Service account token', takes_file: true, fields: [clusterAddress] }),
    serviceAccount({ title: 'Client certificate', how_to_get: 'Drop a kubeconfig here whose user has a certificate.', default_scopes: [], fields: [clusterAddress] }),
  ]),
  connector(badge('twilio', 'Twilio', 'TW', '#cf4045'), 'Communication', 'Messages and calls.', [apiKey({})]),
  connector(badge('generic-api-key', 'Any service with an API key', 'K', '#475569'), 'Any other service', 'A key in a header, in the address or as HTTP Basic.', [
    apiKey({
      fields: [
        field({ name: 'verify_url', title: 'Address to verify with', help: 'An address that answers only with a good key, and changes nothing: a list, or a profile.', example: 'https://api.example.com/v1/me' }),
        field({ name: 'placement', title: 'Where the key stands', help: '“bearer” fits most services; see the service’s documentation.', example: 'bearer', options: ['bearer', 'header', 'basic_user'], default: 'bearer' }),
      ],
    }),
  ]),
  connector(badge('generic-oauth', 'Any service with OAuth 2.0', 'O', '#475569'), 'Any other service', 'OAuth 2.0 or OpenID Connect, by its issuer.', [
    oauth(
      {
        default_scopes: ['openid', 'email', 'offline_access'],
        fields: [
          field({ name: 'issuer', title: 'Issuer', help: 'The issuer, or the plain address of the service.', example: 'https://login.example.com', required: false }),
          field({ name: 'token_url', title: 'Token address', example: 'https://login.example.com/oauth/token', required: false, only_without: 'issuer' }),
          field({ name: 'client_auth', title: 'How the application proves itself', options: ['automatic', 'basic'], default: 'automatic', advanced: true }),
        ],
      },
      { discovers_from: 'issuer' },
    ),
  ]),
  connector(badge('practice', 'Practice', 'PR', '#b8c400'), 'Practice', 'Our own service on this computer, to rehearse everything without an account.', [
    oauth({ default_scopes: ['read', 'write'], fields: [address] }, { default_client_id: 'practice' }),
    apiKey({ fields: [address] }),
    serviceAccount({ default_scopes: ['read'], fields: [address] }),
  ]),
];

export function badgeOf(id: string): ConnectorBadge {
  const found = catalogue.find((one) => one.badge.id === id);
  if (!found) throw new Error(`no connector ${id}`);
  return found.badge;
}

const PURPOSES: EndpointView['purpose'][] = ['authorize', 'token', 'userinfo', 'revoke', 'keys'];

/** What a well-behaved service at an issuer says of itself; one at `accounts.…` has its tokens elsewhere, as large ones do. */
export function discoveryOf(issuer: string): DiscoveryView {
  const host = issuer.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const hostOf = (purpose: EndpointView['purpose']) => (purpose === 'token' || purpose === 'keys' ? host.replace(/^accounts\./, 'api.') : host);
  return {
    issuer,
    endpoints: PURPOSES.map((purpose) => ({ purpose, host: hostOf(purpose), is_elsewhere: hostOf(purpose) !== host })),
    scopes: ['openid', 'email', 'profile', 'offline_access'],
    refresh: true,
    device: true,
    registration: false,
  };
}
