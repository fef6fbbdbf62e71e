// Files that may be chosen or dropped on the fake host.
import type { HeldFileView, KeyFileView } from '../host';
import { badgeOf } from './catalogue';

const DAY = 24 * 60 * 60_000;

export const sampleEmail = 'etl@analytics-prod.example';

export const sampleFile: KeyFileView = {
  id: 'held-file',
  file: {
    name: 'analytics-prod-9b07.json',
    shape: 'Google service account (JSON)',
    facts: [
      { kind: 'account', value: sampleEmail },
      { kind: 'project', value: 'analytics-prod' },
      { kind: 'key_id', value: '9b07c2d41e' },
      { kind: 'algorithm', value: 'RSA 2048' },
    ],
    certificate: null,
  },
  uses: [
    { connector: badgeOf('bigquery'), method: 'service_account' },
    { connector: badgeOf('practice'), method: 'service_account' },
  ],
  keys: [],
  fields: {},
};

/** A certificate with its key, as it is once its password ("practice") was entered. */
export const sampleArchive: KeyFileView = {
  id: 'held-archive',
  file: {
    name: 'reports.p12',
    shape: 'PKCS#12 archive',
    facts: [
      { kind: 'subject', value: 'reports.example' },
      { kind: 'algorithm', value: 'RSA 4096' },
      { kind: 'fingerprint', value: 'SHA256:0wBPSfO4h9ibVj1dXqg0kKtPv1tP5VYyJkC6T2mJQpA=' },
    ],
    certificate: { begins: Date.now() - 355 * DAY, ends: Date.now() + 10 * DAY, validity: 'ends_soon' },
  },
  uses: [{ connector: badgeOf('bigquery'), method: 'service_account' }],
  keys: [],
  fields: {},
};

/** What a service lets one download for an OAuth client. */
export const clientFile: KeyFileView = {
  id: 'held-client',
  file: { name: 'client.json', shape: 'Google OAuth client (JSON)', facts: [{ kind: 'client_id', value: '1234-abc.apps.example' }], certificate: null },
  uses: [{ connector: badgeOf('github'), method: 'oauth' }],
  keys: [],
  fields: {},
};

/** What the AWS console lets one download. */
export const accessKeyFile: KeyFileView = {
  id: 'held-access-key',
  file: { name: 'storm_accessKeys.csv', shape: 'AWS access key (CSV)', facts: [{ kind: 'access_key_id', value: 'AKIAIOSFODNN7EXAMPLE' }], certificate: null },
  uses: [{ connector: badgeOf('aws'), method: 'api_key' }],
  keys: [],
  fields: {},
};

/** The file of AWS's command line, with two profiles. */
export const profilesFile: KeyFileView = {
  id: 'held-profiles',
  file: { name: 'credentials', shape: 'AWS credentials file', facts: [{ kind: 'profile', value: 'default, reports' }], certificate: null },
  uses: [{ connector: badgeOf('aws'), method: 'api_key' }],
  keys: [
    { key_id: 'AKIAIOSFODNN7EXAMPLE', profile: 'default' },
    { key_id: 'AKIAI44QH8DHBEXAMPLE', profile: 'reports' },
  ],
  fields: {},
};

/** A kubeconfig with a token. */
export const clusterFile: KeyFileView = {
  id: 'held-cluster',
  file: { name: 'config', shape: 'Kubernetes configuration with a token', facts: [{ kind: 'user', value: 'reports' }], certificate: null },
  uses: [{ connector: badgeOf('kubernetes'), method: 'api_key' }],
  keys: [],
  fields: { server: 'https://10.0.0.7:6443' },
};

/** One with a client certificate. */
export const certificateFile: KeyFileView = {
  ...clusterFile,
  id: 'held-certificate',
  file: {
    name: 'admin.conf',
    shape: 'Kubernetes configuration with a certificate',
    facts: [
      { kind: 'subject', value: 'kubernetes-admin' },
      { kind: 'algorithm', value: 'EC P-256' },
      { kind: 'authority', value: 'kubernetes' },
    ],
    certificate: { begins: Date.now() - 300 * DAY, ends: Date.now() + 65 * DAY, validity: 'current' },
  },
  uses: [{ connector: badgeOf('kubernetes'), method: 'service_account' }],
};

/** The same before that. */
export const lockedArchive: HeldFileView = { held: 'locked', id: 'locked-archive', name: 'reports.p12', shape: 'PKCS#12 archive' };

/** A sealed export, whose passphrase is anything but "wrong". */
export const sampleExport: Extract<HeldFileView, { held: 'export' }> = {
  held: 'export',
  id: 'sealed-export',
  file: { name: 'integrations.storm-connect', made_at: Date.now() - 2 * 60 * 60_000, ends_at: Date.now() + 7 * DAY },
};

/** Something else. */
export const refusedFile: Extract<HeldFileView, { held: 'refused' }> = {
  held: 'refused',
  name: 'notes.txt',
  failure: { code: 'file_not_usable', message: 'This is not a credentials file. Choose the one that the service let you download.', action: null, field: null, connector: null },
};
