import { framePromise } from '@jupyterlab/testing';
import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { ScopeTree } from './list';
import { SecretsModel } from './model';
import { MemoryClient, VALUE } from './testing/memoryClient';

const KEYS = Array.from({ length: 1000 }, (_, index) => `key-${index}`);

describe('The list', () => {
  let client: MemoryClient;
  let model: SecretsModel;
  let panel: ReactWidget;

  beforeEach(async () => {
    // jsdom lays nothing out: give the list a height, and its rows theirs.
    jest
      .spyOn(HTMLElement.prototype, 'clientHeight', 'get')
      .mockReturnValue(280);
    jest
      .spyOn(HTMLElement.prototype, 'offsetHeight', 'get')
      .mockReturnValue(28);
    client = new MemoryClient({ dev: [], prod: KEYS, '<img src=x>': [] });
    model = new SecretsModel(client, nullTranslator.load(''));
    const context = {
      model,
      commands: new CommandRegistry(),
      trans: nullTranslator.load(''),
      openMenu: () => undefined
    };
    panel = ReactWidget.create(
      <UseSignal signal={model.stateChanged}>
        {() => <ScopeTree {...context} />}
      </UseSignal>
    );
    Widget.attach(panel, document.body);
    await model.refresh();
    while (!rows().length) {
      await framePromise();
    }
  });

  afterEach(() => {
    panel.dispose();
    model.dispose();
    jest.restoreAllMocks();
  });

  const rendered = async () => {
    for (let frame = 0; frame < 4; frame++) {
      await framePromise();
    }
  };
  const rows = () =>
    Array.from(panel.node.querySelectorAll<HTMLElement>('[role=treeitem]'));
  const stops = () => rows().filter(row => row.tabIndex === 0);
  const nameOf = (row: HTMLElement) =>
    row.querySelector('.jp-Secrets-name')?.textContent;
  const press = async (key: string) => {
    document.activeElement!.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true })
    );
    await rendered();
  };

  it('has the rows in view in the page, not all of them', async () => {
    await model.setExpanded('prod', true);
    await rendered();

    expect(rows().length).toBeGreaterThan(10);
    expect(rows().length).toBeLessThan(60);
    expect(rows()[0].getAttribute('aria-setsize')).toBe('3');
  });

  it('is one stop of Tab, which goes along with the keyboard', async () => {
    model.focusAny();
    await rendered();
    expect(stops().map(nameOf)).toEqual(['dev']);

    await press('ArrowDown');

    expect(stops().map(nameOf)).toEqual(['prod']);
    expect(document.activeElement).toBe(stops()[0]);
    expect(panel.node.querySelectorAll('button[tabindex="0"]')).toHaveLength(0);
  });

  it('tells what a scope is, and whether it is open', async () => {
    client.permissions.dev = 'READ';
    await model.refresh();
    await model.setExpanded('dev', true);
    await rendered();
    const [dev, note] = rows();

    expect(dev.getAttribute('aria-expanded')).toBe('true');
    expect(dev.textContent).toContain('read only · 0');
    expect(note.textContent).toContain('No secrets in it yet.');
    expect(note.getAttribute('aria-disabled')).toBe('true');
  });

  it('takes names that are HTML for text', async () => {
    expect(panel.node.querySelector('img')).toBeNull();
    expect(panel.node.textContent).toContain('<img src=x>');
  });

  it('shows a value for a moment, and has it nowhere afterwards', async () => {
    await model.setExpanded('prod', true);
    model.focus({ scope: 'prod', key: 'key-0' });
    await rendered();

    const value = await client.getValue('prod', 'key-0');
    model.reveal.show({ scope: 'prod', key: 'key-0' }, value);
    await rendered();
    expect(panel.node.querySelector('code')!.textContent).toBe(VALUE);
    await press('Escape');

    expect(document.documentElement.outerHTML).not.toContain(VALUE);
    expect(Array.from(value).some(byte => byte !== 0)).toBe(false);
  });

  it('hides a value when the sidebar is closed', async () => {
    const value = await client.getValue('prod', 'key-0');
    model.reveal.show({ scope: 'prod', key: 'key-0' }, value);

    model.pause();

    expect(model.reveal.isShown).toBe(false);
  });
});
