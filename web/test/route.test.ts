import { describe, expect, it } from 'vitest';
import { resolveRoute } from '../src/route';

describe('which page an address asks for', () => {
  it('asks_who_reads_the_private_code_on_a_document', () => {
    expect(resolveRoute('/contract/view/3501234567890123777-p-00ff', '')).toEqual({ page: 'short', token: '3501234567890123777-p-00ff' });
  });

  it('opens_public_codes_and_links_for_reading_at_once', () => {
    for (const token of ['3501234567890123777-o-00ff', 'aB3-p-9', 'abcdef']) {
      expect(resolveRoute(`/contract/view/${token}`, '')).toEqual({ page: 'sign', contractId: '', key: { token }, hasCb: false });
    }
  });
});
