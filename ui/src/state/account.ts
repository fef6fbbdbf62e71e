// What is said about a grant of another account, and about each of the three answers; in the dialog and on the page.
import type { Account, AccountAnswer, AuthorizationProgress } from '../api/host';
import { joined, t } from '../language/language.svelte';
import { ofCore } from './failure';

export interface AccountQuestion {
  title: string;
  text: string;
  answers: Record<AccountAnswer, string>;
}

/** The question about an integration called `name`. */
export function accountQuestion(name: string, expected: Account, got: Account | null): AccountQuestion {
  if (!got) {
    return {
      title: t('account-unknown-title'),
      text: t('account-unknown', { name, expected: expected.label }),
      answers: { replace: t('account-replace-unknown', { name }), keep_both: t('account-keep-both-unknown', { name }), cancel: t('account-cancel-unknown', { name }) },
    };
  }
  const other = { name, got: got.label };
  return {
    title: t('account-other-title'),
    text: t('account-other', { ...other, expected: expected.label }),
    answers: { replace: t('account-replace-other', other), keep_both: t('account-keep-both-other', other), cancel: t('account-cancel-other', { name }) },
  };
}

/** What became of it, once it was answered. */
export function accountAnswered(progress: AuthorizationProgress): { title: string; text: string } {
  switch (progress.progress) {
    case 'kept_both':
      return { title: t('account-added-title', { name: progress.name }), text: t('account-added', { kept: progress.kept }) };
    case 'completed':
      return { title: progress.account ? t('account-connected-as', { account: progress.account.label }) : t('status-connected'), text: t('account-old-unused') };
    case 'declined': {
      const title = t('account-nothing-changed');
      const whose = { whose: progress.account ? 'known' : 'none', account: progress.account?.label ?? '' };
      switch (progress.revocation.revocation) {
        case 'revoked':
          return { title, text: t('account-declined-revoked', whose) };
        case 'pending':
          return { title, text: joined(t('account-declined-pending', whose), ofCore(progress.revocation.reason)) };
        default:
          return { title, text: t('account-declined-forgotten', whose) };
      }
    }
    default:
      return { title: '', text: '' };
  }
}
