import { describe, expect, it } from 'vitest';
import { cellsOf, columnCount, tableText } from '../src/signing/fillTable';

describe('a table to fill in', () => {
  const columns = ['what', 'price'];

  it('comes_back_as_it_was_entered', () => {
    const text = tableText([['pen', '1'], ['ink', '']], columns);
    expect(JSON.parse(text)).toEqual([{ what: 'pen', price: '1' }, { what: 'ink', price: '' }]);
    expect(cellsOf(text, columns, 2)).toEqual([['pen', '1'], ['ink', '']]);
  });

  it('leaves_out_rows_without_anything_and_is_nothing_without_rows', () => {
    expect(JSON.parse(tableText([['', ' '], ['pen', '']], columns))).toHaveLength(1);
    expect(tableText([['', '']], columns)).toBe('');
  });

  it('has_rows_by_place_when_the_template_names_no_columns', () => {
    expect(columnCount([], '[["a","b","c","d"]]')).toBe(4);
    expect(columnCount([], undefined)).toBe(3);
    expect(tableText([['a', 'b']], [])).toBe('[["a","b"]]');
    expect(cellsOf('[["a",2,null]]', [], 3)).toEqual([['a', '2', '']]);
  });

  it('reads_rows_by_place_into_named_columns_and_shrugs_off_what_is_no_table', () => {
    expect(cellsOf('[["pen",1]]', columns, 2)).toEqual([['pen', '1']]);
    expect(cellsOf('no table', columns, 2)).toEqual([]);
    expect(cellsOf('{"a":1}', columns, 2)).toEqual([]);
  });
});
