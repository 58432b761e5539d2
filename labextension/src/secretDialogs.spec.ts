import { Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { askNewSecret, askNewValue } from './secretDialogs';
import { Value } from './tokens';
import { field, opened, press, type } from './testing/dialogs';

const trans = nullTranslator.load('');
const CANARY = 'hunter2-SeCrEt';
const SECRET = { scope: 'prod', key: 'db' };

describe('dialogs for values', () => {
  const update = jest.fn(async () => undefined);

  beforeEach(() => update.mockClear());
  afterEach(() => Dialog.flush());

  it('stay open with the reason, and all that was typed, on failure', async () => {
    const add = jest
      .fn()
      .mockRejectedValueOnce(new Error('The store is locked.'));
    const asked = askNewSecret(trans, ['prod', 'test'], 'test', {
      store: add,
      update
    });
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

  it('keep a value out of the markup, and forget it on close', async () => {
    const asked = askNewValue(trans, SECRET, null, {
      store: jest.fn(),
      update
    });
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
    const asked = askNewValue(trans, SECRET, null, {
      store: replace,
      update
    });
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
    const asked = askNewValue(trans, SECRET, null, {
      store: replace,
      update
    });
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

  it('store comment and expiry once the value is stored, and the value once', async () => {
    const store = jest.fn(async () => undefined);
    update.mockRejectedValueOnce(new Error('Not now.'));
    const asked = askNewSecret(trans, ['prod'], 'prod', { store, update });
    const dialog = await opened();
    type(field(dialog, 'Key'), 'db');
    type(field(dialog, 'Value'), CANARY);
    type(field(dialog, 'Comment'), 'Mine');
    type(field(dialog, 'Expires'), '2031-01-01');

    press(dialog, 'accept');
    await new Promise(resolve => setTimeout(resolve));
    expect(dialog.querySelector('[role=alert]')!.textContent).toBe('Not now.');
    press(dialog, 'accept');

    expect(await asked).toEqual(SECRET);
    expect(store).toHaveBeenCalledTimes(1);
    expect(update).toHaveBeenLastCalledWith('prod', 'db', {
      comment: 'Mine',
      expires: new Date('2031-01-01T00:00:00Z')
    });
  });

  it('say while one types how long a value is, and that a short one is weak', async () => {
    const asked = askNewValue(trans, SECRET, null, {
      store: jest.fn(),
      update
    });
    const dialog = await opened();
    const note = dialog.querySelector('.jp-Secrets-valueNote')!;

    type(field(dialog, 'New value'), 'abc');
    expect(note.textContent).toContain('never redacted');
    type(field(dialog, 'New value'), 'a value that is long enough');

    expect(note.textContent).toBe('27 characters.');
    press(dialog, 'reject');
    await asked;
  });

  it('show what was typed while that is wanted', async () => {
    const asked = askNewValue(trans, SECRET, null, {
      store: jest.fn(),
      update
    });
    const dialog = await opened();

    field(dialog, 'Show').click();
    expect(field(dialog, 'New value').type).toBe('text');
    field(dialog, 'Show').click();

    expect(field(dialog, 'New value').type).toBe('password');
    press(dialog, 'reject');
    await asked;
  });

  it('generate a value that is another one each time', async () => {
    const asked = askNewValue(trans, SECRET, null, {
      store: jest.fn(),
      update
    });
    const dialog = await opened();
    const generate = Array.from(dialog.querySelectorAll('button')).find(
      button => button.textContent === 'Generate'
    )!;

    const seen = [1, 2].map(() => {
      generate.click();
      return field(dialog, 'New value').value;
    });

    expect(seen[0]).toMatch(/^[\w-]{32}$/);
    expect(seen[1]).not.toBe(seen[0]);
    expect(dialog.outerHTML).not.toContain(seen[1]);
    press(dialog, 'reject');
    await asked;
  });

  it.each([
    [
      'text',
      new TextEncoder().encode(`${CANARY}\nmore\n`),
      `${CANARY}\nmore\n`
    ],
    ['bytes', new Uint8Array([0, 255, 1]), new Uint8Array([0, 255, 1])]
  ])('take the %s of a file as they are', async (_, bytes, stored) => {
    let kept: Value = '';
    // The field overwrites its bytes when it is closed.
    const store = async (value: Value) => {
      kept = value.slice();
    };
    const asked = askNewValue(trans, SECRET, null, { store, update });
    const dialog = await opened();
    const input = dialog.querySelector<HTMLInputElement>('input[type=file]')!;
    const file = { name: 'key.bin', arrayBuffer: async () => bytes.buffer };
    Object.defineProperty(input, 'files', { value: [file] });

    input.dispatchEvent(new Event('change'));
    await new Promise(resolve => setTimeout(resolve));
    expect(dialog.outerHTML).not.toContain(CANARY);
    press(dialog, 'accept');

    await asked;
    expect(kept).toEqual(stored);
  });
});
