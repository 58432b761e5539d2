import { Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import {
  askDetails,
  askNewScope,
  askNewSecret,
  askNewValue,
  confirmDeleteScope
} from './dialogs';

const trans = nullTranslator.load('');
const CANARY = 'hunter2-SeCrEt';

/** The dialog that was asked for, once it is there. */
async function opened(): Promise<HTMLElement> {
  for (;;) {
    const dialog = Dialog.tracker.find(widget => widget.isAttached);
    if (dialog) {
      await dialog.ready;
      return dialog.node;
    }
    await new Promise(resolve => setTimeout(resolve));
  }
}

function type(field: HTMLInputElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function press(
  dialog: HTMLElement,
  button: 'accept' | 'reject' | 'warn'
): void {
  dialog
    .querySelector<HTMLElement>(`.jp-Dialog-button.jp-mod-${button}`)!
    .click();
}

function field(dialog: HTMLElement, label: string): HTMLInputElement {
  const labels = Array.from(dialog.querySelectorAll('label'));
  const found = labels.find(node => node.textContent === label)!;
  return found.htmlFor
    ? dialog.querySelector<HTMLInputElement>(`#${found.htmlFor}`)!
    : found.querySelector('input')!;
}

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

  it('stay open with the reason, and all that was typed, on failure', async () => {
    const add = jest
      .fn()
      .mockRejectedValueOnce(new Error('The store is locked.'));
    const asked = askNewSecret(trans, ['prod', 'test'], 'test', add);
    const dialog = await opened();
    type(field(dialog, 'Key'), 'db');
    type(field(dialog, 'Value'), CANARY);

    press(dialog, 'accept');
    await new Promise(resolve => setTimeout(resolve));

    expect(dialog.querySelector('[role=alert]')!.textContent).toBe(
      'The store is locked.'
    );
    expect(field(dialog, 'Value').value).toBe(CANARY);
    press(dialog, 'accept');
    expect(await asked).toEqual({ scope: 'test', key: 'db' });
    expect(add).toHaveBeenLastCalledWith('test', 'db', CANARY);
  });

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

  it('keep a value out of the markup, and forget it on close', async () => {
    const asked = askNewValue(trans, { scope: 'prod', key: 'db' }, jest.fn());
    const dialog = await opened();
    const value = field(dialog, 'New value');
    type(value, CANARY);

    expect(value.type).toBe('password');
    expect(dialog.outerHTML).not.toContain(CANARY);
    press(dialog, 'reject');

    await asked;
    expect(value.value).toBe('');
  });

  it('mask a value of several lines, and take along what was typed', async () => {
    const replace = jest.fn(async () => undefined);
    const asked = askNewValue(trans, { scope: 'prod', key: 'db' }, replace);
    const dialog = await opened();
    type(field(dialog, 'New value'), CANARY);

    field(dialog, 'Several lines').click();

    const lines = field(dialog, 'New value');
    expect(lines.tagName).toBe('TEXTAREA');
    expect(lines.className).toContain('jp-Secrets-lines');
    expect(dialog.outerHTML).not.toContain(CANARY);
    type(lines, `${CANARY}\nmore`);
    press(dialog, 'accept');
    await asked;
    expect(replace).toHaveBeenCalledWith(`${CANARY}\nmore`);
  });

  it('do not go back to one line while there are several', async () => {
    const replace = jest.fn(async () => undefined);
    const asked = askNewValue(trans, { scope: 'prod', key: 'db' }, replace);
    const dialog = await opened();
    const toggle = field(dialog, 'Several lines');
    toggle.click();
    type(field(dialog, 'New value'), `${CANARY}\nmore`);

    toggle.click();

    expect(toggle.disabled).toBe(true);
    expect(field(dialog, 'New value').value).toBe(`${CANARY}\nmore`);
    type(field(dialog, 'New value'), CANARY);
    expect(toggle.disabled).toBe(false);
    press(dialog, 'reject');
    await asked;
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
    const asked = confirmDeleteScope(trans, 'prod', remove);
    const dialog = await opened();

    expect(document.activeElement!.textContent).toBe('Cancel');
    dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));

    expect(await asked).toBe(false);
    expect(remove).not.toHaveBeenCalled();
  });
});
