import { describe, expect, it } from 'vitest';
import { firstMissing, identityCommand, inputsOf, looksLikeIdCard, plainNumber } from '../src/signing/identity';
import { identityLocked, identityNeeded, sceneOf } from '../src/signing/state';
import type { IdentityCheck, Task } from '../src/types';

const check = (over: Partial<IdentityCheck> = {}): IdentityCheck => ({ fields: ['IDCARDNO'], name: '演示甲', proven: false, triesLeft: 5, ...over });
const task = (kind: Task['kind'] = 'PERSONAL'): Task => ({ actionId: '1', kind, places: [], freePlacement: false, seals: [], attachments: [] });

describe('numbers of papers', () => {
  it.each([['1101 0119 9001 0100 1x', '11010119900101001X'], ['１１０１０１', '110101'], ['6222-0000-0000', '622200000000'], [' 138 0000 0002 ', '13800000002']])(
    '%s_is_meant_as_%s', (written, meant) => { expect(plainNumber(written)).toBe(meant); });
  it('are_recognised_by_their_check_digit', () => {
    expect(looksLikeIdCard('11010519491231002X')).toBe(true); // the example of GB 11643
    expect(looksLikeIdCard('11010519491231002x')).toBe(true);
    expect(looksLikeIdCard('110105194912310021')).toBe(false);
    expect(looksLikeIdCard('110105491231002')).toBe(false);
  });
});

describe('what is asked', () => {
  it('is_the_name_and_the_fields_the_server_names', () => {
    expect(inputsOf(check())).toEqual(['name', 'idCardNo']);
    expect(inputsOf(check({ fields: ['BANKMOBILE', 'IDCARDNO', 'BANKNO'] }))).toEqual(['name', 'idCardNo', 'bankNo', 'bankMobile']);
    expect(inputsOf(check({ fields: [] }))).toEqual(['name']);
  });
  it('is_sent_and_nothing_else', () => {
    const draft = { name: ' 演示甲 ', idCardNo: '1101 0519 4912 3100 2x', bankNo: '6222', bankMobile: '138' };
    expect(identityCommand(check(), draft)).toEqual({ name: '演示甲', idCardNo: '11010519491231002X' });
    expect(identityCommand(check({ fields: ['BANKNO'] }), draft)).toEqual({ name: '演示甲', bankNo: '6222' });
  });
  it('names_the_first_empty_field', () => {
    const draft = { name: '甲', idCardNo: ' ', bankNo: '', bankMobile: '' };
    expect(firstMissing(check(), draft)).toBe('idCardNo');
    expect(firstMissing(check(), { ...draft, name: '' })).toBe('name');
    expect(firstMissing(check(), { ...draft, idCardNo: '1' })).toBeNull();
  });
});

describe('the identity of an opened link', () => {
  it('is_asked_for_once_and_only_of_who_has_something_to_do', () => {
    expect(identityNeeded({ task: task(), identity: check() })).toBe(true);
    expect(identityNeeded({ task: task(), identity: check({ proven: true }) })).toBe(false);
    expect(identityNeeded({ task: task(), identity: null })).toBe(false);
    expect(identityNeeded({ task: task() })).toBe(false);
    expect(identityNeeded({ task: null, identity: check() })).toBe(false);
    expect(identityNeeded({ task: task('AUDIT'), identity: check() })).toBe(true);
  });
  it('ends_the_signing_when_no_try_is_left', () => {
    const locked = { state: 'CAN_SIGN', task: task(), identity: check({ triesLeft: 0 }) };
    expect(identityLocked(locked)).toBe(true);
    expect(sceneOf(locked)).toEqual({ kind: 'deadEnd', end: 'identityLocked' });
    expect(sceneOf({ ...locked, identity: check({ triesLeft: undefined }) }).kind).toBe('sign');
    expect(sceneOf({ ...locked, state: 'COMPLETE' })).toEqual({ kind: 'deadEnd', end: 'complete' });
  });
});
