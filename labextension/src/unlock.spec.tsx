import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { framePromise } from '@jupyterlab/testing';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { SecretsModel } from './model';
import { IStatus, SecretsError } from './tokens';
import { UnlockForm } from './unlock';

const CANARY = 'hunter2-SeCrEt';
const LOCKED: IStatus = {
  state: 'locked',
  message: 'Locked.',
  keys: ['file', 'passphrase'],
  isOnPurpose: true,
  isAdmin: true,
  revision: '1'
};

describe('UnlockForm', () => {
  const unlock = jest.fn<Promise<void>, [string]>();
  const consumeUnlockFocus = jest.fn<boolean, []>();
  let widget: ReactWidget;

  const show = async (status: Partial<IStatus> = {}) => {
    widget?.dispose();
    const asked = consumeUnlockFocus.mock.calls.length;
    const model = { consumeUnlockFocus, unlock } as unknown as SecretsModel;
    widget = ReactWidget.create(
      <UnlockForm
        model={model}
        status={{ ...LOCKED, ...status }}
        trans={nullTranslator.load('')}
      />
    );
    Widget.attach(widget, document.body);
    await widget.renderPromise;
    await until(() => widget.node.querySelector('button') !== null);
    // React runs effects later: what a test answers is for the form that it shows.
    await until(() => consumeUnlockFocus.mock.calls.length > asked);
  };

  beforeEach(async () => {
    unlock.mockReset();
    consumeUnlockFocus.mockReset().mockReturnValue(false);
    await show();
  });

  afterEach(() => widget.dispose());

  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await framePromise();
    }
  };
  const field = () => widget.node.querySelector('input')!;
  const message = () => widget.node.querySelector('[role=alert]')!.textContent;
  const submit = () => widget.node.querySelector('button')!.click();

  const label = () => widget.node.querySelector('label')?.textContent;
  const hint = () => widget.node.querySelector('small')?.textContent;
  const action = () => widget.node.querySelector('button')!.textContent;

  it.each([
    [['passphrase'], 'Passphrase'],
    [['file', 'recovery'], 'Recovery key'],
    [['passphrase', 'recovery'], 'Passphrase or recovery key'],
    [[], 'Passphrase or recovery key'],
    [['file'], undefined],
    [['environment', 'keyring'], undefined]
  ])('asks with the keys %j for: %j', async (keys, asked) => {
    await show({ keys });

    expect(label()).toBe(asked);
  });

  it.each([
    [['file', 'passphrase'], true, true],
    [[], true, true],
    [['passphrase', 'recovery'], true, false],
    [['file', 'passphrase'], false, false]
  ])(
    'with the keys %j, locked on purpose %j, says that it may stay empty: %j',
    async (keys, isOnPurpose, says) => {
      await show({ keys, isOnPurpose });

      expect(hint()).toBe(
        says ? 'Leave it empty to use the key file or the keyring.' : ''
      );
    }
  );

  it.each([
    [['file', 'passphrase'], true, 'Unlock'],
    [['file', 'passphrase'], false, 'Unlock'],
    [['file'], true, 'Unlock'],
    [['file'], false, 'Try again']
  ])(
    'with the keys %j, locked on purpose %j, offers: %s',
    async (keys, isOnPurpose, offered) => {
      await show({ keys, isOnPurpose });

      expect(action()).toBe(offered);
    }
  );

  it('is told to come first without an alarm, until it is tried', async () => {
    consumeUnlockFocus.mockReturnValueOnce(true);
    await show();
    const note = () => widget.node.querySelector('[role=status]')!.textContent;
    await until(() => note() === 'Unlock the store first.');

    expect(message()).toBe('');

    unlock.mockRejectedValueOnce(new Error('That is no passphrase.'));
    submit();
    await until(() => message() === 'That is no passphrase.');
    expect(note()).toBe('');
  });

  it('unlocks with one click where nothing is to be typed', async () => {
    unlock.mockResolvedValue();
    await show({ keys: ['file'] });

    submit();

    expect(unlock).toHaveBeenCalledWith('');
  });

  it('says in short that it is as it was', async () => {
    unlock.mockRejectedValueOnce(new SecretsError('locked', 'No key file.'));
    await show({ keys: ['file'], isOnPurpose: false });

    submit();

    await until(() => message() === 'It is still locked.');
  });

  it('masks what is typed and keeps it out of the markup', async () => {
    field().value = CANARY;
    field().dispatchEvent(new Event('input', { bubbles: true }));
    await framePromise();

    expect(field().type).toBe('password');
    expect(widget.node.outerHTML).not.toContain(CANARY);
  });

  it('is empty before the server answers', async () => {
    unlock.mockReturnValue(new Promise(() => undefined));
    field().value = CANARY;

    submit();

    expect(unlock).toHaveBeenCalledWith(CANARY);
    expect(field().value).toBe('');
  });

  it('says what was wrong, and waits for another try', async () => {
    unlock.mockRejectedValueOnce(new Error('That is no passphrase.'));
    field().value = CANARY;

    submit();
    await until(() => message() === 'That is no passphrase.');

    expect(field().value).toBe('');
    expect(document.activeElement).toBe(field());
  });

  it('tries once, however often the button is pressed', async () => {
    unlock.mockReturnValue(new Promise(() => undefined));

    submit();
    await until(
      () => widget.node.querySelector('button')!.textContent === 'Unlocking…'
    );
    submit();

    expect(unlock).toHaveBeenCalledTimes(1);
  });

  it('forgets what was typed when it goes', async () => {
    const input = field();
    input.value = CANARY;

    widget.dispose();
    await until(() => input.value === '');
  });
});
