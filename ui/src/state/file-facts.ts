// What a dropped file says of itself, in words. Pure.
import type { CertificateView, FileFact, FileFactKind, FileView, Timestamp } from '../api/host';
import { calendarDay, relative } from './time';
import type { Tone } from './status';

/** The name of each fact. */
const factTitle: Record<FileFactKind, string> = {
  account: 'Account',
  project: 'Project',
  access_key_id: 'Access key id',
  key_id: 'Key id',
  client_id: 'Client id',
  app: 'App',
  subject: 'Issued to',
  user: 'User',
  profile: 'Profile',
  algorithm: 'Key',
  fingerprint: 'Fingerprint',
};

/** Facts that are compared letter by letter. */
const isCode = ({ kind }: FileFact): boolean => ['access_key_id', 'key_id', 'client_id', 'fingerprint'].includes(kind);

/** Enough of an id to tell two keys of one account apart. */
const shortened = (id: string) => (id.length > 14 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id);

/** The most telling facts on one line. */
export function factLine({ facts }: FileView): string {
  const shown = facts.filter(({ kind }) => kind !== 'project' && kind !== 'algorithm').slice(0, 2);
  return shown.map((fact) => (isCode(fact) ? `${factTitle[fact.kind].toLowerCase()} ${shortened(fact.value)}` : fact.value)).join(' · ');
}

/** What there is to say of a certificate's dates. */
export function certificateText({ begins, ends, validity }: CertificateView, now: Timestamp): { tone: Tone; text: string } {
  switch (validity) {
    case 'not_yet':
      return { tone: 'soon', text: `Valid from ${calendarDay(begins, now)}. If that is past, the clock of this computer is slow.` };
    case 'current':
      return { tone: 'good', text: `Valid until ${calendarDay(ends, now)}` };
    case 'ends_soon':
      return { tone: 'soon', text: `Ends ${relative(ends, now)}, on ${calendarDay(ends, now)}. Have the next one made soon.` };
    case 'ended':
      return { tone: 'need', text: `Ended ${relative(ends, now)}. The service may refuse it.` };
  }
}

/** All of it, line by line. */
export function shownFile(file: FileView | null, now: Timestamp) {
  if (!file) return null;
  const facts = file.facts.map((fact) => ({
    title: factTitle[fact.kind],
    value: fact.value,
    isCode: isCode(fact),
    tone: 'idle' as Tone,
    test: `file-${fact.kind.replaceAll('_', '-')}`,
  }));
  const dates = file.certificate && certificateText(file.certificate, now);
  if (dates) facts.push({ title: 'Certificate', value: dates.text, isCode: false, tone: dates.tone, test: 'file-certificate' });
  return { name: file.name, shape: file.shape, facts };
}
