import { Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { askDetails, askNewScope, confirmDeleteScope } from './dialogs';
import { field, opened, press, type } from './testing/dialogs';

const trans = nullTranslator.load('');

describe('dialogs', () => {
  afterEach(() => Dialog.flush());

  it('answer with what was made', async () => {
    const create = jest.fn(async () => undefined);
    const asked = askNewScope(trans, create);
    const dialog = await opened();

    type(field(dialog, 'Name'), 'prod');
    press(dialog, 'accept');

    expect(await asked).toBe('prod');
    expect(create).toHaveBeenCalledWith('prod');
  });

  it('answer null when the person thought better of it', async () => {
    const create = jest.fn();
    const asked = askNewScope(trans, create);

    press(await opened(), 'reject');

    expect(await asked).toBeNull();
    expect(create).not.toHaveBeenCalled();
  });

  it.each(['', 'a b', 'a/b', 'x'.repeat(129), 'ключ'])(
    'take no %j for a name',
    async name => {
      const create = jest.fn();
      const asked = askNewScope(trans, create);
      const dialog = await opened();

      type(field(dialog, 'Name'), name);
      press(dialog, 'accept');

      expect(create).not.toHaveBeenCalled();
      press(dialog, 'reject');
      await asked;
    }
  );

  it('do it once, however often the button is pressed', async () => {
    const create = jest.fn(async () => undefined);
    const asked = askNewScope(trans, create);
    const dialog = await opened();
    type(field(dialog, 'Name'), 'prod');

    press(dialog, 'accept');
    press(dialog, 'accept');

    await asked;
    expect(create).toHaveBeenCalledTimes(1);
  });

  describe('about details', () => {
    const secret = { scope: 'prod', key: 'db' };
    // A time of day that the field for a day cannot show.
    const expires = new Date('2030-12-31T18:00:00Z');
    const details = { comment: 'Mine', expires, isSensitive: true };
    const update = jest.fn(async () => undefined);
    const check = 'Do not redact (not sensitive)';

    beforeEach(() => update.mockClear());

    it('show what there is and change nothing of it by themselves', async () => {
      const asked = askDetails(trans, secret, details, update);
      const dialog = await opened();

      expect(field(dialog, 'Comment').value).toBe('Mine');
      expect(field(dialog, 'Expires').value).toBe('2030-12-31');
      expect(field(dialog, check).checked).toBe(false);
      press(dialog, 'accept');

      expect(await asked).toBe(true);
      expect(update).not.toHaveBeenCalled();
    });

    it.each([
      ['Comment', '', { comment: '' }],
      ['Expires', '2031-01-01', { expires: new Date('2031-01-01T00:00:00Z') }],
      ['Expires', '', { expires: null }]
    ])('change the %s to %j alone', async (label, text, change) => {
      const asked = askDetails(trans, secret, details, update);
      const dialog = await opened();

      type(field(dialog, label), text);
      press(dialog, 'accept');

      await asked;
      expect(update).toHaveBeenCalledWith(change);
    });

    it('change the redaction alone', async () => {
      const asked = askDetails(trans, secret, details, update);
      const dialog = await opened();

      field(dialog, check).click();
      press(dialog, 'accept');

      await asked;
      expect(update).toHaveBeenCalledWith({ isSensitive: false });
    });
  });

  it('begin with Cancel when something is to be deleted', async () => {
    const remove = jest.fn();
    const asked = confirmDeleteScope(trans, 'prod', 2, remove);
    const dialog = await opened();

    expect(document.activeElement!.textContent).toBe('Cancel');
    dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));

    expect(await asked).toBe(false);
    expect(remove).not.toHaveBeenCalled();
  });
});
