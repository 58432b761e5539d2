import { nullTranslator } from '@jupyterlab/translation';

import { annotations, fromDay, toDay } from './details';

const trans = nullTranslator.load('');
const NOW = new Date('2030-06-15T12:00:00Z');
const PLAIN = { comment: '', expires: null, isSensitive: true };

describe('details', () => {
  it('say nothing where there is nothing to say', () => {
    expect(annotations(PLAIN, trans, NOW)).toEqual([]);
  });

  it.each([
    ['2030-06-15', true, /^Expired on .*2030/],
    ['2030-06-16', false, /^Expires on .*2030/]
  ])('mark in words what expires on %s', (day, isWarning, text) => {
    const details = { ...PLAIN, expires: fromDay(day) };

    expect(annotations(details, trans, NOW)).toEqual([
      { text: expect.stringMatching(text), isWarning }
    ]);
  });

  it('tell that a value is not redacted, then the comment', () => {
    const details = { ...PLAIN, comment: 'For tests', isSensitive: false };

    expect(annotations(details, trans, NOW).map(each => each.text)).toEqual([
      'Not redacted',
      'For tests'
    ]);
  });

  it('keep a day as it was typed, wherever one is', () => {
    expect(toDay(fromDay('2030-12-31'))).toBe('2030-12-31');
    expect(fromDay('2030-01-01')!.getTime()).toBe(1893456000000);
    expect(fromDay('')).toBeNull();
    expect(toDay(null)).toBe('');
  });
});
