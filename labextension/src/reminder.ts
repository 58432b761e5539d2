import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ISignal, Signal } from '@lumino/signaling';

import { IStatus } from './tokens';

/** The command that makes a recovery key; it shows the key once, on a terminal only. */
export const MAKE_RECOVERY_KEY = 'jupyter secrets key recovery';

/** The setting that says whether to remind. */
const SETTING = 'remindOfRecoveryKey';

/**
 * Whether to tell an administrator to make a recovery key: there is none, and no one dismissed this.
 *
 * Without settings there is no reminder, for it could not be dismissed.
 */
export class RecoveryReminder {
  /** Emitted when there may be another answer than before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDue(): boolean {
    return this._isWanted && this._isMissing;
  }

  /** Have the settings decide, now and whenever they change. */
  follow(settings: ISettingRegistry.ISettings): void {
    this._settings = settings;
    settings.changed.connect(this._onSettingsChanged, this);
    this._onSettingsChanged();
  }

  /** See whether there is a recovery key by now, and whether we may make one. */
  look({ state, keys, isAdmin }: IStatus): void {
    this._isMissing =
      state === 'ready' && isAdmin && !keys.includes('recovery');
    this._changed.emit();
  }

  /** Remind no more, here and in every other browser of this person. */
  async dismiss(): Promise<void> {
    await this._settings?.set(SETTING, false);
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private _onSettingsChanged(): void {
    this._isWanted = this._settings?.get(SETTING).composite === true;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _isMissing = false;
  private _isWanted = false;
  private _settings: ISettingRegistry.ISettings | null = null;
}
