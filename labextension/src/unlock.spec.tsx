import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { framePromise } from '@jupyterlab/testing';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { SecretsModel } from './model';
import { UnlockForm } from './unlock';

const CANARY = 'hunter2-SeCrEt';

describe('UnlockForm', () => {
  const unlock = jest.fn<Promise<void>, [string]>();
  let widget: ReactWidget;

  beforeEach(async () => {
    unlock.mockReset();
    const model = { unlock } as unknown as SecretsModel;
    widget = ReactWidget.create(
      <UnlockForm model={model} trans={nullTranslator.load('')} />
    );
    Widget.attach(widget, document.body);
    await widget.renderPromise;
    await until(() => widget.node.querySelector('input') !== null);
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
