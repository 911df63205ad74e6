import type { MessageKey } from '../i18n';
import type { OpenAnswer, Party, Task } from '../types';

/** The pages on which a request ends without anything to sign. */
export type DeadEnd =
  | 'waiting' | 'signed' | 'refused' | 'recalled' | 'expired' | 'complete' | 'ended' | 'cancelling' | 'cancelled' | 'notStarted'
  | 'identityLocked' | 'linkExpired' | 'linkBound' | 'forbidden' | 'notFound' | 'network' | 'busy' | 'trouble';

export type Scene = { kind: 'sign'; task: Task } | { kind: 'fill' } | { kind: 'view' } | { kind: 'deadEnd'; end: DeadEnd };

const deadEndOfState: Record<string, DeadEnd> = {
  WAITING: 'waiting',
  SIGNED: 'signed',
  REJECTED: 'refused',
  RECALLED: 'recalled',
  EXPIRED: 'expired',
  COMPLETE: 'complete',
  FORCE_END: 'ended',
  TERMINATED: 'ended',
  END: 'ended',
  INVALIDING: 'cancelling',
  INVALIDED: 'cancelled',
  DRAFT: 'notStarted',
  FILLING: 'notStarted',
};

type Identified = Pick<OpenAnswer, 'task'> & { identity?: OpenAnswer['identity'] };

export function identityNeeded(open: Identified): boolean {
  return !!open.identity && !open.identity.proven && !!open.task;
}

export function identityLocked(open: Identified): boolean {
  return identityNeeded(open) && typeof open.identity!.triesLeft === 'number' && open.identity!.triesLeft <= 0;
}

/** What to show for an opened link. A state this page does not know is shown for reading: never for signing. */
export function sceneOf(open: Identified & Pick<OpenAnswer, 'state'>): Scene {
  if (open.state === 'CAN_SIGN' && identityLocked(open)) return { kind: 'deadEnd', end: 'identityLocked' };
  if (open.state === 'CAN_SIGN') return open.task ? { kind: 'sign', task: open.task } : { kind: 'view' };
  if (open.state === 'CAN_FILL') return { kind: 'fill' };
  const end = deadEndOfState[open.state];
  return end ? { kind: 'deadEnd', end } : { kind: 'view' };
}

const deadEndOfCode: Record<string, DeadEnd> = {
  Network: 'network',
  LinkExpired: 'linkExpired',
  LinkBoundElsewhere: 'linkBound',
  LinkNotFound: 'notFound',
  ContractNotFound: 'notFound',
  NoViewPermission: 'forbidden',
  NoOperationPermission: 'forbidden',
  PermissionDenied: 'forbidden',
  TooFrequent: 'busy',
  Unavailable: 'trouble',
};

export function deadEndOfError(code: string, status: number): DeadEnd {
  const known = deadEndOfCode[code];
  if (known) return known;
  if (status === 0) return 'network';
  if (status === 404) return 'notFound';
  if (status === 410) return 'linkExpired';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 429) return 'busy';
  return 'trouble';
}

export type Tone = 'quiet' | 'good' | 'warn';

const toneOfEnd: Record<DeadEnd, Tone> = {
  waiting: 'quiet', signed: 'good', complete: 'good', refused: 'warn', recalled: 'quiet', expired: 'warn', ended: 'quiet',
  cancelling: 'quiet', cancelled: 'quiet', notStarted: 'quiet', identityLocked: 'warn', linkExpired: 'warn', linkBound: 'warn', forbidden: 'warn', notFound: 'quiet', network: 'warn',
  busy: 'warn', trouble: 'warn',
};

export function deadEndTone(end: DeadEnd): Tone {
  return toneOfEnd[end];
}

export function deadEndCanRetry(end: DeadEnd): boolean {
  return end === 'network' || end === 'busy' || end === 'trouble' || end === 'waiting' || end === 'notStarted';
}

export type PartyStep = 'done' | 'now' | 'refused' | 'later';

const stepOfStatus: Record<string, PartyStep> = {
  SIGNED: 'done',
  COMPLETE: 'done',
  INVALIDING: 'done', // it signed the contract
  INVALIDED: 'done',
  REJECTED: 'refused',
  SIGNING: 'now',
  FILLING: 'now',
};

export function partyStep(party: Pick<Party, 'status'>): PartyStep {
  return stepOfStatus[party.status] || 'later';
}

/** Whether what is signed now makes the contract void. */
export function cancels(open: Pick<OpenAnswer, 'contract'>): boolean {
  return open.contract.status === 'INVALIDING';
}

/** What follows my signature: the next in order, the others still missing, or nobody. */
export type Afterwards = { kind: 'next'; name: string } | { kind: 'others'; names: string[] } | { kind: 'last' };

export function afterMe(parties: readonly Party[], ordinal: boolean): Afterwards {
  const pending = parties.filter((party) => !party.me && partyStep(party) !== 'done' && partyStep(party) !== 'refused');
  if (pending.length === 0) return { kind: 'last' };
  if (!ordinal) return { kind: 'others', names: pending.map((party) => party.name) };
  const next = pending.reduce((first, party) => (party.serialNo < first.serialNo ? party : first));
  return { kind: 'next', name: next.name };
}

/** The step a task opens with. Attachments come first: required ones until they are there, optional ones until they were `seen`. */
export type Step = 'attachments' | 'audit' | 'seal' | 'signature';

export function firstStep(task: Task, seen = false): Step {
  if (task.attachments.some((one) => !one.uploaded && (one.required || !seen))) return 'attachments';
  return signingStep(task);
}

export function signingStep(task: Task): Step {
  if (task.kind === 'AUDIT') return 'audit';
  if (task.kind === 'COMPANY') return 'seal';
  return task.kind === 'LP' && task.seals.length > 0 ? 'seal' : 'signature';
}

/** Which step of my party this is; without the server's list, what this page has seen done. Nothing when there is only one. */
export function stepsOf(open: Pick<OpenAnswer, 'steps'>, doneHere: number): { step: number; steps: number | null } | null {
  const nodes = open.steps || [];
  const mine = nodes.map((node) => node.mine).indexOf(true);
  if (mine >= 0) return nodes.length > 1 ? { step: mine + 1, steps: nodes.length } : null;
  return doneHere > 0 ? { step: doneHere + 1, steps: null } : null;
}

/** The word on the one red button. */
export function actionWord(task: Task): MessageKey {
  const step = signingStep(task);
  if (step === 'audit') return 'action.audit';
  return step === 'seal' ? 'action.seal' : 'action.sign';
}
