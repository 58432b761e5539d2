import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import { RecoveryReminder } from './reminder';
import { IStatus } from './tokens';

/** An open store without a recovery key, seen by whoever may make one. */
const LACKING: IStatus = {
  state: 'ready',
  message: '',
  keys: ['file'],
  isOnPurpose: false,
  isAdmin: true,
  revision: '1'
};

/** Settings that are kept in memory. */
function settingsWith(isWanted: boolean): ISettingRegistry.ISettings {
  const values: Record<string, unknown> = { remindOfRecoveryKey: isWanted };
  const changed = new Signal<object, void>({});
  return {
    changed,
    get: (name: string) => ({ composite: values[name] }),
    set: async (name: string, value: unknown) => {
      values[name] = value;
      changed.emit();
    }
  } as unknown as ISettingRegistry.ISettings;
}

describe('RecoveryReminder', () => {
  let reminder: RecoveryReminder;

  beforeEach(() => {
    reminder = new RecoveryReminder();
  });

  it('is due as long as there is no recovery key', () => {
    reminder.follow(settingsWith(true));
    reminder.look(LACKING);
    expect(reminder.isDue).toBe(true);

    reminder.look({ ...LACKING, keys: ['file', 'recovery'] });

    expect(reminder.isDue).toBe(false);
  });

  it.each([
    { isAdmin: false },
    { state: 'locked' as const },
    { state: 'uninitialised' as const, keys: [] }
  ])('is not due to whoever can make none now: %j', other => {
    reminder.follow(settingsWith(true));

    reminder.look({ ...LACKING, ...other });

    expect(reminder.isDue).toBe(false);
  });

  it('comes too when the settings are later than the answer', () => {
    reminder.look(LACKING);
    expect(reminder.isDue).toBe(false);

    reminder.follow(settingsWith(true));

    expect(reminder.isDue).toBe(true);
  });

  it('is gone for good when somebody says so', async () => {
    const settings = settingsWith(true);
    reminder.follow(settings);
    reminder.look(LACKING);

    await reminder.dismiss();

    expect(reminder.isDue).toBe(false);
    expect(settings.get('remindOfRecoveryKey').composite).toBe(false);
  });

  it('is not due where there are no settings to be rid of it', () => {
    reminder.look(LACKING);

    expect(reminder.isDue).toBe(false);
  });
});
