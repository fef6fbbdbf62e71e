// The setup dialog as one union: where it stands, and where it goes from there. Pure; the flow beside it talks to the host.
// INVARIANT: a step holds all that its screen needs, and no secret.
import type {
  AttemptId,
  AuthorizationView,
  ConnectorView,
  Failure,
  IntegrationId,
  KeyFileView,
  Method,
  MethodView,
  RegistrationView,
  SavedView,
} from '../../api/host';

/** What is set up: a connector, one of its methods, and the integration it is for when there is one already. */
export interface Subject {
  connector: ConnectorView;
  method: MethodView;
  existing: { id: IntegrationId; name: string } | null;
}

export type Step =
  | { step: 'loading' }
  | { step: 'choose_connector'; method: Method | null; file: KeyFileView | null }
  | { step: 'choose_method'; connector: ConnectorView }
  | { step: 'enter_key'; subject: Subject }
  | { step: 'enter_file'; subject: Subject }
  | { step: 'register_app'; subject: Subject; registrations: RegistrationView[]; editing: RegistrationView | null }
  | { step: 'authorize'; subject: Subject; registration: RegistrationView | null }
  | { step: 'waiting'; attempt: AuthorizationView; of: Subject | IntegrationId }
  | { step: 'verdict'; subject: Subject; saved: SavedView }
  | { step: 'broken'; failure: Failure };

const methodOf = (connector: ConnectorView, method: Method) => connector.methods.find((one) => one.method === method);

/** After a connector was chosen: straight to its method when there is one only, or when it was asked for. */
export function afterConnector(connector: ConnectorView, wanted: Method | null): Step | Subject {
  const method = (wanted && methodOf(connector, wanted)) ?? (connector.methods.length === 1 ? connector.methods[0] : undefined);
  return method ? { connector, method, existing: null } : { step: 'choose_method', connector };
}

/** The first screen of a method. For OAuth the app registration is skipped when there is one to use. */
export function firstOf(subject: Subject, registrations: RegistrationView[]): Step {
  switch (subject.method.method) {
    case 'api_key':
      return { step: 'enter_key', subject };
    case 'service_account':
      return { step: 'enter_file', subject };
    case 'oauth':
      return subject.method.oauth?.default_client_id
        ? { step: 'authorize', subject, registration: null }
        : { step: 'register_app', subject, registrations, editing: null };
  }
}

/** One screen back; null where there is no way back but closing. */
export function before(step: Step): Step | null {
  switch (step.step) {
    case 'choose_method':
      return { step: 'choose_connector', method: null, file: null };
    case 'enter_key':
    case 'enter_file':
    case 'register_app':
      return backFrom(step.subject);
    case 'authorize':
      return step.registration ? { step: 'register_app', subject: step.subject, registrations: [step.registration], editing: null } : backFrom(step.subject);
    default:
      return null;
  }
}

function backFrom({ connector, existing }: Subject): Step | null {
  if (existing) return null;
  return connector.methods.length > 1 ? { step: 'choose_method', connector } : { step: 'choose_connector', method: null, file: null };
}

/** The attempt whose progress a step shows. */
export const attemptOf = (step: Step): AttemptId | null => (step.step === 'waiting' ? step.attempt.id : null);

/** Whether an authorization is still under way, so that leaving has to cancel it. A question about its account waits on the page. */
export const isWaiting = (step: Step): boolean =>
  step.step === 'waiting' && ['waiting', 'entering_code', 'exchanging'].includes(step.attempt.progress.progress);

/** Whether nothing is left to do in it but to close it. */
export const isFinished = (step: Step): boolean =>
  step.step === 'verdict' || (step.step === 'waiting' && ['completed', 'kept_both'].includes(step.attempt.progress.progress));

/** Takes over news of an attempt; news of another one changes nothing. */
export const withAttempt = (step: Step, attempt: AuthorizationView): Step =>
  step.step === 'waiting' && step.attempt.id === attempt.id ? { ...step, attempt } : step;

/** The way in which a file can be used at a service; null = it cannot. */
export const useOf = (file: KeyFileView, { badge }: ConnectorView): Method | null => file.uses.find((use) => use.connector.id === badge.id)?.method ?? null;

/** Whether a released file can be used from here without losing what was typed. */
export const takesFile = (step: Step): boolean =>
  keepsFile(step) || ['choose_connector', 'choose_method'].includes(step.step);

/** Whether a released file belongs to what is being filled in. */
export const keepsFile = (step: Step): boolean =>
  ['enter_file', 'register_app'].includes(step.step) || (step.step === 'enter_key' && step.subject.method.takes_file);

/** Whether there is a place in it that says what is wrong with a file. */
export const showsZone = (step: Step): boolean => keepsFile(step) || (step.step === 'choose_connector' && step.method === 'service_account' && !step.file);
