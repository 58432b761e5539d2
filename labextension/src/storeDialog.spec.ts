import { Clipboard, Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { factsOf, showStore } from './storeDialog';
import { opened, press } from './testing/dialogs';
import { IStatus } from './tokens';

const trans = nullTranslator.load('');
const READY: IStatus = {
  state: 'ready',
  message: '',
  keys: ['file', 'passphrase'],
  isOnPurpose: false,
  isAdmin: true,
  revision: '1'
};

describe('The store', () => {
  const detailOf = (status: IStatus, title: string) =>
    factsOf(status, trans).find(fact => fact.title === title)?.detail;

  it('tells an administrator what opens it, and why a recovery key matters', () => {
    expect(detailOf(READY, 'Opened by')).toBe('key file, passphrase');
    expect(detailOf(READY, 'Recovery key')).toContain('so are your secrets');

    const recoverable = { ...READY, keys: ['file', 'recovery'] };
    expect(detailOf(recoverable, 'Recovery key')).toContain('There is one');
  });

  it('tells everybody else its state alone', () => {
    const titles = factsOf({ ...READY, isAdmin: false }, trans).map(
      ({ title }) => title
    );

    expect(titles).toEqual(['State', 'You']);
  });

  it.each([
    ['locked', 'Locked. Its key file is missing.'],
    ['failed', 'Its key file is missing.'],
    ['uninitialised', 'None yet: the first scope makes it']
  ] as const)('says what it means to be %s', (state, detail) => {
    const message = 'Its key file is missing.';

    expect(detailOf({ ...READY, state, message }, 'State')).toBe(detail);
  });

  it('offers the commands that look after it to copy', async () => {
    const copy = jest.spyOn(Clipboard, 'copyToSystem').mockReturnValue();
    const asked = showStore(trans, READY);
    const dialog = await opened();

    const commands = Array.from(dialog.querySelectorAll('code'));
    expect(commands.map(code => code.textContent)).toContain(
      'jupyter secrets key recovery'
    );
    const button = dialog.querySelector<HTMLElement>('li button')!;
    button.click();

    expect(button.textContent).toBe('Copied');
    expect(copy).toHaveBeenCalledWith('jupyter secrets key recovery');
    press(dialog, 'reject');
    await asked;
    Dialog.flush();
  });
});
