import { describe, expect, it } from 'vitest';
import {
  actionWord, afterMe, cancels, deadEndOfError, firstStep, partyStep, sceneOf, signingStep, stepsOf,
} from '../src/signing/state';
import type { Party, Task } from '../src/types';

const task = (over: Partial<Task> = {}): Task => ({
  actionId: '1', kind: 'PERSONAL', places: [], freePlacement: false, seals: [], attachments: [], ...over,
});
const seal = { id: 's', name: '公章', image: '/pages/seals/s.png', widthMm: 42, heightMm: 42 };

describe('the scene of an opened link', () => {
  it('is_signing_only_when_the_server_says_so_and_gives_a_task', () => {
    expect(sceneOf({ state: 'CAN_SIGN', task: task() }).kind).toBe('sign');
    expect(sceneOf({ state: 'CAN_SIGN', task: null })).toEqual({ kind: 'view' });
    expect(sceneOf({ state: 'VIEW_ONLY', task: task() })).toEqual({ kind: 'view' });
    expect(sceneOf({ state: 'VIEWING', task: null })).toEqual({ kind: 'view' });
    expect(sceneOf({ state: 'VIEWING', task: task() })).toEqual({ kind: 'view' });
    expect(sceneOf({ state: 'SOMETHING_NEW', task: task() })).toEqual({ kind: 'view' });
  });

  it.each([
    ['WAITING', 'waiting'], ['SIGNED', 'signed'], ['REJECTED', 'refused'], ['RECALLED', 'recalled'], ['EXPIRED', 'expired'],
    ['COMPLETE', 'complete'], ['FORCE_END', 'ended'], ['INVALIDING', 'cancelling'], ['INVALIDED', 'cancelled'], ['FILLING', 'notStarted'],
  ])('%s_ends_on_its_own_page_even_with_a_task', (state, end) => {
    expect(sceneOf({ state, task: task() })).toEqual({ kind: 'deadEnd', end });
  });
});

describe('a refusal to open', () => {
  it.each([
    ['LinkExpired', 400, 'linkExpired'], ['LinkBoundElsewhere', 403, 'linkBound'], ['LinkNotFound', 404, 'notFound'],
    ['NoViewPermission', 403, 'forbidden'], ['TooFrequent', 429, 'busy'], ['Network', 0, 'network'],
    ['', 404, 'notFound'], ['', 410, 'linkExpired'], ['', 403, 'forbidden'], ['', 429, 'busy'], ['', 502, 'trouble'], ['Unheard', 400, 'trouble'],
  ])('%s_with_status_%i_shows_%s', (code, status, end) => {
    expect(deadEndOfError(code, status)).toBe(end);
  });
});

describe('the parties', () => {
  const party = (name: string, serialNo: number, status: string, me = false): Party => ({ name, serialNo, status, me, tenantType: 'PERSONAL' });

  it('know_how_far_each_one_is', () => {
    expect(['SIGNED', 'COMPLETE', 'SIGNING', 'REJECTED', 'WAITING', 'ANYTHING'].map((status) => partyStep({ status })))
      .toEqual(['done', 'done', 'now', 'refused', 'later', 'later']);
  });
  it('name_the_next_in_order', () => {
    const parties = [party('甲', 1, 'SIGNED'), party('我', 2, 'SIGNING', true), party('丁', 4, 'WAITING'), party('丙', 3, 'WAITING')];
    expect(afterMe(parties, true)).toEqual({ kind: 'next', name: '丙' });
  });
  it('name_all_that_are_missing_without_an_order', () => {
    expect(afterMe([party('甲', 1, 'SIGNING'), party('我', 1, 'SIGNING', true), party('乙', 1, 'SIGNED')], false))
      .toEqual({ kind: 'others', names: ['甲'] });
  });
  it('say_that_i_am_the_last', () => {
    expect(afterMe([party('甲', 1, 'SIGNED'), party('我', 2, 'SIGNING', true)], true)).toEqual({ kind: 'last' });
  });
});

describe('the steps of a task', () => {
  it.each([
    ['PERSONAL', 'signature', 'action.sign'], ['OPERATOR', 'signature', 'action.sign'], ['COMPANY', 'seal', 'action.seal'], ['AUDIT', 'audit', 'action.audit'],
  ] as const)('%s_begins_with_%s', (kind, step, word) => {
    expect(signingStep(task({ kind }))).toBe(step);
    expect(actionWord(task({ kind }))).toBe(word);
  });
  it('let_the_legal_representative_choose_a_seal_if_there_is_one', () => {
    expect(signingStep(task({ kind: 'LP', seals: [seal] }))).toBe('seal');
    expect(signingStep(task({ kind: 'LP' }))).toBe('signature');
  });
  it('ask_for_missing_attachments_first', () => {
    const asked = { id: '1', title: '身份证', required: true, needSign: false, uploaded: false };
    expect(firstStep(task({ attachments: [asked] }))).toBe('attachments');
    expect(firstStep(task({ attachments: [{ ...asked, uploaded: true }] }))).toBe('signature');
    expect(firstStep(task({ attachments: [{ ...asked, required: false }] }))).toBe('attachments');
    expect(firstStep(task({ attachments: [{ ...asked, required: false }] }), true)).toBe('signature');
    expect(firstStep(task({ attachments: [asked] }), true)).toBe('attachments');
  });
  it('are_counted_when_a_party_has_several', () => {
    const node = (mine: boolean) => ({ kind: 'OPERATOR' as const, status: 'INIT', mine });
    expect(stepsOf({ steps: [node(false), node(true), node(false)] }, 0)).toEqual({ step: 2, steps: 3 });
    expect(stepsOf({ steps: [node(true), node(false)] }, 4)).toEqual({ step: 1, steps: 2 });
    expect(stepsOf({ steps: [node(true)] }, 0)).toBeNull();
    expect(stepsOf({}, 0)).toBeNull();
    expect(stepsOf({}, 1)).toEqual({ step: 2, steps: null });
    expect(stepsOf({ steps: [node(false)] }, 2)).toEqual({ step: 3, steps: null });
  });
});

describe('a cancellation', () => {
  it('is what is signed while the contract is INVALIDING, and only then', () => {
    const of = (status: string) => cancels({ contract: { status } as never });
    expect(of('INVALIDING')).toBe(true);
    expect(['SIGNING', 'COMPLETE', 'INVALIDED'].some(of)).toBe(false);
  });
  it('shows who has agreed to it and who signed the contract it ended as done', () => {
    expect(partyStep({ status: 'INVALIDED' })).toBe('done');
    expect(partyStep({ status: 'SIGNING' })).toBe('now');
  });
});
