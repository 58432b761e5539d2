import { ISignal, Signal } from '@lumino/signaling';

import { ISelection } from './tokens';

/** How long a revealed value is shown, in milliseconds. */
export const REVEAL_TIME = 10_000;

/** The one value that is shown, for a moment and on purpose. */
export class Reveal {
  /** Emitted when another value is shown than before, or none. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether a value is shown now. */
  get isShown(): boolean {
    return this._secret !== null;
  }

  /** Whether the value of this secret is shown now. */
  isOf({ scope, key }: ISelection): boolean {
    return this._secret?.scope === scope && this._secret.key === key;
  }

  /** Show a value for a moment, in place of any other. */
  show(secret: Required<ISelection>, value: Uint8Array): void {
    this.hide();
    this._secret = secret;
    this._value = value;
    this._timer = window.setTimeout(() => this.hide(), REVEAL_TIME);
    this._changed.emit();
  }

  /** Forget the value, now. Its bytes are overwritten. */
  hide(): void {
    window.clearTimeout(this._timer);
    if (!this._secret) {
      return;
    }
    this._value?.fill(0);
    this._secret = this._value = null;
    this._changed.emit();
  }

  /**
   * Write the value into an element, as text and never as HTML; return what removes it again.
   *
   * React is not told what it is: it would keep it in what it renders.
   */
  writeInto(element: HTMLElement, notText: string): () => void {
    element.textContent = decode(this._value) ?? notText;
    return () => element.replaceChildren();
  }

  dispose(): void {
    this.hide();
    Signal.clearData(this);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _secret: Required<ISelection> | null = null;
  private _timer = 0;
  private _value: Uint8Array | null = null;
}

/** The text in bytes, or null if they are none. */
export function decode(bytes: Uint8Array | null): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      bytes ?? new Uint8Array()
    );
  } catch {
    return null;
  }
}
