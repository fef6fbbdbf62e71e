// What is said about a grant of another account, and about each of the three answers; in the dialog and on the page.
import type { Account, AccountAnswer, AuthorizationProgress } from '../api/host';

export interface AccountQuestion {
  title: string;
  text: string;
  answers: Record<AccountAnswer, string>;
}

/** The question about an integration called `name`. */
export function accountQuestion(name: string, expected: Account, got: Account | null): AccountQuestion {
  const other = got?.label ?? 'whoever signed in';
  return {
    title: got ? 'Another account signed in' : 'It is not known who signed in',
    text: got
      ? `${name} belongs to ${expected.label}, and ${got.label} signed in. Nothing was changed yet.`
      : `${name} belongs to ${expected.label}, and the service did not say who signed in. Nothing was changed yet.`,
    answers: {
      replace: `${name} belongs to ${other} from now on. Tools that use it get that account’s data.`,
      keep_both: `${got ? got.label : 'The new sign-in'} becomes an integration of its own. ${name} stays as it was.`,
      cancel: `The new sign-in is forgotten${got ? ', and ended at the service where that ends nothing else' : ''}. ${name} stays as it was.`,
    },
  };
}

/** What became of it, once it was answered. */
export function accountAnswered(progress: AuthorizationProgress): { title: string; text: string } {
  switch (progress.progress) {
    case 'kept_both':
      return { title: `“${progress.name}” was added`, text: `“${progress.kept}” stayed as it was.` };
    case 'completed':
      return { title: progress.account ? `Connected as ${progress.account.label}` : 'Connected', text: 'The old account’s tokens are not used any more.' };
    case 'declined': {
      const whose = progress.account ? `The access of ${progress.account.label}` : 'The new sign-in';
      switch (progress.revocation.revocation) {
        case 'revoked':
          return { title: 'Nothing was changed', text: `${whose} was ended at the service.` };
        case 'pending':
          return { title: 'Nothing was changed', text: `${whose} is still to be ended at the service; see Activity. ${progress.revocation.reason}` };
        default:
          return { title: 'Nothing was changed', text: `${whose} was forgotten here.` };
      }
    }
    default:
      return { title: '', text: '' };
  }
}
