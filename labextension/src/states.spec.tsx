import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { framePromise } from '@jupyterlab/testing';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { SecretsModel } from './model';
import { Failure } from './states';
import { IStatus, SecretsError } from './tokens';

const LOCKED: IStatus = {
  state: 'locked',
  message: 'Its key file is missing.',
  keys: ['file'],
  isOnPurpose: false,
  isAdmin: true,
  revision: '1'
};

const consumeUnlockFocus = () => false;

describe('A locked store', () => {
  let widget: ReactWidget;

  const show = async (status: IStatus | null) => {
    widget = ReactWidget.create(
      <Failure
        commands={new CommandRegistry()}
        failure={new SecretsError('locked', 'Locked.')}
        model={{ status, consumeUnlockFocus } as unknown as SecretsModel}
        trans={nullTranslator.load('')}
      />
    );
    Widget.attach(widget, document.body);
    await widget.renderPromise;
    while (!widget.node.querySelector('h3')) {
      await framePromise();
    }
  };

  afterEach(() => widget.dispose());

  const text = () => widget.node.querySelector('p')?.textContent;
  const button = () => widget.node.querySelector('button');

  it('tells its admin what is missing', async () => {
    await show(LOCKED);

    expect(text()).toBe('Its key file is missing.');
    expect(button()).not.toBeNull();
  });

  it('tells its admin what it means that somebody locked it', async () => {
    await show({ ...LOCKED, isOnPurpose: true });

    expect(text()).toBe('Notebooks get no secrets until it is unlocked.');
    expect(button()).not.toBeNull();
  });

  it('sends everybody else to an administrator', async () => {
    await show({ ...LOCKED, isAdmin: false });

    expect(text()).toContain('administrator');
    expect(button()).toBeNull();
  });

  it.each([null, { ...LOCKED, state: 'ready' as const }])(
    'offers nothing before the server said more than %j',
    async status => {
      await show(status);

      expect(text()).toBeUndefined();
      expect(button()).toBeNull();
    }
  );
});
