import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { NOTICE_SCHEMA, showNotice, showWeakness } from './notices';

const trans = nullTranslator.load('');

describe('showNotice', () => {
  afterEach(() => Notification.dismiss());

  const shown = () => Notification.manager.notifications;

  it.each([
    ['info', 'info', 8000],
    ['warning', 'warning', 8000],
    ['error', 'error', false],
    ['shouting', 'info', 8000]
  ])('shows a notice of level %s as %s', (level, type, autoClose) => {
    showNotice({ schema_id: NOTICE_SCHEMA, level, message: 'Hello' }, trans);

    expect(shown()).toMatchObject([
      { message: 'Hello', type, options: { autoClose } }
    ]);
  });

  it('names a secret that is weak, and offers to replace it', () => {
    const secret = { scope: 'prod', key: 'db' };
    const replace = jest.fn();
    showWeakness(secret, 'is a common word', trans, replace);

    const [{ message, type, options }] = shown();
    expect([message, type]).toEqual(['prod/db is a common word.', 'warning']);
    expect(options.actions!.map(({ label }) => label)).toEqual([
      'Replace value'
    ]);
    options.actions![0].callback(new MouseEvent('click'));
    expect(replace).toHaveBeenCalled();
  });

  it('offers the whole text of a long notice until it is closed', () => {
    const message = 'long '.repeat(40);
    showNotice({ schema_id: NOTICE_SCHEMA, level: 'warning', message }, trans);

    expect(shown()[0].options).toMatchObject({
      autoClose: false,
      actions: [{ label: 'Show all' }]
    });
  });

  it.each([
    { schema_id: 'https://example.org/other', level: 'info', message: 'No' },
    { schema_id: NOTICE_SCHEMA, level: 'info', message: { not: 'text' } }
  ])('ignores %j', emission => {
    showNotice(emission, trans);

    expect(shown()).toEqual([]);
  });
});
