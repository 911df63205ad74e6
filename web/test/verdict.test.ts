import { describe, expect, it } from 'vitest';
import { answerTone, gravity, sizeText, toneOf } from '../src/signing/verdict';
import type { VerifyConclusion } from '../src/types';

describe('a verdict', () => {
  it.each([
    ['VALID', 'good'], ['SIGNER_UNKNOWN', 'warn'], ['UNDECIDED', 'warn'], ['INVALID', 'bad'], ['NOT_SIGNED', 'plain'], ['UNREADABLE', 'warn'],
  ] as [VerifyConclusion, string][])('%s_looks_%s', (conclusion, tone) => {
    expect(toneOf(conclusion)).toBe(tone);
  });

  it('answers_green_only_what_is_proven', () => {
    expect(answerTone('good')).toBe('good');
    expect(answerTone('unknown')).toBe('warn');
    expect(answerTone('bad')).toBe('bad');
  });

  it('parts_what_weighs_from_what_is_worth_knowing', () => {
    const reason = { code: 'LATER_EXTENSION', question: 'integrity', message: '', messageEn: '', detail: '' } as const;
    expect(gravity({ ...reason, note: true })).toBe('note');
    expect(gravity({ ...reason, note: false })).toBe('grave');
  });

  it.each([[0, '0 B'], [1023, '1023 B'], [1536, '2 KB'], [1024 * 1024, '1.0 MB'], [20.25 * 1024 * 1024, '20.3 MB']])('%d_bytes_are_%s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
