// What a dropped file says of itself, in words. Pure.
import type { CertificateView, FileFact, FileView, Timestamp } from '../api/host';
import { t } from '../language/language.svelte';
import { calendarDay, relative } from './time';
import type { Tone } from './status';

/** Facts that are compared letter by letter. */
const codes = ['access_key_id', 'key_id', 'client_id', 'fingerprint'] as const;
const codeOf = ({ kind }: FileFact) => codes.find((one) => one === kind);

/** Enough of an id to tell two keys of one account apart. */
const shortened = (id: string) => (id.length > 14 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id);

/** The most telling facts on one line. */
export function factLine({ facts }: FileView): string {
  const shown = facts.filter(({ kind }) => kind !== 'project' && kind !== 'algorithm' && kind !== 'authority').slice(0, 2);
  const told = (fact: FileFact) => {
    const code = codeOf(fact);
    return code ? t(`fact-line-${code}`, { id: shortened(fact.value) }) : fact.value;
  };
  return shown.map(told).join(' · ');
}

/** What there is to say of a certificate's dates. */
export function certificateText({ begins, ends, validity }: CertificateView, now: Timestamp): { tone: Tone; text: string } {
  switch (validity) {
    case 'not_yet':
      return { tone: 'soon', text: t('certificate-not_yet', { day: calendarDay(begins, now) }) };
    case 'current':
      return { tone: 'good', text: t('certificate-current', { day: calendarDay(ends, now) }) };
    case 'ends_soon':
      return { tone: 'soon', text: t('certificate-ends_soon', { when: relative(ends, now), day: calendarDay(ends, now) }) };
    case 'ended':
      return { tone: 'need', text: t('certificate-ended', { when: relative(ends, now) }) };
  }
}

/** All of it, line by line. */
export function shownFile(file: FileView | null, now: Timestamp) {
  if (!file) return null;
  const facts = file.facts.map((fact) => ({
    title: t(`fact-${fact.kind}`),
    value: fact.kind === 'authority' ? t('fact-authority-own', { name: fact.value }) : fact.value,
    isCode: codeOf(fact) !== undefined,
    tone: 'idle' as Tone,
    test: `file-${fact.kind.replaceAll('_', '-')}`,
  }));
  const dates = file.certificate && certificateText(file.certificate, now);
  if (dates) facts.push({ title: t('fact-certificate'), value: dates.text, isCode: false, tone: dates.tone, test: 'file-certificate' });
  return { name: file.name, shape: file.shape, facts };
}
