import { ISignal, Signal } from '@lumino/signaling';

import { ISelection } from './tokens';

/** How long a row says what was done with its secret, in milliseconds. */
const CONFIRMATION_TIME = 3000;

/** What was done with a secret a moment ago, in a few words. */
export class Confirmation {
  /** Emitted when there is something else to say than before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The secret that something was done with, or null. */
  get secret(): ISelection | null {
    return this._secret;
  }

  /** What was done. */
  get text(): string {
    return this._text;
  }

  /** What was done with this secret, or null. */
  of({ scope, key }: ISelection): string | null {
    const { _secret: secret } = this;
    return secret?.scope === scope && secret.key === key ? this._text : null;
  }

  /** Say for a moment what was done with a secret. */
  show(secret: ISelection, text: string): void {
    window.clearTimeout(this._timer);
    this._secret = secret;
    this._text = text;
    this._timer = window.setTimeout(() => {
      this._secret = null;
      this._changed.emit();
    }, CONFIRMATION_TIME);
    this._changed.emit();
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _secret: ISelection | null = null;
  private _text = '';
  private _timer = 0;
}
