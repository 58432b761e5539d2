import { Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

import { DAYS, readsByDay, showActivity } from './activity';
import { editPermissions } from './permissions';
import { field, opened, press, type } from './testing/dialogs';
import { IAclEntry, IActivity } from './tokens';

const trans = nullTranslator.load('');
const HOUR = 60 * 60 * 1000;

function record(change: Partial<IActivity> = {}): IActivity {
  return {
    time: new Date(),
    action: 'get',
    outcome: 'allow',
    principal: 'alice',
    key: 'db',
    notebook: 'report.ipynb',
    via: 'kernel',
    ...change
  };
}

async function settled(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve));
}

describe('The permissions of a scope', () => {
  const entries: IAclEntry[] = [
    { kind: 'user', name: 'alice', permission: 'MANAGE' },
    { kind: 'group', name: 'users', permission: 'READ' }
  ];
  const actions = {
    list: jest.fn(async () => entries),
    put: jest.fn(async () => undefined),
    remove: jest.fn(async () => undefined),
    suggest: jest.fn(async () => ['service:etl', 'group:users'])
  };
  let asked: Promise<void>;
  let dialog: HTMLElement;

  beforeEach(async () => {
    Object.values(actions).forEach(action => action.mockClear());
    asked = editPermissions(trans, 'prod', actions);
    dialog = await opened();
    await settled();
  });

  afterEach(async () => {
    press(dialog, 'reject');
    await asked;
    Dialog.flush();
  });

  const labelled = <T extends HTMLElement>(label: string) =>
    dialog.querySelector<T>(`[aria-label="${label}"]`)!;

  it('tell the kinds of principals apart', () => {
    const lines = Array.from(dialog.querySelectorAll('li > span'));

    expect(lines.map(line => line.textContent)).toEqual([
      'aliceUser',
      'usersGroup'
    ]);
  });

  it('are changed and taken by names in full', async () => {
    const select = labelled<HTMLSelectElement>('Permission of users');
    select.value = 'WRITE';
    select.dispatchEvent(new Event('change'));
    labelled('Remove alice').click();
    await settled();

    expect(actions.put).toHaveBeenCalledWith('group:users', 'WRITE');
    expect(actions.remove).toHaveBeenCalledWith('user:alice');
  });

  it('are given to whoever is named, of the chosen kind', async () => {
    const kind = labelled<HTMLSelectElement>('Kind');
    kind.value = 'service';
    kind.dispatchEvent(new Event('change'));
    const offered = Array.from(dialog.querySelectorAll('datalist option'));
    expect(offered.map(option => option.textContent)).toEqual(['etl']);
    type(field(dialog, 'Give a permission to'), 'etl');

    field(dialog, 'Give a permission to').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })
    );
    await settled();

    expect(actions.put).toHaveBeenCalledWith('service:etl', 'READ');
    expect(field(dialog, 'Give a permission to').value).toBe('');
  });

  it('say why something was refused, and show what there is', async () => {
    actions.remove.mockRejectedValueOnce(new Error('Not you.'));

    labelled('Remove alice').click();
    await settled();

    expect(dialog.querySelector('[role=alert]')!.textContent).toBe('Not you.');
    expect(dialog.querySelectorAll('li')).toHaveLength(2);
  });
});

describe('The activity of a scope', () => {
  afterEach(() => Dialog.flush());

  it('counts reads by day, and nothing else', () => {
    const now = Date.now();
    const ago = (hours: number) => new Date(now - hours * HOUR);

    const days = readsByDay(
      [
        record({ time: ago(0) }),
        record({ time: ago(1) }),
        record({ time: ago(25) }),
        record({ time: ago(24 * DAYS + 1) }),
        record({ action: 'put' }),
        record({ outcome: 'deny' })
      ],
      now
    );

    expect(days.slice(-2)).toEqual([1, 2]);
    expect(days.reduce((sum, count) => sum + count)).toBe(3);
  });

  it('lists the newest first, and what is wanted', async () => {
    const list = async () => [
      record({ action: 'put', principal: 'bob' }),
      record({ action: 'list', key: '' }),
      record({ outcome: 'deny', principal: 'carol' }),
      record()
    ];
    const asked = showActivity(trans, { scope: 'prod' }, list);
    const dialog = await opened();
    await settled();
    const titles = () =>
      Array.from(dialog.querySelectorAll('li strong')).map(
        title => title.textContent
      );
    expect(titles()).toEqual(['get db', 'get db: deny', 'put db']);

    const select = dialog.querySelector('select')!;
    const shown = ['reads', 'changes', 'refused', 'all'].map(kind => {
      select.value = kind;
      select.dispatchEvent(new Event('change'));
      return titles();
    });

    expect(shown.slice(0, 3)).toEqual([
      ['get db'],
      ['put db'],
      ['get db: deny']
    ]);
    expect(shown[3]).toContain('list');
    press(dialog, 'reject');
    await asked;
  });
});
