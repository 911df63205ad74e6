import { describe, expect, it } from 'vitest';
import { changedValues, checked, firstOpen, joined, openCount } from '../src/signing/filling';
import type { FillParam } from '../src/types';

const param = (name: string, more: Partial<FillParam> = {}): FillParam => ({
  name, type: 'text', required: true, readOnly: false, description: '', options: [], value: '', ...more,
});

describe('filling in', () => {
  it('counts_what_is_required_and_empty', () => {
    const params = [param('a'), param('b'), param('c', { required: false }), param('d', { readOnly: true })];
    expect(openCount(params, { a: ' ', b: 'x' })).toBe(1);
    expect(firstOpen(params, { a: ' ', b: 'x' })).toBe('a');
    expect(firstOpen(params, { a: '1', b: '2' })).toBe('');
  });

  it('tells_only_what_was_changed', () => {
    const params = [param('a', { value: '1' }), param('b', { value: '2' }), param('c'), param('d', { readOnly: true })];
    expect(changedValues(params, { a: '1', b: '', c: '', d: 'x' })).toEqual({ b: '' });
  });

  it('keeps_choices_in_the_order_of_the_options', () => {
    const options = ['x', 'y', 'z'];
    expect(joined(options, 'z', 'x', true)).toBe('x,z');
    expect(joined(options, 'x,z', 'x', false)).toBe('z');
    expect(checked('x,z', 'y')).toBe(false);
    expect(checked(undefined, 'x')).toBe(false);
  });
});
