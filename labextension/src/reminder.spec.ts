import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import { RecoveryReminder } from './reminder';

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
  const lacksRecoveryKey = jest.fn<Promise<boolean>, []>();
  let reminder: RecoveryReminder;

  beforeEach(() => {
    lacksRecoveryKey.mockReset().mockResolvedValue(true);
    reminder = new RecoveryReminder({ lacksRecoveryKey });
  });

  it('is due as long as there is no recovery key', async () => {
    reminder.follow(settingsWith(true));
    await reminder.check();
    expect(reminder.isDue).toBe(true);

    lacksRecoveryKey.mockResolvedValue(false);
    await reminder.check();

    expect(reminder.isDue).toBe(false);
  });

  it('asks nothing of the server before the list was wanted', () => {
    reminder.follow(settingsWith(true));

    expect(lacksRecoveryKey).not.toHaveBeenCalled();
  });

  it('comes too when the settings are later than the list', async () => {
    await reminder.check();
    expect(lacksRecoveryKey).not.toHaveBeenCalled();

    reminder.follow(settingsWith(true));
    await new Promise(resolve => setTimeout(resolve));

    expect(reminder.isDue).toBe(true);
  });

  it('is gone for good when somebody says so', async () => {
    const settings = settingsWith(true);
    reminder.follow(settings);
    await reminder.check();

    await reminder.dismiss();

    expect(reminder.isDue).toBe(false);
    expect(settings.get('remindOfRecoveryKey').composite).toBe(false);
  });

  it('is not due where there are no settings to be rid of it', async () => {
    await reminder.check();

    expect(reminder.isDue).toBe(false);
  });

  it('keeps quiet when the server does not answer', async () => {
    lacksRecoveryKey.mockRejectedValue(new Error('No.'));
    reminder.follow(settingsWith(true));

    await reminder.check();

    expect(reminder.isDue).toBe(false);
  });
});
